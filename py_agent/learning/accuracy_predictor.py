# SPDX-License-Identifier: MIT
"""The twin's view of every user's accuracy: now, some seconds ahead, and after training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.learning.lag_model import LagModel

Floats = NDArray[np.float64]

_BIAS_STEP = 0.3
_MAX_BIAS = 0.3
_NEWTON_STEPS = 8  # at most
_SMALL_STEP = 1e-3  # of samples: what then is left to go is far below _ROUNDING
_LEAST_LAG = 1e-9
_ROUNDING = 1e-6


class AccuracyPredictor:
    """Follows the two lags of every user's model and predicts its accuracy.

    The twin knows each user's nominal drift rate and which jobs are done. It does not know the lag
    that a model starts with, nor what rate and lag do to this user's classes: with `calibrate`,
    a bias per user learns from measurements, ``b ← b + 0.3 (predicted − measured − b)``, kept
    within ±0.3. `follow` keeps it in step with what is observed, or simulated.

    All arrays are ``[..., n_users]``: one network's users, or those of many.

    Args:
        model: how lag becomes accuracy.
        drift_rate: per second.
        behind_s: how far models are behind their data at the start.
        trained_samples: of which each model has learned so far, as it is observed.

    Attributes:
        bias: by how much predictions have been too high.

    Example:
        >>> predictor = AccuracyPredictor(LagModel(), np.array([0.5, 1.5]))
        >>> bool((predictor.predict(10.0) < predictor.predict(0.0)).all())
        True
        >>> job = predictor.samples_to_reach(0.8, 2.0, np.full(2, 500.0))
        >>> job.shape
        (2,)
    """

    def __init__(
        self,
        model: LagModel,
        drift_rate: Floats,
        behind_s: Floats | float = 0.0,
        trained_samples: NDArray[np.generic] | float = 0.0,
    ) -> None:
        self._model = model
        self._rate = drift_rate
        self._fast = np.zeros_like(drift_rate)
        self._slow = np.zeros_like(drift_rate)
        self.bias = np.zeros_like(drift_rate)
        self._trained = np.asarray(trained_samples)
        self.advance(behind_s)

    def follow(self, duration_s: float, trained_samples: NDArray[np.generic]) -> None:
        """Time passes: data drift, then models learn what has been trained since the last call.

        Args:
            duration_s: since then.
            trained_samples: of which each model has learned so far; fewer than before where a run
                has started anew (see `start_over`).
        """
        trained = np.asarray(trained_samples)
        self.advance(duration_s)
        self.trained(np.maximum(trained - self._trained, 0))
        self._trained = trained

    def start_over(
        self, which: NDArray[np.bool_], drift_rate: Floats, behind_s: Floats | float
    ) -> None:
        """New models for some users, under `drift_rate`."""
        fresh = AccuracyPredictor(self._model, drift_rate, behind_s)
        self._rate = np.where(which, fresh._rate, self._rate)
        self._fast = np.where(which, fresh._fast, self._fast)
        self._slow = np.where(which, fresh._slow, self._slow)
        self.bias = np.where(which, 0.0, self.bias)

    def believe(self, accuracy: Floats) -> None:
        """Take the lags that explain an accuracy, as if nothing had been trained."""
        lag = np.maximum(self._model.lag_at(accuracy), 0.0)
        self._fast, self._slow = self._model.drift(np.zeros_like(lag), np.zeros_like(lag), lag)

    @classmethod
    def going_on(
        cls, model: LagModel, drift_rate: Floats, lags: tuple[Floats, Floats], bias: Floats
    ) -> AccuracyPredictor:
        """One that goes on from fast and slow lags that another has found."""
        made = cls(model, drift_rate)
        made._fast, made._slow = lags
        made.bias = bias
        return made

    @property
    def drift_rate(self) -> Floats:
        """Of every user, per second."""
        return self._rate

    def lags(self, ahead_s: float = 0.0) -> tuple[Floats, Floats]:
        """Fast and slow lag of every user, some seconds ahead without training."""
        return self._model.drift(self._fast, self._slow, self._rate * ahead_s)

    @property
    def expected(self) -> Floats:
        """What a measurement now is expected to find, bias counted."""
        return np.clip(self._model.accuracy(self._fast, self._slow) - self.bias, 0.0, 1.0)

    def advance(self, duration_s: Floats | float) -> None:
        """Let data drift."""
        self._fast, self._slow = self._model.drift(self._fast, self._slow, self._rate * duration_s)

    def trained(self, samples: NDArray[np.generic]) -> None:
        """Jobs of so many samples in all are done; 0: none."""
        done = samples.astype(np.float64)
        self._fast, self._slow = self._model.train(self._fast, self._slow, done)

    def calibrate(self, measured: Floats, which: NDArray[np.bool_] | bool = True) -> None:
        """Learn the bias from the accuracy measured now.

        Args:
            measured: accuracy, ``[..., n_ue]``.
            which: whose; of users that are not there it is an old one, while their data drift on.
        """
        error = self._model.accuracy(self._fast, self._slow) - measured
        step = np.where(which, _BIAS_STEP * (error - self.bias), 0.0)
        self.bias = np.clip(self.bias + step, -_MAX_BIAS, _MAX_BIAS)

    def predict(self, ahead_s: float, samples: Floats | float = 0.0) -> Floats:
        """Accuracy some seconds ahead if a job is done now, bias not counted.

        Args:
            ahead_s: how far.
            samples: size of the job.
        """
        lags = self._model.train(self._fast, self._slow, np.asarray(samples, np.float64))
        return self._model.accuracy(*self._model.drift(*lags, self._rate * ahead_s))

    def samples_to_reach(self, target: Floats | float, ahead_s: float, at_most: Floats) -> Floats:
        """The smallest job whose predicted accuracy some seconds ahead reaches a target.

        Solves ``F e^{−S/κf} + L e^{−S/κs} = lag allowed − r·ahead`` for S: the logarithm of the
        left side is convex and falls, so Newton's steps from 0 approach the answer from below.
        After a step s they miss it by s²/(2 κf) at most.

        Args:
            target: the bias is added to it.
            ahead_s: how far.
            at_most: largest job: the answer where even that is too small.

        Returns:
            samples, whole numbers; 0 where nothing need be done.
        """
        model = self._model
        allowed = model.lag_at(target + self.bias) - self._rate * ahead_s
        wanted = np.log(np.maximum(allowed, _LEAST_LAG))
        samples = np.zeros_like(wanted)
        for _ in range(_NEWTON_STEPS):
            fast, slow = model.train(self._fast, self._slow, samples)
            lag = np.maximum(fast + slow, _LEAST_LAG)
            falls = (fast / model.kappa_fast + slow / model.kappa_slow) / lag
            step = (np.log(lag) - wanted) / np.maximum(falls, _LEAST_LAG)
            before, samples = samples, np.minimum(np.maximum(samples + step, 0), at_most)
            if (np.abs(samples - before) < _SMALL_STEP).all():
                break
        samples = np.where(allowed <= 0, at_most, samples)  # no job suffices
        return np.minimum(np.ceil(samples - _ROUNDING), np.floor(at_most))
