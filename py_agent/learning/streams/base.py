# SPDX-License-Identifier: MIT
"""What a stream of drifting data is: the one protocol behind which every data set stands."""

from __future__ import annotations

import dataclasses
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Features: TypeAlias = NDArray[np.float32]
Labels: TypeAlias = NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Samples:
    """Labelled samples of several users, the same number for each.

    Attributes:
        x: features, ``[n_user, n, n_features]``.
        y: classes, ``[n_user, n]``.

    Example:
        >>> two_users = Samples(np.zeros((2, 5, 64), np.float32), np.zeros((2, 5), np.int64))
        >>> two_users.x.shape
        (2, 5, 64)
    """

    x: Features
    y: Labels

    def at(self, users: NDArray[np.intp], rows: NDArray[np.intp]) -> Samples:
        """Some of them.

        Args:
            users: whose, ``[n]``.
            rows: which of each, ``[n, n_samples]``.
        """
        return Samples(self.x[users[:, None], rows], self.y[users[:, None], rows])


class DriftStream(Protocol):
    """One stream of data per user, whose distribution changes with time.

    All users are drawn in one call. Random numbers come only from the generator that is handed in,
    so the same seed gives the same bits.

    Attributes:
        n_users: number of streams.
        n_features: length of a sample.
        n_classes: number of labels, 0 to ``n_classes - 1``.
        pool_size: samples of each class that training data is made of, ``[n_classes]``.
        drift_rate: how fast each user's data leaves what it was, in the stream's own unit per
            second (degrees, concepts), averaged over a period, ``[n_users]``.

    Example:
        >>> from py_agent.learning.learning_settings import STREAMS
        >>> stream: DriftStream = STREAMS.load("digits")(n_users=3, seed=1)
        >>> rng = np.random.default_rng(1)
        >>> stream.draw(time_s=10.0, n=5, rng=rng).y.shape
        (3, 5)
        >>> wanted = np.array([[7, 7]])
        >>> stream.draw_classes(np.array([0]), 10.0, wanted, rng).shape
        (1, 2, 64)
    """

    n_users: int
    n_features: int
    n_classes: int
    pool_size: Labels
    drift_rate: Floats

    def draw(self, time_s: Floats | float, n: int, rng: np.random.Generator) -> Samples:
        """What the users see at a time: `n` samples each, none of them in the training pool.

        Args:
            time_s: one time for all users, or ``[n_users]``.
            n: samples per user.
            rng: where random numbers come from.

        Raises:
            StreamExhausted: a finite stream is over.
        """
        ...

    def draw_classes(
        self,
        users: NDArray[np.intp],
        time_s: Floats | float,
        labels: Labels,
        rng: np.random.Generator,
    ) -> Features:
        """Training samples of given classes, as these users see those classes at that time.

        Args:
            users: whose, ``[n]``.
            time_s: one time, or ``[n]``.
            labels: the classes wanted, ``[n, n_samples]``.
            rng: where random numbers come from.

        Returns:
            ``[n, n_samples, n_features]``.

        Raises:
            MissingClass: the pool has no sample of a class.
        """
        ...
