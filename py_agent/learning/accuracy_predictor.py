# SPDX-License-Identifier: MIT
"""The twin's view of every user's accuracy: now, some seconds ahead, and after training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.learning.lag_model import LagModel

Floats = NDArray[np.float64]

_BIAS_STEP = 0.3
_MAX_BIAS = 0.3
_BISECTIONS = 20


class AccuracyPredictor:
    """Follows the two lags of every user's model and predicts its accuracy.

    The twin knows each user's nominal drift rate and which jobs are done. It does not know the lag
    that a model starts with, nor what rate and lag do to this user's classes: with `calibrate`,
    a bias per user learns from measurements, ``b ← b + 0.3 (predicted − measured − b)``, kept
    within ±0.3.

    Args:
        model: how lag becomes accuracy.
        drift_rate: per second, ``[n_users]``.

    Attributes:
        bias: by how much predictions have been too high, ``[n_users]``.
    """

    def __init__(self, model: LagModel, drift_rate: Floats) -> None:
        self._model = model
        self._rate = drift_rate
        self._fast = np.zeros(len(drift_rate))
        self._slow = np.zeros(len(drift_rate))
        self.bias = np.zeros(len(drift_rate))

    @property
    def lags(self) -> tuple[Floats, Floats]:
        """Fast and slow lag of every user, ``[n_users]`` each."""
        return self._fast, self._slow

    def advance(self, duration_s: float) -> None:
        """Let data drift."""
        self._fast, self._slow = self._model.drift(self._fast, self._slow, self._rate * duration_s)

    def trained(self, users: NDArray[np.intp], samples: NDArray[np.int64]) -> None:
        """Jobs are done, ``[n]`` each."""
        self._fast[users], self._slow[users] = self._model.train(
            self._fast[users], self._slow[users], samples.astype(np.float64)
        )

    def calibrate(self, measured: Floats) -> None:
        """Learn the bias from the accuracy measured now, ``[n_users]``."""
        error = self._model.accuracy(self._fast, self._slow) - measured
        step = _BIAS_STEP * (error - self.bias)
        self.bias = np.clip(self.bias + step, -_MAX_BIAS, _MAX_BIAS)

    def predict(self, ahead_s: float, samples: Floats | float = 0.0) -> Floats:
        """Accuracy some seconds ahead if a job is done now, bias not counted, ``[n_users]``.

        Args:
            ahead_s: how far.
            samples: size of the job, one or ``[n_users]``.
        """
        lags = self._model.train(self._fast, self._slow, np.asarray(samples, np.float64))
        return self._model.accuracy(*self._model.drift(*lags, self._rate * ahead_s))

    def samples_to_reach(self, target: Floats, ahead_s: float, at_most: Floats) -> Floats:
        """The smallest job whose predicted accuracy some seconds ahead reaches a target.

        Args:
            target: ``[n_users]``; the bias is added to it.
            ahead_s: how far.
            at_most: largest job, ``[n_users]``: the answer where even that is too small.

        Returns:
            samples, whole numbers, ``[n_users]``; 0 where nothing need be done.
        """
        wanted = target + self.bias
        low, high = np.zeros(len(wanted)), np.asarray(at_most, np.float64)
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            enough = self.predict(ahead_s, middle) >= wanted
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        idle = self.predict(ahead_s) >= wanted
        return np.where(idle, 0.0, np.minimum(np.ceil(high), np.floor(at_most)))
