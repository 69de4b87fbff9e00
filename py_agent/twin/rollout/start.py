# SPDX-License-Identifier: MIT
"""Futures that begin where the twin believes the network to be."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from py_agent.learning.learning_settings import LearningSettings
from py_agent.twin.model.estimate import ModelState, NetworkEstimate
from py_agent.twin.rollout.lagging_models import LaggingModels
from py_agent.twin.rollout.learning import LearningRollout
from py_agent.twin.rollout.links import Links
from py_agent.twin.rollout.mobility import Walks
from py_agent.twin.rollout.queues import Connections, Servers, Tasks, Uploads
from py_agent.twin.rollout.random_streams import RandomStreams, Stream, spread_seeds
from py_agent.twin.rollout.rollout import Place, Rollout
from py_agent.twin.rollout.traffic import NEVER, TaskDraw, Users
from py_agent.twin.rollout.training import Training


def futures_of(
    estimate: NetworkEstimate,
    settings: Mapping[str, Any],
    batch: int,
    horizon_s: float,
    seed: int,
    device: torch.device | str = "cpu",
    copies: int = 1,
) -> Rollout:
    """Futures from an estimate on: each draws what the twin is not sure of, then goes its way.

    Args:
        estimate: the twin's belief.
        settings: all settings of the scenario, nested.
        batch: number of futures.
        horizon_s: how far tasks are drawn; do not step further.
        seed: of all futures.
        device: where they are computed.
        copies: the same futures so many times, one batch after the other: each may be decided upon
            by another policy.
    """
    slot_s = estimate.parameters.timing.slot_s
    in_frame_s = estimate.slot_in_frame * slot_s
    place = Place(
        settings=settings,
        bs_position_m=estimate.bs_position_m,
        duration_s=horizon_s + in_frame_s,
        begin_s=estimate.time_s - in_frame_s,  # slots are counted from the start of the frame
    )
    rollout: Rollout
    if estimate.models is not None and settings["retraining"]["enabled"]:
        learning = LearningSettings(**settings.get("learning", {}))
        models = LaggingModels.following(estimate.models, learning, batch, copies, seed)
        rollout = LearningRollout(estimate.parameters, place, models, learning, device)
        rollout.data_before(estimate.models.norm_samples, in_frame_s)
    else:
        rollout = Rollout(estimate.parameters, place, copies * batch, device)
    rollout.streams = RandomStreams(spread_seeds(seed, batch, rollout.device).repeat(copies))
    draw = _Draw(estimate, rollout)
    rollout.state = draw.state()
    return rollout


class _Draw:
    """Turns an estimate into a batch of states."""

    def __init__(self, estimate: NetworkEstimate, rollout: Rollout) -> None:
        self._estimate = estimate
        self._rollout = rollout
        self._now_s = estimate.slot_in_frame * rollout.slot_s
        self._rows = torch.arange(rollout.batch, device=rollout.device)
        self._drawn = 0

    def state(self) -> Any:
        rollout, estimate = self._rollout, self._estimate
        walks = self._walks()
        links = self._links(walks.position_m)
        users = Users(
            on_probability=self._all(estimate.on_probability),
            rate_hz=self._about(estimate.rate_hz, estimate.rate_sd_hz).clamp_min(0.0),
            cycles_per_bit=self._all(estimate.cycles_per_bit),
            size=self._all(estimate.mean_bit) / rollout.sources.mean_bit(),
        )
        drawn = rollout.sources.draw(rollout.streams, self._rows, users)
        tasks = self._with_those_there(drawn)
        state = rollout.state_of(walks, links, self._connections(links), tasks, users)
        state.slot += estimate.slot_in_frame
        # Positions are kept as of the last measurement.
        since = estimate.slot_in_frame % rollout.slots_per_measurement
        walks.position_m = walks.position_m - walks.velocity_mps * (since * rollout.slot_s)
        self._fill_uploads(state.uploads, tasks)
        self._fill_servers(state.servers)
        if rollout.retrains and estimate.models is not None:
            self._fill_training(state.training, estimate.models, state.connections.last_cell)
        return state

    def _walks(self) -> Walks:
        rollout, estimate = self._rollout, self._estimate
        walks = Walks(
            position_m=self._about(estimate.position_m, estimate.position_sd_m[:, None]),
            velocity_mps=self._about(estimate.velocity_mps, estimate.velocity_sd_mps[:, None]),
            left_s=torch.zeros(rollout.batch, rollout.n_ue, device=rollout.device),
            legs=torch.zeros(rollout.batch, rollout.n_ue, dtype=torch.int64, device=rollout.device),
        )
        rollout.walk_law.follow(rollout.streams, self._rows, walks)
        return walks

    def _links(self, position_m: Tensor) -> Links:
        estimate = self._estimate
        return self._rollout.link_law.links_of(
            position_m,
            residual_db=self._about(estimate.residual_db, estimate.residual_sd_db),
            sinr_correction_db=self._about(
                estimate.sinr_correction_db, estimate.sinr_correction_sd_db
            ),
            rate_correction=self._about(estimate.rate_correction, estimate.rate_correction_sd),
        )

    def _connections(self, links: Links) -> Connections:
        estimate = self._estimate
        serving, target = self._all(estimate.serving_bs), self._all(estimate.target_bs)
        cell = torch.where(target >= 0, target, serving).to(torch.int64)
        connections = Connections.at(cell)
        gap_s = self._about(estimate.gap_s, estimate.gap_sd_s).clamp_min(0.0)
        connections.back_s = self._now_s + torch.where(cell < 0, gap_s.clamp_min(1e-3), gap_s)
        strongest = links.rsrp_dbm.argmax(-1)
        connections.last_cell = torch.where(cell < 0, strongest, cell)
        return connections

    def _with_those_there(self, drawn: TaskDraw) -> Tasks:
        """Tasks at servers, then those on their way up, then those still to come."""
        compute, upload = self._estimate.compute, self._estimate.upload
        fresh = Tasks.of(dataclasses.replace(drawn, created_s=drawn.created_s + self._now_s))
        there = torch.cat([self._all(compute.size_bit), self._all(upload.size_bit)], -1) > 0
        age_s = torch.cat([self._all(compute.age_s), self._all(upload.age_s)], -1)
        n_compute = compute.size_bit.shape[1]
        size_bit = torch.cat([self._all(compute.size_bit), self._all(upload.size_bit)], -1)
        cycles = torch.cat([self._all(compute.remaining), self._all(upload.cycles)], -1)
        bs = torch.cat([self._all(compute.bs), torch.full_like(self._all(upload.bs), -1)], -1)
        computing = torch.arange(there.shape[-1], device=there.device) < n_compute
        old = Tasks(
            created_s=torch.where(there, self._now_s - age_s, NEVER),
            size_bit=size_bit,
            cycles=cycles,
            uploaded_s=torch.where(there & computing, self._now_s, NEVER),
            bs=torch.where(there, bs, -1).to(torch.int8),
            done_s=torch.full_like(age_s, torch.nan),
        )
        # Empty places go to the end; within the rest the order stays.
        exists = torch.cat([there, torch.ones_like(fresh.size_bit, dtype=torch.bool)], -1)
        order = torch.argsort((~exists).to(torch.int8), dim=-1, stable=True)
        return Tasks(
            **{
                field.name: torch.cat(
                    [getattr(old, field.name), getattr(fresh, field.name)], -1
                ).gather(-1, order)
                for field in dataclasses.fields(Tasks)
            }
        )

    def _fill_uploads(self, uploads: Uploads, tasks: Tasks) -> None:
        estimate = self._estimate
        computing = self._all(estimate.compute.tasks)
        uploading = self._all(estimate.upload.tasks)
        remaining = self._all(estimate.upload.remaining)
        uploads.arrived = computing.clone()
        uploads.sent = computing.clone()
        uploads.created = computing + uploading
        uploads.queue_bit = remaining.sum(-1)
        uploads.head_bit = remaining[..., 0].clone()
        last = tasks.created_s.shape[-1] - 1
        following_s = tasks.created_s.gather(-1, uploads.created.clamp_max(last)[..., None])
        uploads.next_created_s = torch.where(uploads.created <= last, following_s[..., 0], NEVER)
        uploads.created_before = self._all(estimate.tasks_created).long() - uploads.created
        uploads.completed_before = self._all(estimate.tasks_completed).long()
        uploads.created_bit = self._all(estimate.created_bit).to(torch.float64)

    def _fill_servers(self, servers: Servers) -> None:
        compute = self._estimate.compute
        there = self._all(compute.size_bit) > 0
        remaining, bs = self._all(compute.remaining), self._all(compute.bs)
        servers.computing = there.sum(-1)
        for server in range(self._rollout.n_bs):
            here = there & (bs == server)
            first = here.to(torch.int8).argmax(-1)
            servers.tasks[..., server] = here.sum(-1)
            servers.work_cycles[..., server] = (remaining * here).sum(-1)
            servers.head[..., server] = first
            head_cycles = remaining.gather(-1, first[..., None])[..., 0]
            servers.head_cycles[..., server] = torch.where(here.any(-1), head_cycles, 0.0)

    def _fill_training(self, training: Training, models: ModelState, last_cell: Tensor) -> None:
        """What is left of a user's jobs counts as one."""
        training.work_cycles = self._all(models.backlog_cycles)
        training.head_cycles = training.work_cycles.clone()
        training.submitted = (training.work_cycles > 0).long()
        training.samples[..., 0] = self._all(models.backlog_samples)
        training.trained = self._all(models.trained_samples)
        training.server = last_cell.clone()

    def _all(self, values: NDArray[Any]) -> Tensor:
        """The same in every future, ``[batch, *shape]``."""
        device = self._rollout.device
        tensor = torch.as_tensor(values, device=device)
        if tensor.dtype == torch.float64:
            tensor = tensor.to(torch.float32)
        return tensor.expand(self._rollout.batch, *tensor.shape).clone()

    def _about(self, mean: NDArray[Any], sd: NDArray[Any]) -> Tensor:
        """Normal numbers, ``[batch, *shape]``."""
        self._drawn += 1
        normal = self._rollout.streams.normal(Stream.ESTIMATE, self._rows, self._drawn, mean.size)
        return self._all(mean) + self._all(sd) * normal.view(-1, *mean.shape)
