# SPDX-License-Identifier: MIT
"""Many futures of one network, slot by slot."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.rollout.edge import EdgeLaw
from py_agent.twin.rollout.handover import HandoverRule
from py_agent.twin.rollout.links import LinkLaw, Links
from py_agent.twin.rollout.mobility import WalkLaw, Walks
from py_agent.twin.rollout.queues import Connections, Servers, Tasks, Uploads
from py_agent.twin.rollout.random_streams import RandomStreams, Stream
from py_agent.twin.rollout.rows import padded, pick, put, put_rows, take_rows
from py_agent.twin.rollout.traffic import NEVER, TaskSources, Users
from py_agent.twin.rollout.training import Training
from py_agent.twin.rollout.uplink import UplinkLaw

MEASURED_S = 0.2  # ns-3 reports received power so often; the twin moves its users as often


@dataclasses.dataclass
class FutureState:
    """All that changes in futures; the first dimension of every tensor is the batch.

    Attributes:
        slot: number of the next slot, ``[n]``.
        walks: of the users, as of the last measurement.
        links: the same.
        connections: who is served by whom.
        tasks: all tasks.
        uploads: radio queues.
        servers: flows at the edge servers.
        cycles_per_bit: work of a task over its size, mean of each user, ``[n, n_ue]``.
        training: retraining jobs.
    """

    slot: Tensor
    walks: Walks
    links: Links
    connections: Connections
    tasks: Tasks
    uploads: Uploads
    servers: Servers
    cycles_per_bit: Tensor
    training: Training


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a network stands and how long its futures are.

    Attributes:
        settings: all settings of the scenario, nested.
        bs_position_m: ``[n_bs, 2]``.
        duration_s: longest future.
        begin_s: ns-3 time of slot 0.
    """

    settings: Mapping[str, Any]
    bs_position_m: Any
    duration_s: float
    begin_s: float


class Rollout:
    """A batch of futures of one network, in torch, on CPU or CUDA.

    Same seeds, same decisions, same machine and number of threads: the same bits.

    Args:
        parameters: the twin's constants.
        place: the network.
        batch: number of futures.
        device: where they are computed.

    Attributes:
        state: of the futures.
        streams: their random numbers.
        retrains: the servers take retraining jobs.
        more_fields: observations beside those of `Observer`, by name, ``[batch, *shape]``.
    """

    def __init__(
        self,
        parameters: TwinParameters,
        place: Place,
        batch: int,
        device: torch.device | str = "cpu",
    ) -> None:
        self.parameters = parameters
        self.place = place
        self.batch = batch
        self.device = torch.device(device)
        self.retrains = bool(place.settings["retraining"]["enabled"])
        self.n_ue = int(place.settings["n_ue"])
        self.n_bs = parameters.n_bs
        self.slot_s = parameters.timing.slot_s
        self.slots_per_frame = parameters.timing.slots_per_frame
        self.slots_per_measurement = max(1, round(MEASURED_S / self.slot_s))
        self.bs_position_m = torch.as_tensor(
            place.bs_position_m, dtype=torch.float32, device=self.device
        )
        self.walk_law = WalkLaw(
            parameters.mobility,
            place.settings["mobility"],
            _area_m(parameters, place),
            self.device,
        )
        self.link_law = LinkLaw(parameters, self.bs_position_m, self.device)
        self.uplink_law = UplinkLaw(parameters, self.link_law, self.device)
        self.edge_law = EdgeLaw(parameters, self.device)
        self.handover_rule = HandoverRule(
            parameters.handover, parameters.control, parameters.radio.failure
        )
        self.sources = TaskSources(
            parameters.traffic, place.settings["traffic"], self.n_ue, place.duration_s
        )
        self._equal_share = torch.full((batch, self.n_ue), 1 / self.n_ue, device=self.device)
        self.streams = RandomStreams(torch.zeros(batch, dtype=torch.int64, device=self.device))
        self.state: FutureState
        self.more_fields: Mapping[str, Callable[[], Tensor]] = {}

    def start(self, seeds: Tensor, rows: Tensor | None = None) -> None:
        """Start futures as the scenario itself places its users.

        Args:
            seeds: of the futures, ``[n_rows]``.
            rows: which futures; None: all.
        """
        everybody = rows is None
        if rows is None:
            rows = torch.arange(self.batch, device=self.device)
        self.streams.seeds[rows] = seeds
        walks = self.walk_law.start(self.streams, rows, self.n_ue)
        links = self.link_law.start(self.streams, rows, walks.position_m)
        users = self.sources.typical(self.streams, rows)
        tasks = Tasks.of(self.sources.draw(self.streams, rows, users))
        connections = Connections.at(links.rsrp_dbm.argmax(-1))
        self.take_over(
            self.state_of(walks, links, connections, tasks, users),
            None if everybody else rows,
        )

    def state_of(
        self, walks: Walks, links: Links, connections: Connections, tasks: Tasks, users: Users
    ) -> FutureState:
        """Futures in slot 0 in which nothing has been created yet."""
        self.link_law.rate(links, connections.cell)
        n = len(links.sinr_ul_db)
        return FutureState(
            slot=torch.zeros(n, dtype=torch.int64, device=self.device),
            walks=walks,
            links=links,
            connections=connections,
            tasks=tasks,
            uploads=Uploads.empty(tasks, self.n_bs),
            servers=Servers.empty(n, self.n_ue, self.n_bs, self.device),
            cycles_per_bit=users.cycles_per_bit,
            training=Training.none(n if self.retrains else 0, self.n_ue, self.n_bs, self.device),
        )

    def take_over(self, fresh: FutureState, rows: Tensor | None = None) -> None:
        """Put futures in place of others; None: of all."""
        if rows is None:
            self.state = fresh
            return
        n_tasks = max(fresh.tasks.cycles.shape[-1], self.state.tasks.cycles.shape[-1])
        for state in (fresh, self.state):
            _make_room(state.tasks, n_tasks)
        put_rows(self.state, rows, fresh)

    def step(self, action: Mapping[str, Tensor]) -> Tensor:
        """Let a slot pass in every future.

        Args:
            action: the scenario's action fields, ``[batch, n_ue]`` each: ``association`` (obeyed
                where a frame starts), ``compute_share``, and ``bandwidth_share``, without which a
                cell's users have equal shares; with retraining ``retrain_samples`` and
                ``training_share``.

        Returns:
            minus the time that tasks spent in the system, ``[batch]``.
        """
        state = self.state
        tasks, uploads, servers = state.tasks, state.uploads, state.servers
        connections = state.connections
        now_s, end_s = self._times_s(state.slot)
        cells = connections.last_cell.clone()
        moved = self.handover_rule.command(
            connections,
            action["association"],
            state.links.rsrp_dbm,
            state.slot % self.slots_per_frame == 0,
            now_s,
            self.streams,
            state.slot,
        )
        back = self.handover_rule.reconnect(connections, state.links.rsrp_dbm, end_s)
        if len(moved) or len(back):
            self._sound_anew(cells)
        kept_s = self.parameters.control.kept_s
        for users, most_s in ((moved, kept_s), (back, 0.0)):
            if len(users):
                self.link_law.rate(state.links, connections.cell, users)
                spell_s = pick(state.links.out_of_sync_s, users).clamp_max(most_s)
                put(state.links.out_of_sync_s, users, spell_s)

        in_system = uploads.created.sum(1) - servers.done.flatten(1).sum(1)
        present_s = self.uplink_law.create(uploads, tasks, end_s)
        self.uplink_law.send(
            uploads,
            tasks,
            connections,
            state.links,
            action.get("bandwidth_share", self._equal_share),
            end_s,
            self.streams,
        )
        for user, number in self.uplink_law.arrive(uploads, tasks, end_s):
            self.edge_law.accept(servers, tasks, connections.last_cell, user, number)
        training = state.training if self.retrains else None
        if training is not None:
            law, last_cell = self.edge_law.training_law, connections.last_cell
            law.submit(training, action["retrain_samples"], last_cell, now_s)
            law.follow(training, last_cell, now_s)
        gone_s = self.edge_law.compute(
            servers,
            tasks,
            uploads.arrived,
            connections.last_cell,
            action["compute_share"],
            end_s,
            training,
            action.get("training_share"),
        )
        state.slot = state.slot + 1
        self._move()
        return -(in_system * self.slot_s + present_s - gone_s)

    def position_m(self) -> Tensor:
        """Of the users now, ``[batch, n_ue, 2]``."""
        walks = self.state.walks
        since = self.state.slot % self.slots_per_measurement
        moved_m = walks.velocity_mps * (since * self.slot_s).to(torch.float32)[:, None, None]
        return walks.position_m + moved_m

    def _times_s(self, slot: Tensor) -> tuple[Tensor, Tensor]:
        """Beginning and end of these slots, ``[batch, 1]`` each."""
        same = slot[:1] if bool((slot == slot[0]).all()) else slot
        # One number for all is as quick as none: it has no rows to be spread over.
        now_s, end_s = (
            ((same + i) * self.slot_s).to(torch.float32)[:, None].expand(self.batch, 1)
            for i in (0, 1)
        )
        return now_s, end_s

    def _sound_anew(self, cells: Tensor) -> None:
        """Other sounding signals collide with a user's in another cell than that of `cells`."""
        state = self.state
        row, ue = (state.connections.last_cell != cells).nonzero(as_tuple=True)
        # Indices beyond those of the handover itself.
        index = 2 * self.n_ue + ue
        normal = self.streams.normal_each(Stream.HANDOVER, row, state.slot[row], index)
        state.links.sinr_correction_db[row, ue] = normal * self.parameters.uplink.sd_db

    def _move(self) -> None:
        """Let users walk and links change where a measurement is due."""
        state, by_s = self.state, self.slots_per_measurement * self.slot_s
        due = state.slot % self.slots_per_measurement == 0
        rows = due.nonzero()[:, 0]
        if not len(rows):
            return
        everybody = len(rows) == self.batch
        walks = state.walks if everybody else take_rows(state.walks, rows)
        links = state.links if everybody else take_rows(state.links, rows)
        walked_m = walks.velocity_mps.norm(dim=-1) * by_s
        self.walk_law.advance(walks, self.streams, rows, by_s)
        self.link_law.advance(links, self.streams, rows, state.slot[rows], walked_m, by_s)
        self.link_law.measure(links, walks.position_m)
        if not everybody:
            put_rows(state.walks, rows, walks)
            put_rows(state.links, rows, links)
        self.link_law.rate(state.links, state.connections.cell)
        failed = self.link_law.watch(state.links, state.connections.cell, due, by_s)
        now_s = (state.slot * self.slot_s).to(torch.float32)[:, None]
        self.handover_rule.lose(state.connections, failed, now_s, self.streams, state.slot)


def _area_m(parameters: TwinParameters, place: Place) -> tuple[float, float, float, float]:
    """Where users walk: half a site distance beyond the base stations, unless learnt."""
    margin_m = place.settings["layout"]["site_distance_m"] / 2
    bs_position_m = torch.as_tensor(place.bs_position_m, dtype=torch.float64)
    low, high = bs_position_m.amin(0) - margin_m, bs_position_m.amax(0) + margin_m
    learnt = parameters.mobility.area_m
    return (
        max(learnt[0], float(low[0])),
        max(learnt[1], float(low[1])),
        min(learnt[2], float(high[0])),
        min(learnt[3], float(high[1])),
    )


def _make_room(tasks: Tasks, n_tasks: int) -> None:
    tasks.created_s = padded(tasks.created_s, n_tasks, NEVER)
    tasks.size_bit = padded(tasks.size_bit, n_tasks, 0.0)
    tasks.cycles = padded(tasks.cycles, n_tasks, 0.0)
    tasks.uploaded_s = padded(tasks.uploaded_s, n_tasks, NEVER)
    tasks.bs = padded(tasks.bs, n_tasks, -1)
    tasks.done_s = padded(tasks.done_s, n_tasks, torch.nan)
