# SPDX-License-Identifier: MIT
"""One small neural network per user, all of them in one batched call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.learning.blas_threads import one_blas_thread
from py_agent.learning.errors import InvalidJob, TrainingDiverged
from py_agent.learning.incremental_data import PADDING, TrainingSet
from py_agent.learning.model_size import EPOCHS
from py_agent.learning.streams.base import Samples

_BATCH = 16

Array = NDArray[Any]  # of float32; tests compute gradients in float64


class UserModels:
    """A two-layer perceptron per user: ``softmax(relu(x W₁ + b₁) W₂ + b₂)``.

    The weights of all users are stacked, so a batched matrix product evaluates or trains any
    number of them at once, each with a gradient of its own. Training is mini-batch SGD on the
    cross-entropy, `epochs` times through the job's samples. A job trains to the same bits whatever
    jobs are beside it, and whatever the number of threads: one computes, since the matrices are
    small and ns-3 runs beside. Other processors may round otherwise.

    Args:
        n_users: number of models.
        n_features: length of a sample.
        n_classes: number of classes.
        seed: of the initial weights.
        hidden: width of the hidden layer.
        learning_rate: of SGD.
        epochs: passes through a job's samples.

    Attributes:
        weights: W₁, b₁, W₂, b₂ of all, ``[n_users, …, …]`` each.

    Example:
        >>> from py_agent.learning.streams import RotatingDigits
        >>> stream = RotatingDigits(n_users=2, seed=1)
        >>> models = UserModels(2, stream.n_features, stream.n_classes, seed=1)
        >>> rng = np.random.default_rng(1)
        >>> seen = stream.draw(0.0, 400, rng)
        >>> losses = models.train(TrainingSet(np.arange(2), seen.x, seen.y))
        >>> bool(models.correct(stream.draw(0.0, 100, rng)).mean() > 0.6)
        True
    """

    def __init__(
        self,
        n_users: int,
        n_features: int,
        n_classes: int,
        seed: int,
        hidden: int = 32,
        learning_rate: float = 0.2,
        epochs: int = EPOCHS,
    ) -> None:
        self._learning_rate = learning_rate
        self._epochs = epochs
        rng = np.random.default_rng([seed, 2])  # the streams of data draw from [seed]
        self.weights: list[Array] = []
        for n_in, n_out in ((n_features, hidden), (hidden, n_classes)):
            layer = rng.standard_normal((n_users, n_in, n_out), np.float32)
            layer *= (2 / n_in) ** 0.5  # He et al. 2015
            self.weights += [layer, np.zeros((n_users, 1, n_out), np.float32)]

    @property
    def parameters_per_user(self) -> int:
        """Numbers in one model."""
        return sum(w[0].size for w in self.weights)

    def correct(self, samples: Samples) -> NDArray[np.bool_]:
        """Which samples each user's model classifies correctly, ``[n_users, n]``."""
        with one_blas_thread:
            _, scores = _forward(self.weights, samples.x)
        hits: NDArray[np.bool_] = scores.argmax(axis=-1) == samples.y
        return hits

    def train(self, jobs: TrainingSet) -> NDArray[np.float64]:
        """Train the models of some users, each on its own samples; the others stay as they are.

        Args:
            jobs: at most one per user.

        Returns:
            mean loss of each job's samples in the last pass, ``[n]``.

        Raises:
            InvalidJob: a user occurs twice, or a job has no sample.
            TrainingDiverged: a loss is not finite; no model has changed.
        """
        samples = (jobs.y != PADDING).sum(axis=1)
        if len(np.unique(jobs.users)) < len(jobs.users):
            raise InvalidJob(f"one job per user at a time; got users {jobs.users.tolist()}")
        if len(jobs.users) == 0 or samples.min() == 0:
            raise InvalidJob(f"every job needs samples; got {samples.tolist()}")
        weights = [w[jobs.users] for w in self.weights]
        with one_blas_thread, np.errstate(all="ignore"):
            for _ in range(self._epochs):
                total = np.zeros(len(jobs.users))
                for x, y in _batches(jobs):
                    loss, gradients = loss_and_gradients(weights, x, y)
                    for weight, gradient in zip(weights, gradients, strict=True):
                        gradient *= self._learning_rate
                        weight -= gradient
                    total += loss
        mean: NDArray[np.float64] = total / samples
        finite = np.isfinite(mean)
        for weight in weights:
            finite &= np.isfinite(weight).all(axis=(1, 2))
        if not finite.all():
            diverged = jobs.users[~finite].tolist()
            raise TrainingDiverged(
                f"training of users {diverged} diverged: mean loss {mean[~finite]}", diverged
            )
        for stacked, trained in zip(self.weights, weights, strict=True):
            stacked[jobs.users] = trained
        return mean


def loss_and_gradients(
    weights: list[Array], x: Array, y: NDArray[np.int64]
) -> tuple[Array, list[Array]]:
    """Cross-entropy of a mini-batch of every user, and how to lower it.

    Args:
        weights: W₁, b₁, W₂, b₂ of ``n`` users.
        x: features, ``[n, n_batch, n_features]``.
        y: classes or `PADDING`, ``[n, n_batch]``.

    Returns:
        summed loss, ``[n]``; gradients of the mean loss, shaped as `weights`.
    """
    _, _, w2, _ = weights
    hidden, scores = _forward(weights, x)
    is_class = y[..., None] == np.arange(scores.shape[-1])  # nowhere in padding
    is_sample = (y != PADDING)[..., None]
    scores -= scores.max(axis=-1, keepdims=True)
    of_class = scores.sum(axis=-1, keepdims=True, where=is_class)
    by_scores = np.exp(scores, out=scores)
    norm = by_scores.sum(axis=-1, keepdims=True)
    loss = np.where(is_sample, np.log(norm) - of_class, 0).sum(axis=(1, 2))
    # d loss / d scores is softmax − one-hot, divided by the batch's samples for their mean.
    by_scores /= norm
    by_scores -= is_class
    by_scores *= is_sample / np.maximum(is_sample.sum(axis=1, keepdims=True), 1, dtype=x.dtype)
    by_hidden = by_scores @ w2.swapaxes(1, 2)
    by_hidden *= hidden > 0
    return loss, [
        x.swapaxes(1, 2) @ by_hidden,
        by_hidden.sum(axis=1, keepdims=True),
        hidden.swapaxes(1, 2) @ by_scores,
        by_scores.sum(axis=1, keepdims=True),
    ]


def _forward(weights: list[Array], x: Array) -> tuple[Array, Array]:
    """Hidden layer ``[n, n_samples, n_hidden]`` and scores ``[n, n_samples, n_classes]``."""
    w1, b1, w2, b2 = weights
    hidden = x @ w1
    hidden += b1
    np.maximum(hidden, 0, out=hidden)
    scores = hidden @ w2
    scores += b2
    return hidden, scores


def _batches(jobs: TrainingSet) -> Iterator[tuple[Array, NDArray[np.int64]]]:
    """Mini-batches, the last one padded: products of one shape round in one way."""
    for start in range(0, jobs.y.shape[1], _BATCH):
        x, y = jobs.x[:, start : start + _BATCH], jobs.y[:, start : start + _BATCH]
        missing = _BATCH - y.shape[1]
        if missing:
            x = np.pad(x, ((0, 0), (0, missing), (0, 0)))
            y = np.pad(y, ((0, 0), (0, missing)), constant_values=PADDING)
        yield x, y
