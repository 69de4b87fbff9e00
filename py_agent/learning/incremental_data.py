# SPDX-License-Identifier: MIT
"""The samples that a model is retrained on."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike, NDArray

from py_agent.learning.errors import InvalidJob
from py_agent.learning.kl_projection import project
from py_agent.learning.streams.base import DriftStream, Features, Floats, Labels

PADDING = -100  # class of places that hold no sample


@dataclasses.dataclass(frozen=True)
class TrainingSet:
    """Samples of several users' jobs, padded to the largest job.

    Attributes:
        users: whose, ``[n]``.
        x: features, ``[n, n_longest, n_features]``.
        y: classes, `PADDING` after the end of a job, ``[n, n_longest]``.

    Example:
        >>> x = np.zeros((1, 3, 64), np.float32)
        >>> job = TrainingSet(np.array([5]), x, np.array([[1, 7, PADDING]]))  # user 5, two samples
        >>> int((job.y != PADDING).sum())
        2
    """

    users: NDArray[np.intp]
    x: Features
    y: Labels


class IncrementalData:
    """Makes incremental-learning (IL) data: ``S = δ · p · ‖Q‖₂`` samples, S and p per class.

    p is the KL projection of the user's class prior (see `kl_projection.project`). What the paper
    (Cong et al. 2024) leaves open is fixed so:

    - x, over which p is a distribution, is the class of a sample.
    - Q is the vector of the user's task data that arose in each slot of the last seconds, in
      samples, so ``‖Q‖₂`` (`task_norm_samples`) is a number of samples, and δ in [0, 1] the part of
      it to retrain on.
    - S is rounded by largest remainders: the classes add up to the rounded total.
    - The bounds of P: every class gets at least `p_min`, against forgetting, and no more than
      the pool has samples of it.
    - The samples are the twin's: labelled ones of the pool, drifted as the user's data were when
      the job was submitted. They lie at the edge and are not uploaded.

    Args:
        stream: makes the samples.
        p_min: smallest share of a class.
        rng: where random numbers come from.

    Example:
        >>> from py_agent.learning.streams import RotatingDigits
        >>> data = IncrementalData(RotatingDigits(1, seed=1), 0.02, np.random.default_rng(1))
        >>> data.mix(np.eye(10)[3], 100).round(2).tolist()  # p of a user that sees threes alone
        [0.02, 0.02, 0.02, 0.82, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02]
    """

    def __init__(self, stream: DriftStream, p_min: float, rng: np.random.Generator) -> None:
        self._stream = stream
        self._p_min = p_min
        self._rng = rng
        self.mix(np.ones(stream.n_classes), 1)  # bounds that cannot hold are told at once

    def mix(self, prior: ArrayLike, samples: int) -> Floats:
        """The class mix p of a job, ``[n_classes]``.

        Args:
            prior: the user's class prior q, ``[n_classes]``.
            samples: size of the job.

        Raises:
            InvalidJob: a job without samples.
            InfeasibleBounds: ``p_min · n_classes > 1``, or the pool lacks a class or is too small.
        """
        if samples < 1:
            raise InvalidJob(f"a retraining job of {samples} samples; it needs at least 1")
        share_of_pool = np.minimum(1, self._stream.pool_size / samples)
        return project(prior, self._p_min, share_of_pool)

    def make(
        self,
        users: NDArray[np.intp],
        samples: NDArray[np.int64],
        priors: Floats,
        time_s: Floats | float,
    ) -> TrainingSet:
        """The samples of one job per user.

        Args:
            users: whose, ``[n]``.
            samples: sizes, ``[n]``.
            priors: class priors q, ``[n, n_classes]``.
            time_s: when the jobs were submitted, one time or ``[n]``.

        Raises:
            InvalidJob: a job without samples.
            InfeasibleBounds: see `mix`.
            MissingClass: the stream has no sample of a class.
        """
        y = np.full((len(users), int(samples.max(initial=0))), PADDING, np.int64)
        wanted = np.zeros_like(y)
        for i, (size, prior) in enumerate(zip(samples.tolist(), priors, strict=True)):
            counts = apportion(self.mix(prior, size), size)
            y[i, :size] = self._rng.permutation(np.repeat(np.arange(len(counts)), counts))
            # Padding repeats samples of the job: no class is asked for that the job lacks.
            wanted[i] = np.resize(y[i, :size], y.shape[1])
        return TrainingSet(users, self._stream.draw_classes(users, time_s, wanted, self._rng), y)


def task_norm_samples(task_bit: ArrayLike, sample_bit: float) -> Floats:
    """``‖Q‖₂`` of every user's task data, in samples, ``[n_user]``.

    Args:
        task_bit: task data that arose in each slot, ``[n_slots, n_user]``.
        sample_bit: size of a sample.

    Example:
        >>> task_norm_samples([[8e3, 0.0], [6e3, 512.0]], sample_bit=1000.0).round(3).tolist()
        [10.0, 0.512]
    """
    norm: Floats = np.linalg.norm(np.asarray(task_bit, np.float64), axis=0) / sample_bit
    return norm


def apportion(shares: Floats, total: int) -> Labels:
    """Split `total` by shares into whole numbers, by largest remainders, ``[n]``.

    Example:
        >>> apportion(np.array([0.5, 0.3, 0.2]), 7).tolist()
        [4, 2, 1]
    """
    exact = shares * total
    counts = np.floor(exact).astype(np.int64)
    largest = np.argsort(counts - exact, kind="stable")
    counts[largest[: total - int(counts.sum())]] += 1
    return counts
