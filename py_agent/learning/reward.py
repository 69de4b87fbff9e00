# SPDX-License-Identifier: MIT
"""The reward of the two-timescale problem, term by term."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Amounts = NDArray[Any]


@dataclasses.dataclass(frozen=True)
class Term:
    """One term of what a slot costs, in tasks: times the slot's length it is task seconds.

    Attributes:
        name: ``tasks``, ``retraining`` or ``accuracy``.
        weight: beside a task in the system.
        amounts: of every user, ``[..., n_ue]``.

    Example:
        >>> term = Term("tasks", 2, np.array([1, 0, 3]))
        >>> term.by_user.tolist(), int(term.total)
        ([2, 0, 6], 8)
    """

    name: str
    weight: float
    amounts: Amounts

    @property
    def by_user(self) -> Amounts:
        """What each user costs, ``[..., n_ue]``."""
        weighted: Amounts = self.weight * self.amounts
        return weighted

    @property
    def total(self) -> Amounts:
        """What all users of a network cost, ``[...]``."""
        weighted: Amounts = self.weight * self.amounts.sum(axis=-1)
        return weighted


def task_term(tasks: Amounts) -> Term:
    """Tasks in the system: Little's law makes delay of their time.

    Args:
        tasks: of each user, as `py_agent.contract.tasks_in_system` counts them, ``[..., n_ue]``.
    """
    return Term("tasks", 1, tasks)


def retraining_term(weight: float, backlog_cycles: Amounts, task_mean_cycles: Amounts) -> Term:
    """Retraining backlog, in typical tasks.

    Args:
        weight: w_G.
        backlog_cycles: work of retraining that waits, ``[..., n_ue]``.
        task_mean_cycles: expected work of a task of the user, ``[..., n_ue]``.
    """
    return Term("retraining", weight, backlog_cycles / np.maximum(task_mean_cycles, 1.0))


def accuracy_term(weight: float, deficit: Amounts) -> Term:
    """By how much accuracy misses its target.

    Args:
        weight: w_A.
        deficit: ``max(0, A_min − accuracy)``, ``[..., n_ue]``.
    """
    return Term("accuracy", weight, deficit)


def price(terms: Sequence[Term], slot_s: float) -> Amounts:
    """What the terms cost a network in a slot, in task seconds, ``[...]``; the reward is minus it.

    Args:
        terms: some or all of them.
        slot_s: length of a slot.
    """
    cost: Amounts = sum((term.total for term in terms[1:]), start=terms[0].total) * slot_s
    return cost


def price_by_group(terms: Sequence[Term], group: NDArray[np.integer[Any]], size: int) -> Amounts:
    """What all users of a user's group cost in tasks, ``[..., n_ue]``: a local reward is minus it.

    Args:
        terms: some or all of them.
        group: of each user, e.g. its cell, ``[..., n_ue]``.
        size: number of groups.
    """
    by_user: Amounts = sum((term.by_user for term in terms[1:]), start=terms[0].by_user)
    inside = group[..., None] == np.arange(size)
    of_group = (inside * by_user[..., None]).sum(axis=-2)
    return np.take_along_axis(of_group, group, axis=-1)
