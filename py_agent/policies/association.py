# SPDX-License-Identifier: MIT
"""Rules that choose the base station of every user, once a frame."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Decision, Network, Observation, present
from py_agent.radio.link_model import candidates, link_model_of, strongest


class AssociationRule(Protocol):
    """Chooses base stations.

    Attributes:
        batched: chooses for any number of networks at once.

    Example:
        >>> class Stay:
        ...     batched = True
        ...
        ...     def begin(self, network):
        ...         pass
        ...
        ...     def watch(self, observation):
        ...         pass
        ...
        ...     def associate(self, observation):
        ...         return np.maximum(observation["serving_bs"], 0)
        >>> rule: AssociationRule = Stay()
        >>> rule.associate({"serving_bs": np.array([1, -1])})
        array([1, 0])
    """

    batched: bool

    def begin(self, network: Network) -> None:
        """A run starts."""

    def watch(self, observation: Observation) -> None:
        """A slot begins; called in every one, before or after `associate`."""

    def associate(self, observation: Observation) -> NDArray[np.int32]:
        """The base station of every user, ``[..., n_ue]``."""
        ...


class ByAssociation:
    """What policies have in common whose base stations a rule chooses.

    Args:
        association: chooses base stations.

    Attributes:
        batched: decides for any number of networks at once, as the rule does.

    Example:
        >>> policy = ByAssociation(Strongest())
        >>> policy.batched, policy.twin
        (True, None)
    """

    def __init__(self, association: AssociationRule) -> None:
        self._association = association
        self.batched = association.batched

    @property
    def twin(self) -> object | None:
        """The twin that the rule decides by; None: it has none."""
        return getattr(self._association, "twin", None)

    def decide_frame(self, observation: Observation) -> Decision:
        """Choose the association, ``[..., n_ue]``."""
        return {"association": self._association.associate(observation)}


class Strongest:
    """Every user at the base station that it hears best.

    Example:
        >>> import ns3_scenarios
        >>> env = ns3_scenarios.make("cellular", {"n_ue": 2, "n_bs": 2})
        >>> rule = Strongest()
        >>> rule.begin(Network("cellular", env.settings.model_dump(), env.schema))
        >>> rule.associate({"rsrp_dbm": np.array([[-80, -90], [-95, -70]])}).tolist()
        [0, 1]
        >>> env.close()
    """

    batched = True

    def begin(self, network: Network) -> None:
        """Make sure that the network is heard at all."""
        self._link = link_model_of(network)
        network.require(*self._link.needed)

    def watch(self, observation: Observation) -> None:
        """Nothing to remember."""

    def associate(self, observation: Observation) -> NDArray[np.int32]:
        """The base station of every user, ``[..., n_ue]``."""
        return strongest(self._link.strength_db(observation))


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

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> env = without_ns3.make({"n_ue": 3, "n_bs": 2})  # or ns-3: ns3_scenarios.make
        >>> observation, _ = env.reset(seed=1)
        >>> rule = LoadBalancing()
        >>> rule.begin(Network("cellular", env.settings.model_dump(), env.schema))
        >>> rule.associate(observation).shape
        (3,)
        >>> env.close()
    """

    batched = True

    def __init__(
        self, window_db: float = 6.0, handover_s: float = 0.05, prior_s: float = 10.0
    ) -> None:
        self._window_db = window_db
        self._handover_s = handover_s
        self._prior_s = prior_s

    def begin(self, network: Network) -> None:
        """Find out what the radio can carry."""
        self._link = link_model_of(network)
        network.require(
            *self._link.needed,
            *("serving_bs", "time_s", "created_bit", "compute_capacity_hz"),
            *("task_rate_hz", "task_mean_bit", "task_mean_cycles"),
        )
        self._since_s: NDArray[np.float64] | float = network.settings["warmup_s"]
        self._bit_before: NDArray[np.float64] | float = 0.0

    def watch(self, observation: Observation) -> None:
        """See who is away: what the next one in its place creates counts from then on."""
        if "present" not in observation:
            return
        created_bit = observation["created_bit"]
        if np.shape(self._since_s) != created_bit.shape:  # who came when is not known
            self._since_s = np.full(created_bit.shape, np.inf)
        time_s = observation["time_s"]  # [..., 1]; before the last look: another run has begun
        anew = ~present(observation) | (time_s < self._since_s)
        self._since_s = np.where(anew, time_s, self._since_s)
        self._bit_before = np.where(anew, created_bit, self._bit_before)

    def associate(self, observation: Observation) -> NDArray[np.int32]:
        """The base station of every user, ``[..., n_ue]``."""
        self.watch(observation)
        rate_bps = self._link.rate_bps(observation)  # [..., n_ue, n_bs], alone in the cell
        task_bit = observation["task_mean_bit"]  # [..., n_ue]
        cycles_per_bit = observation["task_mean_cycles"] / task_bit
        capacity_hz = observation["compute_capacity_hz"][..., None, :]
        capacity_bps = capacity_hz / cycles_per_bit[..., None]  # [..., n_ue, n_bs]
        demand_bps = self._demand_bps(observation)
        candidate = candidates(self._link.strength_db(observation), self._window_db)

        n_bs = rate_bps.shape[-1]
        moves = np.arange(n_bs) != observation["serving_bs"][..., None]
        radio_load = np.zeros((*demand_bps.shape[:-1], n_bs))
        compute_load = np.zeros_like(radio_load)
        association = np.zeros(demand_bps.shape, np.int32)
        order = np.argsort(-demand_bps, axis=-1, kind="stable")
        for ue in np.moveaxis(order, -1, 0):  # [...]: the next one of every network
            one = ue[..., None]
            demand, bit = (np.take_along_axis(x, one, -1) for x in (demand_bps, task_bit))
            rate, capacity, allowed, moving = (
                np.take_along_axis(x, one[..., None], -2)[..., 0, :]
                for x in (rate_bps, capacity_bps, candidate, moves)
            )
            radio = radio_load + demand / rate
            compute = compute_load + demand / capacity
            delay_s = bit * (congestion(radio) / rate + congestion(compute) / capacity)
            delay_s += self._handover_s * moving
            best = np.where(allowed, delay_s, np.inf).argmin(axis=-1)[..., None]
            np.put_along_axis(association, one, best, -1)
            for load, loaded in ((radio_load, radio), (compute_load, compute)):
                np.put_along_axis(load, best, np.take_along_axis(loaded, best, -1), -1)
        return association

    def _demand_bps(self, observation: Observation) -> NDArray[np.float64]:
        there_s = observation["time_s"] - self._since_s  # [..., n_ue]
        own_bit = observation["created_bit"] - self._bit_before
        prior_bps = observation["task_rate_hz"] * observation["task_mean_bit"]
        prior_bit = prior_bps * self._prior_s
        mean_bps: NDArray[np.float64] = (own_bit + prior_bit) / (there_s + self._prior_s)
        return np.where(present(observation), mean_bps, 0.0)


_KNEE = 0.9


def congestion(load: NDArray[np.float64]) -> NDArray[np.float64]:
    """``1/(1−ρ)``, the slow-down of processor sharing, continued as its tangent from 0.9 on.

    Args:
        load: utilisation ρ ≥ 0, any shape; an overload gives large but finite numbers.

    Example:
        >>> congestion(np.array([0.0, 0.5, 0.9])).round(3).tolist()
        [1.0, 2.0, 10.0]
    """
    slope = 1 / (1 - _KNEE) ** 2
    slow_down: NDArray[np.float64] = 1 / (1 - np.minimum(load, _KNEE))
    slow_down += slope * np.maximum(load - _KNEE, 0)
    return slow_down
