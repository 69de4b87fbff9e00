# SPDX-License-Identifier: MIT
"""Rules that divide each edge server among the users of its base station, every slot."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from py_agent.policies.base import Observation

Weights: TypeAlias = NDArray[np.float64]

# A rule sees the observation and the work of a typical task [cycles], and returns weights [n_ue].
ShareRule: TypeAlias = Callable[[Observation, float], Weights]


def equal(observation: Observation, task_cycles: float) -> Weights:
    """The same weight for every user."""
    return np.ones(len(observation["serving_bs"]))


def proportional(observation: Observation, task_cycles: float) -> Weights:
    """In proportion to the user's work at the server."""
    return _backlog_cycles(observation, task_cycles)


def square_root(observation: Observation, task_cycles: float) -> Weights:
    """As the square root of the user's work: the minimum of ``Σ Q/λ`` under ``Σ λ = C``."""
    return np.sqrt(_backlog_cycles(observation, task_cycles))


def index_rule(observation: Observation, task_cycles: float) -> Weights:
    """``cmu``: as ``(1/remaining)^6`` of the task in service, nearly shortest-remaining-first."""
    remaining = observation["compute_head_cycles"].sum(axis=1)
    return (task_cycles / np.maximum(_or_typical(remaining, task_cycles), 1e-3 * task_cycles)) ** 6


def shares_within_cells(weights: Weights, serving_bs: NDArray[np.int32]) -> NDArray[np.float32]:
    """Scale weights so that they add up to 1 over the users of each base station.

    Args:
        weights: ``[n_ue]``, ≥ 0.
        serving_bs: ``[n_ue]``; those without one (-1) are scaled among themselves.

    Returns:
        ``[n_ue]``, from 0 to 1.
    """
    group = serving_bs + 1
    total = np.bincount(group, weights=weights)
    return np.divide(
        weights, total[group], out=np.zeros_like(weights), where=total[group] > 0
    ).astype(np.float32)


def _backlog_cycles(observation: Observation, task_cycles: float) -> Weights:
    return _or_typical(observation["compute_backlog_cycles"].sum(axis=1), task_cycles)


def _or_typical(cycles: Weights, task_cycles: float) -> Weights:
    # A user without work gets the weight of a typical task, for the one that may arrive any moment.
    return np.where(cycles > 0, cycles, task_cycles)
