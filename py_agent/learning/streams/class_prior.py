# SPDX-License-Identifier: MIT
"""Which classes a user meets how often, and how that shifts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class ShiftingPrior:
    """Each user's class prior swings between two distributions of its own.

    Both are drawn from a symmetric Dirichlet distribution; their mixture follows a triangle wave
    ``w(t)``: ``prior = (1 − w)·π₀ + w·π₁``, the phase being the user's own.

    Args:
        n_users: number of users.
        n_classes: number of classes.
        concentration: of the Dirichlet distribution; small: few classes per user.
        period_s: of the wave.
        rng: where the distributions and phases come from.

    Example:
        >>> prior = ShiftingPrior(2, 10, 0.5, period_s=60.0, rng=np.random.default_rng(1))
        >>> prior.at(0.0).shape, prior.at(0.0).sum(axis=1).round(6).tolist()
        ((2, 10), [1.0, 1.0])
        >>> bool(np.allclose(prior.at(0.0), prior.at(60.0)))  # a period later
        True
    """

    def __init__(
        self,
        n_users: int,
        n_classes: int,
        concentration: float,
        period_s: float,
        rng: np.random.Generator,
    ) -> None:
        self._ends = rng.dirichlet(np.full(n_classes, concentration), (2, n_users))
        self._period_s = period_s
        self._phase = rng.random(n_users)

    def at(self, time_s: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """The prior of every user, ``[n_users, n_classes]``."""
        cycles = self._phase + np.asarray(time_s) / self._period_s
        within = cycles - np.floor(cycles)
        weight = np.minimum(2 * within, 2 - 2 * within)[:, None]
        prior: NDArray[np.float64] = (1 - weight) * self._ends[0] + weight * self._ends[1]
        return prior
