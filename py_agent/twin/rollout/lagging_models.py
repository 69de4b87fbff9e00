# SPDX-License-Identifier: MIT
"""Users' models in many rollouts: two lags each instead of weights and data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from py_agent.learning.accuracy_predictor import AccuracyPredictor
from py_agent.learning.lag_model import LagModel
from py_agent.learning.learning_settings import STREAMS, LearningSettings, lag_model_of
from py_agent.learning.streams.rotating_images import RATE_DEG_PER_S, RotatingImages
from py_agent.learning.virtual_queue import VirtualQueue
from py_agent.twin.errors import UnsuitableNetwork
from py_agent.twin.model.estimate import ModelState

Floats = NDArray[np.float64]


class LaggingModels:
    """What `py_agent.learning.plant.LearningPlant` is for one network, by `LagModel`, for many.

    Accuracy follows from the lags, with the noise of measuring it on so few samples; a drift alarm
    is never raised.

    Args:
        settings: of the plant.
        n_rollouts: how many.
        n_ue: users of each.
        model: how lag becomes accuracy.

    Attributes:
        accuracy: last measured, ``[n_rollouts, n_ue]``.
        queue: the accuracy constraint; its length is ``[n_rollouts, n_ue]``.

    Example:
        >>> settings = LearningSettings(initial_lag_s=0.0)
        >>> models = LaggingModels.at_random_lags(settings, n_rollouts=2, n_ue=3)
        >>> models.start([0, 1], seeds=[1, 2])
        >>> fresh = models.accuracy.copy()
        >>> models.advance(60.0, trained_samples=np.zeros((2, 3)))
        >>> models.end_frame(np.ones((2, 3), bool))
        >>> bool((models.accuracy < fresh).all())  # nobody has retrained them for a minute
        True
    """

    def __init__(
        self, settings: LearningSettings, n_rollouts: int, n_ue: int, model: LagModel
    ) -> None:
        self._settings = settings
        shape = (n_rollouts, n_ue)
        self._rngs = [np.random.default_rng(i) for i in range(n_rollouts)]
        self._models = AccuracyPredictor(model, np.zeros(shape))
        self.accuracy: Floats = np.zeros(shape)
        self.queue = VirtualQueue(shape, settings.target_accuracy)

    @classmethod
    def at_random_lags(
        cls, settings: LearningSettings, n_rollouts: int, n_ue: int
    ) -> LaggingModels:
        """Models that `start` makes.

        Raises:
            UnsuitableNetwork: the lag model is none of this stream.
        """
        images = STREAMS.load(settings.stream)
        if not (isinstance(images, type) and issubclass(images, RotatingImages)) or (
            settings.drift != "gradual"
        ):
            raise UnsuitableNetwork(
                "the twin's models lag as those of gradually rotating images do, not of"
                f" learning.stream = {settings.stream}, learning.drift = {settings.drift}"
            )
        return cls(settings, n_rollouts, n_ue, lag_model_of(settings.model_dump()))

    @classmethod
    def following(
        cls, state: ModelState, settings: LearningSettings, n_rollouts: int, copies: int, seed: int
    ) -> LaggingModels:
        """Models that go on from what is believed of them, each rollout as far off as may be.

        Args:
            state: of the twin's estimate.
            settings: of the plant.
            n_rollouts: how many.
            copies: of each of them.
            seed: of all rollouts.
        """
        made = cls(settings, copies * n_rollouts, len(state.accuracy), state.model)
        made._rngs = [
            np.random.default_rng([seed, i % n_rollouts, 2]) for i in range(copies * n_rollouts)
        ]
        doubt = np.stack([rng.standard_normal(len(state.bias)) for rng in made._rngs])
        shape = doubt.shape
        made._models = AccuracyPredictor.going_on(
            state.model,
            np.broadcast_to(state.drift_rate, shape),
            (np.broadcast_to(state.lag_fast, shape), np.broadcast_to(state.lag_slow, shape)),
            state.bias + doubt * state.accuracy_sd,
        )
        made.accuracy[:] = state.accuracy
        made.queue.length[:] = state.virtual_queue
        return made

    def start(self, chosen: Sequence[int], seeds: Sequence[int]) -> None:
        """New models in these rollouts, each as far behind its data as chance will have it."""
        rate, behind_s = self.drift_rate.copy(), np.zeros(self.accuracy.shape)
        which = np.zeros((len(rate), 1), bool)
        which[chosen] = True
        n_ue = rate.shape[1]
        for i, seed in zip(chosen, seeds, strict=True):
            self._rngs[i] = rng = np.random.default_rng([seed, 1])
            rate[i] = self._settings.drift_speed * rng.uniform(*RATE_DEG_PER_S, n_ue)
            behind_s[i] = rng.uniform(0, self._settings.initial_lag_s, n_ue)
            self.queue.length[i] = 0.0
        self._models.start_over(which, rate, behind_s)
        self._measure(which)

    @property
    def drift_rate(self) -> Floats:
        """Of every user, per second, ``[n_rollouts, n_ue]``."""
        return self._models.drift_rate

    def advance(self, by_s: float, trained_samples: Floats) -> None:
        """Let data drift, then take over the jobs done, ``[n_rollouts, n_ue]`` samples."""
        self._models.advance(by_s)
        self._models.trained(trained_samples)

    def end_frame(self, which: NDArray[np.bool_]) -> None:
        """Measure the accuracy and move the virtual queues of these users.

        Args:
            which: those who are there, of rollouts whose frame ends, ``[n_rollouts, n_ue]``.
        """
        self._measure(which)
        self.queue.update(self.accuracy, which)

    @property
    def deficit(self) -> Floats:
        """By how much accuracy misses the target, ``[n_rollouts, n_ue]``."""
        return np.maximum(0, self._settings.target_accuracy - self.accuracy)

    def _measure(self, which: NDArray[np.bool_]) -> None:
        rollouts = np.flatnonzero(which.any(axis=-1))
        expected = self._models.expected[rollouts]
        samples = self._settings.evaluated_samples
        for i, rollout in enumerate(rollouts):
            measured = self._rngs[rollout].binomial(samples, expected[i]) / samples
            np.copyto(self.accuracy[rollout], measured, where=which[rollout])
