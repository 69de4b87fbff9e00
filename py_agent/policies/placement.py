# SPDX-License-Identifier: MIT
"""Which base station for whom: the objective of an association, and searches for its minimum."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from py_agent.policies.association import congestion

Floats = NDArray[np.float64]
Association = NDArray[np.int32]


@dataclasses.dataclass(frozen=True)
class Placement:
    """Loads and costs from which the objective follows.

    ``J = Σ_m [ρ_m g(ρ_m) + κ_m g(κ_m)] + Σ_n c_n`` with radio load ``ρ_m = Σ_{n at m} r_nm`` and
    compute load ``κ_m = k_m + Σ_{n at m} w_nm``: the expected number of tasks in the system, for
    g(ρ) = 1/(1−ρ), plus what moving users costs. It is
    ``Σ_n (a_n/q_n)·[q_n/R_nm · g(ρ_m) + q_n/C_m · g(κ_m)]`` with the sum over users done first.

    Attributes:
        radio_load: r, part of the band of each base station that a user needs, ``[n_ue, n_bs]``.
        compute_load: w, likewise of its server, ``[n_ue, n_bs]``.
        compute_held: k, what stays at the server whoever moves, ``[n_bs]``.
        move_cost: c of each user at each base station, 0 where it is served now, ``[n_ue, n_bs]``.
        allowed: base stations that a user may have, at least one, ``[n_ue, n_bs]``.

    Example:
        >>> alike = np.full((2, 2), 0.5)  # two users, two base stations
        >>> free = Placement(alike, alike, np.zeros(2), np.zeros((2, 2)), np.ones((2, 2), bool))
        >>> apart, together = np.array([0, 1]), np.array([0, 0])
        >>> free.cost(apart)
        4.0
        >>> free.cost(together) > free.cost(apart)
        True
    """

    radio_load: Floats
    compute_load: Floats
    compute_held: Floats
    move_cost: Floats
    allowed: NDArray[np.bool_]

    def cost(self, association: Association) -> float:
        """J of an association, ``[n_ue]``."""
        users = np.arange(len(association))
        radio, compute = self.loads(association)
        in_system = _in_system(radio) + _in_system(compute)
        return float(in_system.sum() + self.move_cost[users, association].sum())

    def loads(self, association: Association) -> tuple[Floats, Floats]:
        """Radio and compute load of every base station, ``[n_bs]`` each."""
        here = association[:, None] == np.arange(self.radio_load.shape[1])
        radio: Floats = (self.radio_load * here).sum(axis=0)
        compute: Floats = self.compute_held + (self.compute_load * here).sum(axis=0)
        return radio, compute

    def gains(self, association: Association) -> Floats:
        """By how much J falls if one user moves, ``[n_ue, n_bs]``; −∞ where it may not.

        Only the two base stations of a move change: their difference is all that is computed.
        """
        users = np.arange(len(association))
        gains: Floats = self.move_cost[users, association][:, None] - self.move_cost
        for load, part in zip(
            self.loads(association), (self.radio_load, self.compute_load), strict=True
        ):
            now = _in_system(load)
            own = part[users, association]
            left = _in_system(np.maximum(load[association] - own, 0))
            gains = gains + (now[association] - left)[:, None] + now - _in_system(load + part)
        gains[users, association] = 0.0
        return np.where(self.allowed, gains, -np.inf)


def steepest_moves(
    placement: Placement, start: Association, least_gain: float, most_moves: int = 1000
) -> Association:
    """Local search: the best single move, again and again, while it gains enough.

    Args:
        placement: what is minimised.
        start: where the search begins; users at base stations that they may not have are moved
            to their best one first.
        least_gain: hysteresis: smaller gains of a move are none.
        most_moves: a bound.
    """
    association = start.copy()
    for ue in np.flatnonzero(~placement.allowed[np.arange(len(start)), start]):
        association[ue] = placement.gains(association)[ue].argmax()
    for _ in range(most_moves):
        gains = placement.gains(association)
        ue, bs = np.unravel_index(gains.argmax(), gains.shape)
        if gains[ue, bs] <= least_gain:
            break
        association[ue] = bs
    return association


def within_places(placement: Placement, association: Association, places: int) -> Association:
    """An association itself, or the cheapest that leaves nobody without a place.

    Args:
        placement: what is minimised.
        association: ``[n_ue]``.
        places: users that every base station has room for.
    """
    n_bs = placement.radio_load.shape[1]
    if np.bincount(association, minlength=n_bs).max() <= places:
        return association
    gains = placement.gains(association)
    refused = np.abs(gains[np.isfinite(gains)]).sum() + 1.0
    cost = np.where(placement.allowed, -gains, refused)
    return assign_places(cost, np.full(n_bs, places, np.int32))


def assign_places(cost: Floats, places: NDArray[np.int32]) -> Association:
    """The cheapest association where every base station has places for so many users only.

    Args:
        cost: of each user at each base station, ``[n_ue, n_bs]``.
        places: ``[n_bs]``; in all at least as many as users.

    Example:
        >>> cost = np.array([[0.0, 1.0], [0.0, 3.0], [0.0, 2.0]])  # all like station 0 best
        >>> assign_places(cost, np.array([2, 1], np.int32)).tolist()
        [1, 0, 0]
    """
    owner = np.repeat(np.arange(len(places)), places)  # [n_places]
    users, chosen = linear_sum_assignment(cost[:, owner])
    association = np.zeros(len(cost), np.int32)
    association[users] = owner[chosen]
    return association


def _in_system(load: Floats) -> Floats:
    number: Floats = load * congestion(load)
    return number
