# SPDX-License-Identifier: MIT
"""Samples sorted by class, drawn for many users at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.learning.errors import MissingClass


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
