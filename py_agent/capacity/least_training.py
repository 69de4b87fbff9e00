# SPDX-License-Identifier: MIT
"""How many samples a second a model must be trained on to keep its accuracy."""

from __future__ import annotations

import math

import numpy as np

from py_agent.learning.lag_model import LagModel
from py_agent.learning.learning_settings import STREAMS, LearningSettings, lag_model_of
from py_agent.learning.streams.rotating_images import RATE_DEG_PER_S, RotatingImages


def least_samples_hz(model: LagModel, drift_rate: float, accuracy: float) -> float:
    """Samples per second below which no schedule keeps this accuracy on average.

    Trained at s samples per second without a break, the lags of `LagModel` settle where drift and
    training balance, ``φ r = s F/κf`` and ``(1 − φ) r = s L/κs``, so their sum ℓ takes

        s = r (φ κf + (1 − φ) κs) / ℓ.

    Jobs of S samples at once leave a larger mean lag at the same s, by a factor of
    ``x (1/(1 − e^{−x}) − 1/2) ≥ 1`` with ``x = S/κ``, and accuracy is concave in the lag down to
    ``a (w + 1)/(2 w)``, so that lags that vary bring less of it.

    Args:
        model: how lag becomes accuracy.
        drift_rate: r, of the data, per second.
        accuracy: to be kept; infinity is returned where the model never has it.

    Example:
        >>> round(least_samples_hz(LagModel(), drift_rate=1.0, accuracy=0.8), 1)
        35.2
        >>> least_samples_hz(LagModel(), drift_rate=1.0, accuracy=0.95)
        inf
    """
    lag = float(model.lag_at(np.array(accuracy)))
    if lag <= 0:
        return math.inf
    per_lag = model.phi * model.kappa_fast + (1 - model.phi) * model.kappa_slow
    return drift_rate * per_lag / lag


def mean_samples_hz(learning: LearningSettings) -> float | None:
    """The same for the mean user of a network; None: the stream has no lag model.

    Example:
        >>> mean_samples_hz(LearningSettings(stream="loans")) is None
        True
    """
    stream = STREAMS.load(learning.stream)
    if not (isinstance(stream, type) and issubclass(stream, RotatingImages)):
        return None
    if learning.drift != "gradual":
        return None
    drift_rate = learning.drift_speed * sum(RATE_DEG_PER_S) / 2
    model = lag_model_of(learning.model_dump())
    return least_samples_hz(model, drift_rate, learning.target_accuracy)
