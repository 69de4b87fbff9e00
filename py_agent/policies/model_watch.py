# SPDX-License-Identifier: MIT
"""The predictor of users' accuracy, kept in step with what is observed, slot by slot."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Network, Observation, present
from py_agent.learning.accuracy_predictor import AccuracyPredictor, Floats
from py_agent.learning.learning_settings import lag_model_of


class ModelWatch:
    """What the users' models are believed to be able to do, in one network or a batch.

    Models start up to ``learning.initial_lag_s`` behind their data; half of that is assumed, and
    a bias per user learns the rest from what is measured at the end of every frame.

    Args:
        network: with ``learning`` among its settings.
        raw: believe what was measured last, and follow neither drift nor training.

    Attributes:
        target: A_min.

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> from py_agent.learning.learning_settings import LearningSettings
        >>> env = without_ns3.make_learning({"n_ue": 3, "n_bs": 2})
        >>> observation, _ = env.reset(seed=1)
        >>> settings = {**env.settings.model_dump(), "learning": LearningSettings().model_dump()}
        >>> models = ModelWatch(Network("cellular", settings, env.schema))
        >>> models.follow(observation)
        >>> bool((models.predict(20.0) < models.predict(0.0)).all())  # data drift, models age
        True
        >>> env.close()
    """

    def __init__(self, network: Network, raw: bool = False) -> None:
        network.require("accuracy", "drift_rate", *(() if raw else ("trained_samples", "time_s")))
        learning = network.settings["learning"]
        self.target: float = learning["target_accuracy"]
        self._behind_s = learning["initial_lag_s"] / 2
        self._raw = raw
        self._lags = lag_model_of(learning)
        self._slot_s = network.settings["slot_s"]
        self._predictor: AccuracyPredictor | None = None
        self._time_s: NDArray[Any] = np.zeros(0)

    def follow(self, observation: Observation) -> None:
        """A slot begins. A time before that of the last slot is a new run."""
        rate = observation["drift_rate"].astype(np.float64)
        accuracy = observation["accuracy"].astype(np.float64)
        if self._raw:
            self._predictor = AccuracyPredictor(self._lags, rate)
            self._predictor.believe(accuracy)
            return
        trained, time_s = observation["trained_samples"], observation["time_s"]
        if self._predictor is None:
            self._predictor = AccuracyPredictor(self._lags, rate, self._behind_s, trained)
            starts = np.ones(time_s.shape, bool)
        else:
            starts = time_s < self._time_s
            self._predictor.follow(self._slot_s, trained)
            if starts.any():
                self._predictor.start_over(starts, rate, self._behind_s)
        self._time_s = time_s
        if starts.any() or (observation["slot_in_frame"] == 0).any():
            self._predictor.calibrate(accuracy, present(observation))

    def predict(self, ahead_s: float, samples: Floats | float = 0.0) -> Floats:
        """Accuracy some seconds ahead if jobs of so many samples are done now, ``[..., n_ue]``."""
        return self._known.predict(ahead_s, samples) - self._known.bias

    def samples_to_reach(self, target: Floats | float, ahead_s: float, at_most: Floats) -> Floats:
        """The smallest job for a target, see `AccuracyPredictor`, ``[..., n_ue]``."""
        return self._known.samples_to_reach(target, ahead_s, at_most)

    @property
    def bias(self) -> Floats:
        """By how much predictions would be too high, and are lowered, ``[..., n_ue]``."""
        return self._known.bias

    @property
    def _known(self) -> AccuracyPredictor:
        if self._predictor is None:
            raise RuntimeError("follow the first slot first")
        return self._predictor


def ratio_of(samples: Floats, norm: Floats) -> Floats:
    """δ of jobs, ``[..., n_ue]``: samples over ``‖Q‖₂`` of the task data; 0 without data.

    Example:
        >>> ratio_of(np.array([32.0, 32.0]), np.array([64.0, 0.0])).tolist()
        [0.5, 0.0]
    """
    ratio: Floats = np.divide(samples, norm, out=np.zeros_like(norm), where=norm > 0)
    return ratio
