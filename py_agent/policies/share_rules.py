# SPDX-License-Identifier: MIT
"""Rules that divide what the users of a base station share: its server, its band. Every slot."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from py_agent import former_names
from py_agent.engine import _engine

Work: TypeAlias = NDArray[np.float64]
Weights: TypeAlias = NDArray[np.float64]

# A rule sees all work of each user, the work of its task in service and that of its typical task,
# [..., n_ue] each, in one unit (cycles or bits), and returns weights [..., n_ue].
ShareRule: TypeAlias = Callable[[Work, Work, Work], Weights]


# Weights of retraining jobs [n_ue] on the scale of the share rule, from virtual queue and deficit.
TrainingRule: TypeAlias = Callable[[Work, Work], Weights]


def equal(backlog: Work, head: Work, typical: Work) -> Weights:
    """Equal shares."""
    return np.ones_like(backlog, np.float64)


def proportional(backlog: Work, head: Work, typical: Work) -> Weights:
    """Shares in proportion to the user's work."""
    return _or_typical(backlog, typical)


def square_root(backlog: Work, head: Work, typical: Work) -> Weights:
    """Shares as the square root of the user's work.

    They minimise ``Σ Q/λ`` under ``Σ λ = C``.
    """
    return np.sqrt(_or_typical(backlog, typical))


def srpt(backlog: Work, head: Work, typical: Work) -> Weights:
    """Shares as ``(1/remaining)^6`` of the task in service: nearly the shortest remaining first."""
    reference = typical.mean(axis=-1, keepdims=True)  # any: only ratios between users count
    ratio: Weights = reference / np.maximum(_or_typical(head, typical), 1e-3 * reference)
    return ratio**6


def training_urgency(virtual_queue: Work, deficit: Work) -> Weights:
    """Weight of retraining beside `srpt`: ``[ν(1 + Z + 10·deficit)]^6``, ν = 0.2."""
    return (0.2 * (1 + virtual_queue + 10 * deficit)) ** 6


def shares_within_cells(weights: Weights, serving_bs: NDArray[np.int32]) -> NDArray[np.float32]:
    """Scale weights so that they add up to 1 over the users of each base station.

    Args:
        weights: ``[..., n_ue]``, ≥ 0.
        serving_bs: ``[..., n_ue]``; those without one (-1) are scaled among themselves.

    Returns:
        ``[..., n_ue]``, from 0 to 1.

    Example:
        >>> cell = np.array([0, 0, 1], np.int32)
        >>> shares_within_cells(np.array([1.0, 3.0, 5.0]), cell).tolist()
        [0.25, 0.75, 1.0]
    """
    n_ue = serving_bs.shape[-1]
    shares = _engine.laws.shares_within_cells(
        np.ascontiguousarray(weights, np.float64).reshape(-1, n_ue),
        np.ascontiguousarray(serving_bs, np.int32).reshape(-1, n_ue),
    )
    return shares.reshape(serving_bs.shape)


def _or_typical(work: Work, typical: Work) -> Work:
    # A user without work gets the weight of a typical task, for the one that may arrive any moment.
    return np.where(work > 0, work, typical)


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
