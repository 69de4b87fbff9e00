# SPDX-License-Identifier: MIT
"""A stream of drifting data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.learning.streams import Samples
from py_agent.learning.streams.base import Features, Floats, Labels


class TwoClouds:
    """Two Gaussian clouds on opposite sides of the origin, which turn around it."""

    n_features = 2
    n_classes = 2

    def __init__(
        self, n_users: int, seed: int, kind: str = "gradual", drift_speed: float = 1.0
    ) -> None:
        if kind != "gradual":
            raise ValueError(f"drift = {kind!r}: clouds turn gradually only")
        self.n_users = n_users
        self.pool_size: Labels = np.full(2, 1000)
        self.drift_rate: Floats = np.full(n_users, 0.1 * drift_speed)  # rad/s

    def draw(self, time_s: Floats | float, n: int, rng: np.random.Generator) -> Samples:
        """What the users see at a time: `n` samples each."""
        y = rng.integers(2, size=(self.n_users, n))
        return Samples(self.draw_classes(np.arange(self.n_users), time_s, y, rng), y)

    def draw_classes(
        self,
        users: NDArray[np.intp],
        time_s: Floats | float,
        labels: Labels,
        rng: np.random.Generator,
    ) -> Features:
        """Training samples of given classes, ``[n, n_samples, 2]``."""
        angle = (self.drift_rate[users] * time_s)[:, None] + np.pi * labels
        centre = 2 * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        return (centre + rng.normal(size=centre.shape)).astype(np.float32)
