# SPDX-License-Identifier: MIT
"""What is each user's own in a stream whose samples are drawn: drift, class prior, noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.learning.streams.base import Features, Floats, Labels
from py_agent.learning.streams.class_pools import draw_labels
from py_agent.learning.streams.class_prior import ShiftingPrior
from py_agent.learning.streams.drift import Drift, DriftKind


class DriftingUsers:
    """Rates, phases and class priors of users, drawn in this order.

    Args:
        n_users: number of users.
        n_classes: number of classes.
        rng: where they come from.
        kind: how users drift.
        rate: smallest and largest; each user's is drawn uniformly between.
        drift_speed: factor on all rates.
        period_s: of abrupt and recurring drift.
        noise: standard deviation of the noise on features.
        concentration: Dirichlet parameter of the class priors.
        prior_period_s: one full swing of the class prior.

    Attributes:
        drift: where users are at a time.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> users = DriftingUsers(
        ...     *(3, 10, rng, "gradual", (0.5, 0.5), 2.0),
        ...     period_s=20.0, noise=0.1, concentration=1.0, prior_period_s=60.0,
        ... )
        >>> users.drift.position(10.0).tolist(), users.labels(10.0, 5, rng).shape
        ([10.0, 10.0, 10.0], (3, 5))
    """

    def __init__(
        self,
        n_users: int,
        n_classes: int,
        rng: np.random.Generator,
        kind: DriftKind,
        rate: tuple[float, float],
        drift_speed: float,
        *,
        period_s: float,
        noise: float,
        concentration: float,
        prior_period_s: float,
    ) -> None:
        rates: Floats = drift_speed * rng.uniform(*rate, n_users)
        self.drift = Drift(kind, rates, period_s, rng.uniform(0, period_s, n_users))
        self._prior = ShiftingPrior(n_users, n_classes, concentration, prior_period_s, rng)
        self._noise = noise

    def labels(self, time_s: Floats | float, n: int, rng: np.random.Generator) -> Labels:
        """Classes that users meet, ``[n_users, n]``."""
        return draw_labels(self._prior.at(time_s), n, rng)

    def add_noise(self, x: NDArray[np.float32], rng: np.random.Generator) -> Features:
        """Add noise to features, any shape, in place."""
        x += self._noise * rng.standard_normal(x.shape, np.float32)
        return x
