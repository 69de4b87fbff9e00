# SPDX-License-Identifier: MIT
"""Samples sorted by class, drawn for many users at once."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from py_agent.learning.errors import MissingClass
from py_agent.learning.streams.base import Features, Labels, Samples


class ClassPools:
    """Finds samples of wanted classes in a table of samples.

    Args:
        y: class of each sample of the table, ``[n_table]``.
        n_classes: number of classes.

    Attributes:
        size: samples of each class, ``[n_classes]``.

    Example:
        >>> pools = ClassPools(np.array([2, 0, 1, 0]), n_classes=3)
        >>> pools.size.tolist()
        [2, 1, 1]
        >>> pools.rows(np.array([1, 2]), np.random.default_rng(1)).tolist()
        [2, 0]
    """

    def __init__(self, y: NDArray[np.int64], n_classes: int) -> None:
        self._order = np.argsort(y, kind="stable")
        self.size = np.bincount(y, minlength=n_classes)
        self._start = np.cumsum(self.size) - self.size

    def rows(self, labels: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.intp]:
        """Draw a row of the table for each wanted class, with replacement.

        Args:
            labels: classes, any shape.
            rng: where random numbers come from.

        Raises:
            MissingClass: a class has no sample.
        """
        size = self.size[labels]
        if labels.size and size.min() == 0:
            missing = sorted(set(labels[size == 0].tolist()))
            raise MissingClass(f"no sample of class {missing} in the pool; it holds {self.size}")
        rank = (rng.random(labels.shape) * size).astype(np.intp)
        rows: NDArray[np.intp] = self._order[self._start[labels] + rank]
        return rows


def draw_labels(prior: NDArray[np.float64], n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw classes from one distribution per user.

    Args:
        prior: ``[n_user, n_classes]``, rows adding up to 1.
        n: samples per user.
        rng: where random numbers come from.

    Returns:
        ``[n_user, n]``.
    """
    u = rng.random((len(prior), n, 1))
    below = u >= np.cumsum(prior, axis=1)[:, None, :-1]
    labels: NDArray[np.int64] = below.sum(axis=2, dtype=np.int64)
    return labels


def draw_from_windows(
    recorded: Samples,
    windows: Iterable[tuple[int, NDArray[np.intp]]],
    labels: Labels,
    n_classes: int,
    rng: np.random.Generator,
) -> Features:
    """Draw samples of wanted classes, each row from a window of its own.

    Args:
        recorded: of all users.
        windows: whose, and which of its samples, ``[n_window]``; one per row.
        labels: the classes wanted, ``[n, n_samples]``.
        n_classes: number of classes.
        rng: where random numbers come from.

    Returns:
        ``[n, n_samples, n_features]``.

    Raises:
        MissingClass: a window has no sample of a class.

    Example:
        >>> x = np.arange(4, dtype=np.float32).reshape(1, 4, 1)
        >>> recorded = Samples(x, np.array([[0, 1, 0, 1]]))
        >>> windows = [(0, np.array([1, 2]))]
        >>> rng = np.random.default_rng(1)
        >>> draw_from_windows(recorded, windows, np.array([[0, 1]]), 2, rng).ravel().tolist()
        [2.0, 1.0]
    """
    x = np.empty((*labels.shape, recorded.x.shape[-1]), np.float32)
    for drawn, (user, rows), wanted in zip(x, windows, labels, strict=True):
        pools = ClassPools(recorded.y[user, rows], n_classes)
        drawn[:] = recorded.x[user, rows[pools.rows(wanted, rng)]]
    return x
