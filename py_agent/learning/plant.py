# SPDX-License-Identifier: MIT
"""All users' data, models and accuracy, in step with a simulation."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from py_agent.learning.drift_detection import DriftDetectors
from py_agent.learning.incremental_data import IncrementalData
from py_agent.learning.learning_settings import LearningSettings, stream_of
from py_agent.learning.model_size import LARGEST_JOB, ModelSize
from py_agent.learning.user_models import UserModels
from py_agent.learning.virtual_queue import VirtualQueue

_PRIOR_STEP = 0.3
_PRETRAINING_SAMPLES = 3000


@dataclasses.dataclass(frozen=True)
class TrainingJob:
    """A job at an edge server, which ns-3 knows by a number.

    Attributes:
        user: whose model is trained.
        samples: on how many.
        submitted_s: since the start.
    """

    user: int
    samples: int
    submitted_s: float


class LearningPlant:
    """Data that drift, models that age, jobs that renew them.

    Each model has learned the data of a moment of its own, up to ``initial_lag_s`` before the
    start: else early frames look easier than they are. A job's samples are drawn when it is done,
    but drifted as they were when it was submitted.

    Args:
        settings: of the plant.
        n_users: number of users.
        seed: of streams, models and samples.

    Attributes:
        stream: the users' data.
        accuracy: last measured, ``[n_users]``.
        drifted: a detector raised an alarm at the last measurement, ``[n_users]``.
        queue: the accuracy constraint.
        prior: the twin's estimate of every user's class prior, ``[n_users, n_classes]``.

    Example:
        >>> plant = LearningPlant(LearningSettings(evaluated_samples=50), n_users=2, seed=1)
        >>> plant.accuracy.shape, plant.drifted.tolist()
        ((2,), [False, False])
    """

    def __init__(self, settings: LearningSettings, n_users: int, seed: int) -> None:
        self._settings = settings
        self.stream = stream_of(settings, n_users, seed)
        self._rng = np.random.default_rng([seed, 1])
        size = ModelSize.of(self.stream)
        self._models = UserModels(
            n_users, size.n_features, size.n_classes, seed, hidden=size.hidden_units
        )
        self._data = IncrementalData(self.stream, settings.p_min, self._rng)
        self._detectors = DriftDetectors(n_users, settings.detector, seed)
        self.queue = VirtualQueue(n_users, settings.target_accuracy)
        self.prior = np.full((n_users, self.stream.n_classes), 1 / self.stream.n_classes)
        self._jobs: dict[int, TrainingJob] = {}
        self._pretrain()
        self.accuracy = np.zeros(n_users)
        self.drifted = np.zeros(n_users, bool)
        self._measure(0.0, np.ones(n_users, bool))

    @property
    def largest_job(self) -> int:
        """Samples that the pool can give to one job."""
        return min(LARGEST_JOB, int(self.stream.pool_size.sum()))

    def submit(self, job_id: int, job: TrainingJob) -> None:
        """ns-3 has taken a job over, under this number."""
        self._jobs[job_id] = job

    def finish(self, last_done: NDArray[np.int64]) -> list[TrainingJob]:
        """Each user's jobs up to this number, ``[n_users]``, are done: models get new weights.

        Returns:
            The jobs that are new among them, in the order of training.
        """
        done = [i for i in sorted(self._jobs) if i <= last_done[self._jobs[i].user]]
        finished = []
        while done:
            # At a time one job of each user: its oldest.
            oldest = {self._jobs[i].user: i for i in reversed(done)}
            done = [i for i in done if i not in oldest.values()]
            jobs = [self._jobs.pop(oldest[user]) for user in sorted(oldest)]
            self._train(jobs)
            finished += jobs
        return finished

    def drop(self, away: NDArray[np.bool_]) -> None:
        """These users, ``[n_users]``, are away: what they had submitted is never done."""
        self._jobs = {i: job for i, job in self._jobs.items() if not away[job.user]}

    def end_frame(self, time_s: float, present: NDArray[np.bool_]) -> None:
        """Measure accuracy on fresh samples, look for drift, move the virtual queue.

        Args:
            time_s: since the start.
            present: whose; of the others all stays as it was measured last, ``[n_users]``.
        """
        self._measure(time_s, present)
        self.queue.update(self.accuracy, np.flatnonzero(present))

    def _train(self, jobs: list[TrainingJob]) -> None:
        users = np.array([job.user for job in jobs])
        samples = np.array([job.samples for job in jobs])
        time_s = np.array([job.submitted_s for job in jobs])
        self._models.train(self._data.make(users, samples, self.prior[users], time_s))

    def _measure(self, time_s: float, present: NDArray[np.bool_]) -> None:
        fresh = self.stream.draw(time_s, self._settings.evaluated_samples, self._rng)
        correct = self._models.correct(fresh)
        self.accuracy = np.where(present, correct.mean(axis=1), self.accuracy)
        self.drifted = self._detectors.update(correct, present)
        seen = np.stack([np.bincount(y, minlength=self.stream.n_classes) for y in fresh.y])
        step = _PRIOR_STEP * present[:, None]
        self.prior += step * (seen / fresh.y.shape[1] - self.prior)

    def _pretrain(self) -> None:
        n_users = self.stream.n_users
        everyone = np.arange(n_users)
        born_s = -self._rng.uniform(0, 1, n_users) * self._settings.initial_lag_s
        size = self.largest_job // 2
        for _ in range(_PRETRAINING_SAMPLES // size):
            self._models.train(
                self._data.make(everyone, np.full(n_users, size), self.prior, born_s)
            )
