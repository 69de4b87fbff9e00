# SPDX-License-Identifier: MIT
"""Many continuations of one network, slot by slot."""

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from py_agent import former_names
from py_agent.engine._engine import Engine, PythonRadio, Radio
from py_agent.radio.link_model import load_radio
from py_agent.twin.errors import UnsuitableNetwork
from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.model.traffic import UsersTraffic
from py_agent.twin.rollout.engine_parameters import network_parameters
from py_agent.twin.rollout.radio import HasDownlink, HasRolloutModel
from py_agent.twin.rollout.random_streams import Seeds

Floats = NDArray[np.float64]
Action = Mapping[str, NDArray[Any]]

_USERS_IN_CACHE = 10_240  # the state of so many takes some 10 MB


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a network stands and how long its rollouts are.

    Attributes:
        settings: all settings of the scenario, nested.
        bs_position_m: ``[n_bs, 2]``.
        duration_s: longest rollout.
        begin_s: ns-3 time of slot 0.

    Example:
        >>> settings = {"n_ue": 2, "slot_s": 0.02}
        >>> place = Place(settings, np.zeros((1, 2)), duration_s=1.0, begin_s=2.0)
        >>> place.duration_s / place.settings["slot_s"]
        50.0
    """

    settings: Mapping[str, Any]
    bs_position_m: NDArray[Any]
    duration_s: float
    begin_s: float


def blocks(batch: int, n_ue: int) -> Iterator[slice]:
    """Neighbours of a batch, so few that their state stays in the caches from slot to slot."""
    n = max(1, _USERS_IN_CACHE // n_ue)
    for begin in range(0, batch, n):
        yield slice(begin, min(begin + n, batch))


class Rollout:
    """A batch of rollouts of one network.

    A rollout is a function of its start, its seed and what is decided in it: the same bits alone
    and beside others, with any number of threads.

    Args:
        parameters: the twin's constants.
        place: the network.
        batch: number of rollouts.
        threads: that step them.

    Attributes:
        state: arrays that show how all stands and change with it, by name: of a rollout
            ``[batch]``, of users ``[batch, n_ue]``, of links and flows at servers
            ``[batch, n_ue, n_bs]``; ``engine/state.h`` says what each is.
        radio: the engine's, which has `links`.
        links: arrays of the radio, likewise; ``engine/lte-radio.h`` says what LTE's are.
        traffic: the law of each user's tasks.
        retrains: the servers take retraining jobs.
        more_fields: observations beside those of `Observer`, by name, ``[batch, *shape]``.

    Example:
        >>> from py_agent.twin.environment.network import TwinNetwork
        >>> from py_agent.twin.rollout.random_streams import seed_array
        >>> network = TwinNetwork.of({"n_ue": 2, "n_bs": 2})
        >>> rollout = Rollout(network.parameters, network.place, batch=4)
        >>> rollout.start(seed_array(range(4)))
        >>> association, share = np.zeros((4, 2), np.int32), np.full((4, 2), 0.5, np.float32)
        >>> rollout.step({"association": association, "compute_share": share}).shape
        (4,)
    """

    def __init__(
        self, parameters: TwinParameters, place: Place, batch: int, threads: int = 1
    ) -> None:
        self.parameters = parameters
        self.place = place
        self.batch = batch
        self._first = 0
        self.threads = threads
        self.bs_position_m = np.asarray(place.bs_position_m, np.float64)
        self.n_ue = int(place.settings["n_ue"])
        self.n_bs = parameters.n_bs
        self.traffic = UsersTraffic.of(parameters, self.n_ue)
        network = network_parameters(parameters, place.settings, self.bs_position_m)
        self.slot_s = parameters.timing.slot_s
        self.slots_per_frame = parameters.timing.slots_per_frame
        self.slots_per_measurement: int = network["network"]["slots_per_measurement"]
        self.retrains: bool = network["network"]["retrains"]
        self.radio = self._radio()
        self.engine = Engine(network, self.radio, batch, self.n_ue, self.n_bs)
        self.state: Mapping[str, NDArray[Any]] = self.engine.arrays()
        self.links: Mapping[str, NDArray[Any]] = self.radio.arrays(self.engine)
        self.more_fields: Mapping[str, Callable[[], NDArray[Any]]] = {}

    def start(self, seeds: Seeds, rows: NDArray[np.int64] | None = None) -> None:
        """Start rollouts as the scenario itself places its users.

        Args:
            seeds: of the rollouts, ``[n_rows]``.
            rows: which ones; None: all.
        """
        chosen = np.arange(self.batch) if rows is None else rows
        self.engine.start(seeds, self._first + chosen)

    def step(self, action: Action) -> Floats:
        """Let a slot pass in every rollout.

        Args:
            action: the scenario's action fields, ``[batch, n_ue]`` each: ``association`` (obeyed
                where a frame starts), ``compute_share``, and ``bandwidth_share``, without which a
                cell's users have equal shares; with retraining ``retrain_samples`` and
                ``training_share``.

        Returns:
            minus the time that tasks spent in the system, ``[batch]``.
        """
        reward: Floats = self._advance(action, 1)[0]
        return reward

    def steps(self, action: Action, slots: int) -> Floats:
        """Let slots pass under one action: faster than one by one, for all stays in the caches.

        Returns:
            as of `step`, ``[slots, batch]``.
        """
        return self._advance(action, slots)

    def fill_steps(
        self,
        association: NDArray[np.int32],
        slots: int,
        training_tasks: NDArray[np.floating[Any]] | None = None,
    ) -> Floats:
        """Let slots pass under one association and the shares of `py_agent.policies.fill`.

        The engine decides by that rule itself, on what it knows exactly: a hundred times as fast as
        the policy. Models stand still and nobody submits a job. Each direction of the band is
        divided by what waits in it; the policy, and ns-3, have one share for both.

        Args:
            association: ``[batch, n_ue]``.
            slots: how many.
            training_tasks: how many tasks a user's retraining job stands for, ``[batch, n_ue]``.

        Returns:
            as of `step`, of tasks alone, ``[slots, batch]``.
        """
        if self.retrains and training_tasks is None:
            training_tasks = np.zeros(association.shape)
        samples = np.zeros(association.shape, np.int32) if self.retrains else None
        return self.engine.step(
            self._first,
            self._first + self.batch,
            np.ascontiguousarray(association, np.int32),
            None,
            None,
            _shares(training_tasks) if self.retrains else None,
            samples,
            slots,
            self.threads,
        )

    def copy(self, seeds: Seeds | None = None) -> Rollout:
        """Rollouts that go on from the present state of these.

        Args:
            seeds: of random numbers from now on, ``[batch]``; None: the same.
        """
        made = Rollout(self.parameters, self.place, self.batch, self.threads)
        for i in range(self.batch):
            made.engine.copy_from(i, self.engine, self._first + i)
        if seeds is not None:
            made.engine.reseed(seeds)
        return made

    def part(self, rows: slice) -> Rollout:
        """Neighbours among these rollouts: what happens there happens here."""
        begin, end, _ = rows.indices(self.batch)
        made = copy.copy(self)
        made.batch, made._first = end - begin, self._first + begin
        made.state = {name: values[begin:end] for name, values in self.state.items()}
        made.links = {name: values[begin:end] for name, values in self.links.items()}
        return made

    @property
    def away(self) -> NDArray[np.bool_]:
        """Users that are not there now, ``[batch, n_ue]``."""
        away: NDArray[np.bool_] = self.state["present"] == 0
        return away

    @property
    def pipeline_s(self) -> float:
        """What the upload of a task takes beside its bits over its rate."""
        return self.parameters.delays.pipeline_s

    def position_m(self) -> NDArray[np.float32]:
        """Of the users now, ``[batch, n_ue, 2]``."""
        state = self.state
        since = state["slot"] % self.slots_per_measurement
        since_s = (since * self.slot_s).astype(np.float32)[:, None]
        return np.stack(
            [state["x_m"] + state["x_mps"] * since_s, state["y_m"] + state["y_mps"] * since_s],
            axis=-1,
        )

    def velocity_mps(self) -> NDArray[np.float32]:
        """Of the users, ``[batch, n_ue, 2]``."""
        return np.stack([self.state["x_mps"], self.state["y_mps"]], axis=-1)

    def tasks(self, rows: slice = slice(None)) -> Mapping[str, NDArray[Any]]:
        """All tasks created so far of neighbouring rollouts, ``[n_tasks]`` each.

        Returns:
            ``rollout`` (from 0 on), ``ue``, ``created_s``, ``size_bit``, ``cycles``, ``uploaded_s``
            (infinite: not known yet), ``bs`` (that got it; -1: none yet), ``computed_s`` and
            ``done_s`` (NaN: not yet), ``left_s`` (its user went, and it was dropped; NaN: not).
        """
        begin, end, _ = rows.indices(self.batch)
        return self.engine.tasks(self._first + begin, self._first + end)

    def oldest_age_s(self) -> Floats:
        """Age of each user's oldest task that is not done, 0 without one, ``[batch, n_ue]``."""
        return self.engine.oldest_age_s(self._first, self._first + self.batch)

    @functools.cached_property
    def mean_bit(self) -> Floats:
        """Mean size of each user's tasks, as the settings promise it, ``[n_ue]``."""
        return self.traffic.mean_size_bit(self.place.settings["traffic"])

    def now_s(self) -> Floats:
        """Since the start of the rollouts, ``[batch]``."""
        now_s: Floats = self.state["slot"] * self.slot_s
        return now_s

    def _radio(self) -> Radio:
        radio = self.parameters.radio
        link_model = load_radio(radio.name)(self.place.settings, radio)
        if not isinstance(link_model, HasRolloutModel):
            raise UnsuitableNetwork(
                f"the radio {radio.name} has no rollout_model, without which the twin cannot roll"
                " its links out"
            )
        model = link_model.rollout_model(self.bs_position_m, self.slot_s)
        traffic = self.parameters.traffic
        has_results = traffic.result_bit > 0 or traffic.result_ratio > 0
        if has_results and not isinstance(model, Radio | HasDownlink):
            raise UnsuitableNetwork(
                f"the radio {radio.name} has no download_rates_bps: set traffic.result_bit=0 and"
                " traffic.result_ratio=0"
            )
        return model if isinstance(model, Radio) else PythonRadio(model)

    def _advance(self, action: Action, slots: int) -> Floats:
        trains = self.retrains
        return self.engine.step(
            self._first,
            self._first + self.batch,
            np.ascontiguousarray(action["association"], np.int32),
            _shares(action.get("bandwidth_share")),
            np.ascontiguousarray(action["compute_share"], np.float32),
            _shares(action["training_share"]) if trains else None,
            np.ascontiguousarray(action["retrain_samples"], np.int32) if trains else None,
            slots,
            self.threads,
        )


def _shares(values: NDArray[Any] | None) -> NDArray[np.float32] | None:
    return None if values is None else np.ascontiguousarray(values, np.float32)


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
