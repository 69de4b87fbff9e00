# SPDX-License-Identifier: MIT
"""Small handwritten digits that turn: the data of scikit-learn."""

from __future__ import annotations

import functools

import numpy as np

from py_agent.learning.streams.base import Features, Labels
from py_agent.learning.streams.rotating_images import RotatingImages


class RotatingDigits(RotatingImages):
    """The digits data of scikit-learn (1797 images of 8 × 8), turning at a rate of each user's own.

    See `RotatingImages` for arguments.

    Example:
        >>> stream = RotatingDigits(n_users=3, seed=1)
        >>> samples = stream.draw(time_s=10.0, n=5, rng=np.random.default_rng(1))
        >>> samples.x.shape, samples.y.shape
        ((3, 5, 64), (3, 5))
    """

    side = 8
    n_features = side * side

    @classmethod
    def images(cls) -> tuple[Features, Labels]:
        """See `RotatingImages.images`."""
        return _loaded()


@functools.cache
def _loaded() -> tuple[Features, Labels]:
    from sklearn.datasets import load_digits  # takes a second to import

    images, y = load_digits(return_X_y=True)
    return (images / 16).astype(np.float32), y
