# SPDX-License-Identifier: MIT
"""The association that the twin's predictions favour."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from py_agent import former_names
from py_agent.contract import Network, Observation
from py_agent.policies.placement import Placement, steepest_moves, within_places
from py_agent.radio.link_model import candidates, link_model_of, strongest
from py_agent.twin.estimation.twin import Twin
from py_agent.twin.model.estimate import NetworkEstimate
from py_agent.twin.model.parameters import TaskLaw, TwinParameters
from py_agent.twin.model.traffic import UsersTraffic

Floats = NDArray[np.float64]


class TwinAssociation:
    """Local search over the loads that the twin predicts for the coming frames.

    Rates are those of where a user will be half a frame ahead; loads follow from them and what each
    user has waiting and is expected to create within the horizon, on-off state included. A
    handover costs its expected interruption, failures included, of the user's tasks.

    Args:
        parameters: file of calibrated parameters; None: what the settings say.
        window_db: only base stations heard at most this much weaker than the best are tried.
        horizon_frames: the loads are means over so many frames.
        least_gain: hysteresis, in tasks in the system.
        ahead_frames: how far links are predicted; 0: no prediction.
        places: users that a base station may have; None: any number.
        watch_slots: the twin looks at one slot in so many, and at every frame's first.

    Attributes:
        batched: follows one network, not many.
        twin: follows it, from `begin` on.

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> env = without_ns3.make({"n_ue": 3, "n_bs": 2})  # or ns-3: ns3_scenarios.make
        >>> observation, _ = env.reset(seed=1)
        >>> rule = TwinAssociation()
        >>> rule.begin(Network("cellular", env.settings.model_dump(), env.schema))
        >>> rule.watch(observation)
        >>> rule.associate(observation).shape
        (3,)
        >>> env.close()
    """

    batched = False
    twin: Twin

    def __init__(
        self,
        parameters: Path | str | None = None,
        window_db: float = 6.0,
        horizon_frames: float = 3.0,
        least_gain: float = 0.02,
        ahead_frames: float = 0.5,
        places: int | None = None,
        watch_slots: int = 5,
    ) -> None:
        self._parameters = None if parameters is None else TwinParameters.load(parameters)
        self._window_db = window_db
        self._horizon_frames = horizon_frames
        self._least_gain = least_gain
        self._ahead_frames = ahead_frames
        self._places = places
        self._watch_slots = watch_slots

    def begin(self, network: Network) -> None:
        """A new twin for a new run."""
        # Rates are learnt from every slot's grants or not at all.
        online = self._watch_slots == 1
        self.twin = Twin(network, self._parameters, online=online)
        self._link = link_model_of(network)
        self._frame_s = network.settings["slot_s"] * network.settings["slots_per_frame"]

    def watch(self, observation: Observation) -> None:
        """A slot begins; `associate` looks at a frame's first one."""
        slot = observation["slot_in_frame"][0]
        if slot != 0 and slot % self._watch_slots == 0:
            self.twin.observe(observation)

    def associate(self, observation: Observation) -> NDArray[np.int32]:
        """The base station of every user, ``[n_ue]``."""
        self.twin.observe(observation)
        estimate = self.twin.estimate()
        placement = self.placement(estimate)
        best = strongest(self._link.strength_db(observation))
        start = np.where(estimate.serving_bs >= 0, estimate.serving_bs, best)
        chosen = steepest_moves(placement, start.astype(np.int32), self._least_gain)
        if self._places is not None:
            chosen = within_places(placement, chosen, self._places)
        self.twin.command(chosen)
        return chosen

    def placement(self, estimate: NetworkEstimate) -> Placement:
        """What the search minimises, from the twin's belief."""
        parameters = estimate.parameters
        horizon_s = self._horizon_frames * self._frame_s
        rate_bps = predicted_rate_bps(estimate, self._ahead_frames * self._frame_s)
        arrivals = estimate.rate_hz * _expected_on(estimate, horizon_s) * horizon_s
        waiting_bit = estimate.upload.remaining.sum(axis=1)
        demand_bit = waiting_bit + arrivals * estimate.mean_bit  # [n_ue], within the horizon
        capacity_hz = np.asarray(parameters.compute.capacity_hz)
        held = np.zeros(len(capacity_hz))
        queue = estimate.compute
        np.add.at(held, queue.bs[queue.bs >= 0], queue.remaining[queue.bs >= 0])
        work = demand_bit * estimate.cycles_per_bit
        tasks = estimate.upload.tasks + arrivals
        return Placement(
            radio_load=demand_bit[:, None] / rate_bps / horizon_s,
            compute_load=work[:, None] / capacity_hz / horizon_s,
            compute_held=held / capacity_hz / horizon_s,
            move_cost=_interruption_s(estimate) * tasks[:, None] / horizon_s,
            allowed=self._allowed(estimate),
        )

    def _allowed(self, estimate: NetworkEstimate) -> NDArray[np.bool_]:
        """Whom a handover would reach now."""
        return candidates(estimate.strength_db(), self._window_db)


def predicted_rate_bps(estimate: NetworkEstimate, ahead_s: float) -> Floats:
    """Rate of each user alone in each cell some time ahead, ``[n_ue, n_bs]``."""
    step_m = estimate.velocity_mps * ahead_s
    walked_m = np.linalg.norm(step_m, axis=1)
    return estimate.links.rate_ahead_bps(estimate.position_m + step_m, walked_m)


def _expected_on(estimate: NetworkEstimate, horizon_s: float) -> Floats:
    """Part of the horizon in which each user's source is active, ``[n_ue]``.

    The mean of ``p(t) = d + (p₀ − d) e^{−t/τ}``, 1/τ = 1/on + 1/off, d = on/(on + off).
    """
    traffic = UsersTraffic.of(estimate.parameters, estimate.n_ue)
    duty = traffic.each(lambda law: law.on_s / (law.on_s + law.off_s))
    fading = traffic.each(lambda law: _fading(law, horizon_s))
    on: Floats = duty + (estimate.on_probability - duty) * fading
    return on


def _fading(law: TaskLaw, horizon_s: float) -> float:
    """Mean of ``e^{−t/τ}`` over the horizon; 0 without pauses, where τ is 0."""
    if law.off_s == 0:
        return 0.0
    settle_s = 1 / (1 / law.on_s + 1 / law.off_s)
    return float(settle_s / horizon_s * (1 - np.exp(-horizon_s / settle_s)))


def _interruption_s(estimate: NetworkEstimate) -> Floats:
    """Expected time without a cell if a user is sent to a base station, ``[n_ue, n_bs]``."""
    law = estimate.parameters.handover
    failure = estimate.links.failure(estimate.position_m, estimate.serving_bs)
    done_s = law.interruption_median_s * np.exp(law.interruption_sigma**2 / 2)
    cost_s = (1 - failure) * done_s + failure * law.outage_s
    stays = np.maximum(estimate.serving_bs, 0)[:, None] == np.arange(estimate.n_bs)
    return np.where(stays, 0.0, cost_s)


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
