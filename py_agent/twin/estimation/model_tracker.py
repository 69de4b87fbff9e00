# SPDX-License-Identifier: MIT
"""How accurate the users' models are: the predictor of lags, kept in step with measurements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import present
from py_agent.learning.accuracy_predictor import AccuracyPredictor
from py_agent.learning.lag_model import LagModel
from py_agent.twin.model.estimate import ModelState

Floats = NDArray[np.float64]

MODEL_FIELDS = ("accuracy", "drift_rate", "trained_samples", "virtual_queue", "task_norm_samples")

_FIRST_SD = 0.1
_SD_STEP = 0.1
_SD_PER_S = 0.01  # of a prediction, with the time since the last measurement


class ModelTracker:
    """Lags and bias of every user's model, from what `LearningEnv` observes.

    Args:
        target_accuracy: A_min.
        frame_s: time between two measurements of accuracy.
        model: how lag becomes accuracy.

    Example:
        >>> seen = {"drift_rate": np.array([1.0]), "trained_samples": np.array([0])}
        >>> seen |= {name: np.zeros(1) for name in ("virtual_queue", "task_norm_samples")}
        >>> seen |= {f"training_backlog_{unit}": np.zeros(1) for unit in ("cycles", "samples")}
        >>> tracker = ModelTracker(target_accuracy=0.8, frame_s=1.0)
        >>> tracker.state(0.0, seen) is None  # nothing has been measured
        True
        >>> seen["accuracy"] = np.array([0.9])
        >>> tracker.update(0.0, seen)
        >>> now, later = tracker.state(0.0, seen), tracker.state(30.0, seen)
        >>> bool(later.lag_fast > now.lag_fast)  # at 1 °/s its data drift away from the model
        True
    """

    def __init__(
        self, target_accuracy: float, frame_s: float, model: LagModel | None = None
    ) -> None:
        self._target = target_accuracy
        self._frame_s = frame_s
        self._model = model or LagModel()
        self._predictor: AccuracyPredictor | None = None
        self._square = np.zeros(0)
        self._heard = np.zeros(0, np.bool_)
        self._time_s = 0.0

    def update(
        self,
        time_s: float,
        latest: Mapping[str, NDArray[Any]],
        heard: NDArray[np.bool_] | bool = True,
    ) -> None:
        """Once per frame: follow drift and finished jobs, learn the bias from what was measured.

        Args:
            time_s: now.
            latest: last reported value of each of `MODEL_FIELDS`, ``[n_ue]``, and where users come
                and go, ``present``: of those who are away nothing is learned.
            heard: who has ever reported, ``[n_ue]``: `latest` knows nothing of the others.
        """
        trained = latest["trained_samples"].astype(np.float64)
        accuracy = latest["accuracy"].astype(np.float64)
        rate = latest["drift_rate"].astype(np.float64)
        heard = np.broadcast_to(heard, rate.shape)
        there = present(latest) & heard
        if self._predictor is None:
            self._predictor = AccuracyPredictor(self._model, rate, trained_samples=trained)
            self._square = np.full(len(rate), _FIRST_SD**2)
        elif time_s < self._time_s + 0.5 * self._frame_s:
            return
        else:
            self._predictor.follow(time_s - self._time_s, trained)
            self._predictor.start_over(heard & ~self._heard, rate, 0.0)
            error = self._predictor.predict(0.0) - self._predictor.bias - accuracy
            known = there & self._heard
            self._square += np.where(known, _SD_STEP * (error**2 - self._square), 0.0)
        self._heard = heard.copy()
        self._predictor.calibrate(accuracy, there)
        self._time_s = time_s

    def state(self, time_s: float, latest: Mapping[str, NDArray[Any]]) -> ModelState | None:
        """Belief now, or None before the first update.

        Args:
            time_s: now.
            latest: as of `update`, with the backlog of retraining.
        """
        if self._predictor is None:
            return None

        def held(name: str) -> Floats:
            return latest[name].astype(np.float64)

        elapsed_s = max(time_s - self._time_s, 0.0)
        fast, slow = self._predictor.lags(elapsed_s)
        return ModelState(
            model=self._model,
            lag_fast=fast,
            lag_slow=slow,
            drift_rate=held("drift_rate"),
            bias=self._predictor.bias.copy(),
            accuracy=held("accuracy"),
            accuracy_sd=np.sqrt(self._square + (_SD_PER_S * elapsed_s) ** 2),
            virtual_queue=held("virtual_queue"),
            target_accuracy=self._target,
            norm_samples=held("task_norm_samples"),
            backlog_cycles=held("training_backlog_cycles"),
            backlog_samples=held("training_backlog_samples"),
            trained_samples=held("trained_samples"),
        )
