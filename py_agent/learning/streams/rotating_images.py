# SPDX-License-Identifier: MIT
"""Images that turn, get noisy and change their class prior."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from py_agent.learning.streams.base import Features, Floats, Labels, Samples
from py_agent.learning.streams.class_pools import ClassPools
from py_agent.learning.streams.drift import DriftKind
from py_agent.learning.streams.drifting_users import DriftingUsers
from py_agent.learning.streams.rotation import rotation_matrices

_TRAINING_PART = 0.7

RATE_DEG_PER_S = (0.25, 1.5)  # slowest and fastest turning of a user's images


class RotatingImages:
    """Images of ten classes, turning at a rate of each user's own; subclasses have the images.

    Covariate drift: the images of user n are turned by ``position_n(t)`` degrees (see `Drift`) and
    get Gaussian noise. Prior drift: see `ShiftingPrior`. The images are split once, at random, into
    a training pool and the ones that users meet, so accuracy is never measured on trained images.

    Args:
        n_users: number of users.
        seed: of rates, phases, priors and the split.
        kind: how the angle moves.
        rate_deg_per_s: smallest and largest rate; each user's is drawn uniformly between.
        drift_speed: factor on all rates.
        period_s: of abrupt and recurring drift.
        noise: standard deviation of the noise; pixels are 0 to 1.
        concentration: Dirichlet parameter of the class priors.
        prior_period_s: one full swing of the class prior.

    Attributes:
        side: height and width of an image in pixels.

    Example:
        >>> class Points(RotatingImages):  # class 0 to 9: how bright the middle is
        ...     side, n_features = 3, 9
        ...
        ...     @classmethod
        ...     def images(cls):
        ...         y = np.arange(100) % 10
        ...         return np.eye(9, dtype=np.float32)[[4]] * y[:, None].astype(np.float32) / 9, y
        >>> samples = Points(n_users=2, seed=1, noise=0.0).draw(40.0, 5, np.random.default_rng(1))
        >>> bool(np.allclose(samples.x[:, :, 4] * 9, samples.y))  # the middle stays in its place
        True
    """

    side: ClassVar[int]
    n_features: int
    n_classes = 10

    def __init__(
        self,
        n_users: int,
        seed: int,
        kind: DriftKind = "gradual",
        rate_deg_per_s: tuple[float, float] = RATE_DEG_PER_S,
        drift_speed: float = 1.0,
        period_s: float = 20.0,
        noise: float = 0.1,
        concentration: float = 1.0,
        prior_period_s: float = 60.0,
    ) -> None:
        rng = np.random.default_rng(seed)
        self.n_users = n_users
        self._users = DriftingUsers(
            *(n_users, self.n_classes, rng, kind, rate_deg_per_s, drift_speed),
            period_s=period_s,
            noise=noise,
            concentration=concentration,
            prior_period_s=prior_period_s,
        )
        self.drift_rate: Floats = self._users.drift.rate
        self._images, y = self.images()
        order = rng.permutation(len(y))
        split = int(_TRAINING_PART * len(y))
        self._training_rows, self._fresh_rows = order[:split], order[split:]
        self._training = ClassPools(y[self._training_rows], self.n_classes)
        self._fresh = ClassPools(y[self._fresh_rows], self.n_classes)
        self.pool_size: Labels = self._training.size

    @classmethod
    def images(cls) -> tuple[Features, Labels]:
        """Upright images, pixels from 0 to 1, ``[n, side²]``, and their classes, ``[n]``."""
        raise NotImplementedError

    @classmethod
    def turned(cls, images: Features, angle_deg: Floats) -> Features:
        """Images of users, ``[n, n_images, side²]``, each turned by its angle, ``[n]``."""
        turned: Features = np.matmul(images, rotation_matrices(angle_deg, cls.side))
        return turned

    def draw(self, time_s: Floats | float, n: int, rng: np.random.Generator) -> Samples:
        """See `DriftStream.draw`; never runs dry."""
        y = self._users.labels(time_s, n, rng)
        rows = self._fresh_rows[self._fresh.rows(y, rng)]
        return Samples(self._seen(rows, self._users.drift.position(time_s), rng), y)

    def draw_classes(
        self,
        users: NDArray[np.intp],
        time_s: Floats | float,
        labels: Labels,
        rng: np.random.Generator,
    ) -> Features:
        """See `DriftStream.draw_classes`."""
        rows = self._training_rows[self._training.rows(labels, rng)]
        return self._seen(rows, self._users.drift.position(time_s, users), rng)

    def _seen(
        self, rows: NDArray[np.intp], angle_deg: Floats, rng: np.random.Generator
    ) -> Features:
        return self._users.add_noise(self.turned(self._images[rows], angle_deg), rng)
