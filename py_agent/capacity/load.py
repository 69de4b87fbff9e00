# SPDX-License-Identifier: MIT
"""What users ask of every band and server, as part of what it can do."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Observation, present
from py_agent.policies.association import AssociationRule
from py_agent.radio.link_model import LinkModel

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Demand:
    """What the users of one network, where they are now, ask for at each station.

    Attributes:
        band: part of the whole band that a user needs to upload all that it creates; at most 1,
            for more than the band it cannot have, ``[n_ue, n_bs]``.
        task_hz: cycles per second of its tasks, ``[n_ue]``.
        training_hz: cycles per second that its model needs at least, ``[n_ue]``.
        capacity_hz: of the servers, ``[n_bs]``.
        association: base station that serves it, ``[n_ue]``.
    """

    band: Floats
    task_hz: Floats
    training_hz: Floats
    capacity_hz: Floats
    association: NDArray[np.int32]


@dataclasses.dataclass(frozen=True)
class Load:
    """Offered load over capacity, of the bands and servers of one association.

    Attributes:
        band: of each cell, mean over networks, ``[n_bs]``.
        tasks: of each server, by tasks, ``[n_bs]``.
        training: of each server, by the least training, ``[n_bs]``.
        total: the same of all cells together: ``band``, ``tasks``, ``training``.

    Example:
        >>> total = {"band": 0.3, "tasks": 0.6, "training": 0.1}
        >>> load = Load([0.2, 0.4], [0.5, 0.7], [0.1, 0.1], total)
        >>> round(load.servers, 3)
        0.7
    """

    band: list[float]
    tasks: list[float]
    training: list[float]
    total: dict[str, float]

    @property
    def servers(self) -> float:
        """Of all servers together, by tasks and training."""
        return self.total["tasks"] + self.total["training"]


def demand_of(
    observation: Observation, link: LinkModel, rule: AssociationRule, training_hz: float
) -> Demand:
    """What users ask for, by the settings' own promise of their tasks.

    Args:
        observation: of a start of the network.
        link: says what a band would bring each user alone.
        rule: has begun; says who is served where.
        training_hz: cycles per second that each user's model needs at least.
    """
    there = present(observation)
    rate_hz = np.where(there, observation["task_rate_hz"], 0.0)
    needed_bps = rate_hz * observation["task_mean_bit"]
    return Demand(
        band=np.minimum(needed_bps[:, None] / link.rate_bps(observation), 1.0),
        task_hz=rate_hz * observation["task_mean_cycles"],
        training_hz=np.broadcast_to(np.where(there, training_hz, 0.0), rate_hz.shape),
        capacity_hz=observation["compute_capacity_hz"].astype(np.float64),
        association=rule.associate(observation),
    )


def load(demands: Sequence[Demand]) -> Load:
    """Mean load over networks, each under its own association.

    Example:
        >>> users, both = np.ones(2), np.zeros(2, np.int32)
        >>> at_the_first = Demand(np.full((2, 2), 0.3), 2 * users, users, np.full(2, 8.0), both)
        >>> found = load([at_the_first])
        >>> found.band, found.tasks, found.training
        ([0.6, 0.0], [0.5, 0.0], [0.25, 0.0])
        >>> found.total["band"], found.servers
        (0.3, 0.375)
    """
    cells = zip(*map(_cells, demands), strict=True)
    band, tasks, training = (np.mean(part, axis=0) for part in cells)
    capacity_hz = np.mean([demand.capacity_hz for demand in demands], axis=0)
    total = {
        "band": float(band.mean()),
        "tasks": float(tasks @ capacity_hz / capacity_hz.sum()),
        "training": float(training @ capacity_hz / capacity_hz.sum()),
    }
    return Load(band.tolist(), tasks.tolist(), training.tolist(), total)


def _cells(demand: Demand) -> tuple[Floats, Floats, Floats]:
    users, own = np.arange(len(demand.association)), demand.association
    n_bs = len(demand.capacity_hz)
    band, task_hz, training_hz = (
        np.bincount(own, weights=weights, minlength=n_bs).astype(np.float64)
        for weights in (demand.band[users, own], demand.task_hz, demand.training_hz)
    )
    return band, task_hz / demand.capacity_hz, training_hz / demand.capacity_hz


@dataclasses.dataclass(frozen=True)
class LeastLoad:
    """The load of the busiest band or server under the association that keeps it smallest.

    Attributes:
        load: 1 or more: no association carries what is offered.
        binds: what would have to grow for it to fall: ``band`` or ``servers``.
    """

    load: float
    binds: str


def least_load(demands: Sequence[Demand]) -> LeastLoad:
    """A bound for all policies, by linear programming.

    Users may divide their time between stations in any way, other ways in every network:
    ``min t`` with ``Σ_m x_nm = 1`` and, on average over networks, ``Σ_n x_nm r_nm ≤ t`` in each
    band and ``Σ_n x_nm w_nm ≤ t`` at each server. What binds is found by the dual variables.

    Args:
        demands: of the same stations.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, hstack, vstack

    n_bs = len(demands[0].capacity_hz)
    band = np.concatenate([demand.band for demand in demands]) / len(demands)  # [n_all, n_bs]
    work_hz = np.concatenate([demand.task_hz + demand.training_hz for demand in demands])
    servers = work_hz[:, None] / demands[0].capacity_hz / len(demands)
    n_all = len(band)
    user, station = np.divmod(np.arange(n_all * n_bs), n_bs)
    columns = np.arange(n_all * n_bs)
    whole = csr_array((np.ones(len(columns)), (user, columns)), (n_all, len(columns)))
    parts = [csr_array((part.ravel(), (station, columns))) for part in (band, servers)]
    loads = hstack([vstack(parts), csr_array(np.full((2 * n_bs, 1), -1.0))])
    found = linprog(
        c=np.r_[np.zeros(len(columns)), 1.0],
        A_ub=loads,
        b_ub=np.zeros(2 * n_bs),
        A_eq=hstack([whole, csr_array((n_all, 1))]),
        b_eq=np.ones(n_all),
    )
    dual = -found.ineqlin.marginals
    of_band, of_servers = dual[:n_bs].sum(), dual[n_bs:].sum()
    return LeastLoad(float(found.fun), "band" if of_band > of_servers else "servers")
