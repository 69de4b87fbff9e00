# SPDX-License-Identifier: MIT
"""Rules that choose the base station of every user, once a frame."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from py_agent.policies.base import Network, Observation
from py_agent.policies.link_budget import LinkBudget


class AssociationRule(Protocol):
    """Chooses base stations."""

    def begin(self, network: Network) -> None:
        """A run starts."""

    def associate(self, observation: Observation) -> NDArray[np.int32]:
        """The base station of every user, ``[n_ue]``."""
        ...


class MaxRsrp:
    """Every user at the base station that it hears best."""

    def begin(self, network: Network) -> None:
        """Make sure that the network is heard at all."""
        network.require("rsrp_dbm")

    def associate(self, observation: Observation) -> NDArray[np.int32]:
        """The base station of every user, ``[n_ue]``."""
        best: NDArray[np.int32] = observation["rsrp_dbm"].argmax(axis=1).astype(np.int32)
        return best


class LoadBalancing:
    """Greedy load balancing over radio and compute.

    The users, the most demanding first, take the base station where their own expected delay
    ``q/R · g(ρ_radio) + q·c/C · g(ρ_compute)`` is smallest, given those placed before them, with
    ``g(ρ) = 1/(1−ρ)`` continued linearly above `_KNEE`. A change of base station must save more
    than `handover_s`.

    Args:
        window_db: only base stations heard at most this much weaker than the best are candidates;
            handovers to weaker ones mostly fail.
        handover_s: delay that a handover costs.
        prior_s: how long the expected demand outweighs what a user really created.
    """

    def __init__(
        self, window_db: float = 6.0, handover_s: float = 0.05, prior_s: float = 10.0
    ) -> None:
        self._window_db = window_db
        self._handover_s = handover_s
        self._prior_s = prior_s

    def begin(self, network: Network) -> None:
        """Read bandwidth and powers from the settings."""
        network.require("rsrp_dbm", "task_rate_hz", "task_mean_bit", "task_mean_cycles")
        self._budget = LinkBudget.from_settings(network.settings)
        self._start_s = network.settings["warmup_s"]

    def associate(self, observation: Observation) -> NDArray[np.int32]:
        """The base station of every user, ``[n_ue]``."""
        rsrp_dbm = observation["rsrp_dbm"]
        serving = observation["serving_bs"]
        rate_bps = self._budget.uplink_rate_bps(rsrp_dbm)  # [n_ue, n_bs], alone in the cell
        task_bit = observation["task_mean_bit"]  # [n_ue]
        cycles_per_bit = observation["task_mean_cycles"] / task_bit
        capacity_bps = observation["compute_capacity_hz"] / cycles_per_bit[:, None]  # [n_ue, n_bs]
        demand_bps = self._demand_bps(observation)
        candidate = rsrp_dbm >= rsrp_dbm.max(axis=1, keepdims=True) - self._window_db

        n_ue, n_bs = rsrp_dbm.shape
        radio_load = np.zeros(n_bs)
        compute_load = np.zeros(n_bs)
        association = np.zeros(n_ue, np.int32)
        for ue in np.argsort(-demand_bps, kind="stable"):
            radio = radio_load + demand_bps[ue] / rate_bps[ue]
            compute = compute_load + demand_bps[ue] / capacity_bps[ue]
            delay_s = task_bit[ue] * (
                congestion(radio) / rate_bps[ue] + congestion(compute) / capacity_bps[ue]
            )
            delay_s += self._handover_s * (np.arange(n_bs) != serving[ue])
            best = int(np.where(candidate[ue], delay_s, np.inf).argmin())
            association[ue] = best
            radio_load[best] = radio[best]
            compute_load[best] = compute[best]
        return association

    def _demand_bps(self, observation: Observation) -> NDArray[np.float64]:
        elapsed_s = float(observation["time_s"][0]) - self._start_s
        prior_bps = observation["task_rate_hz"] * observation["task_mean_bit"]
        prior_bit = prior_bps * self._prior_s
        mean_bps: NDArray[np.float64] = (observation["created_bit"] + prior_bit) / (
            elapsed_s + self._prior_s
        )
        return mean_bps


_KNEE = 0.9


def congestion(load: NDArray[np.float64]) -> NDArray[np.float64]:
    """``1/(1−ρ)``, the slow-down of processor sharing, continued as its tangent from 0.9 on.

    Args:
        load: utilisation ρ ≥ 0, any shape; an overload gives large but finite numbers.
    """
    slope = 1 / (1 - _KNEE) ** 2
    slow_down: NDArray[np.float64] = 1 / (1 - np.minimum(load, _KNEE))
    slow_down += slope * np.maximum(load - _KNEE, 0)
    return slow_down
