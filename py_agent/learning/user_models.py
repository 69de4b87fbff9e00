# SPDX-License-Identifier: MIT
"""One small neural network per user, all of them in one batched call."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from py_agent.learning.errors import InvalidJob, TrainingDiverged
from py_agent.learning.incremental_data import PADDING, TrainingSet
from py_agent.learning.model_size import EPOCHS
from py_agent.learning.streams.base import Samples
from py_agent.torch_threads import one_thread

_BATCH = 16


class UserModels:
    """A two-layer perceptron per user: ``softmax(relu(x W₁ + b₁) W₂ + b₂)``.

    The weights of all users are stacked, so a batched matrix product evaluates or trains any
    number of them at once; the losses are added, so each user's gradient is its own.
    Training is mini-batch SGD on the cross-entropy, `epochs` times through the job's samples.
    Two calls with the same seed and data give the same bits on the same device. On the CPU one
    thread computes: the matrices are small, and ns-3 runs beside.

    Args:
        n_users: number of models.
        n_features: length of a sample.
        n_classes: number of classes.
        seed: of the initial weights.
        hidden: width of the hidden layer.
        learning_rate: of SGD.
        epochs: passes through a job's samples.
        device: where to compute; default: CUDA if there is some, else the CPU.

    Example:
        >>> from py_agent.learning.streams import RotatingDigits
        >>> stream = RotatingDigits(n_users=2, seed=1)
        >>> models = UserModels(2, stream.n_features, stream.n_classes, seed=1, device="cpu")
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
        device: str | None = None,
    ) -> None:
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self._learning_rate = learning_rate
        self._epochs = epochs
        generator = torch.Generator().manual_seed(seed)
        self._weights: list[Tensor] = []
        for n_in, n_out in ((n_features, hidden), (hidden, n_classes)):
            scale = (2 / n_in) ** 0.5  # He et al. 2015
            layer = scale * torch.randn(n_users, n_in, n_out, generator=generator)
            self._weights += [layer.to(self.device), torch.zeros(n_users, 1, n_out).to(self.device)]

    @property
    def parameters_per_user(self) -> int:
        """Numbers in one model."""
        return sum(w[0].numel() for w in self._weights)

    def correct(self, samples: Samples) -> NDArray[np.bool_]:
        """Which samples each user's model classifies correctly, ``[n_users, n]``."""
        with torch.inference_mode(), one_thread():
            scores = _forward(self._weights, self._tensor(samples.x))
            hits: NDArray[np.bool_] = (scores.argmax(-1) == self._tensor(samples.y)).cpu().numpy()
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
        users = self._tensor(jobs.users)
        x, y = self._tensor(jobs.x), self._tensor(jobs.y)
        with one_thread():
            weights = [w[users].requires_grad_() for w in self._weights]
            for _ in range(self._epochs):
                total = torch.zeros(len(users), device=self.device)
                for start in range(0, x.shape[1], _BATCH):
                    batch = slice(start, start + _BATCH)
                    loss, n = _losses(weights, x[:, batch], y[:, batch])
                    gradients = torch.autograd.grad((loss / n.clamp(min=1)).sum(), weights)
                    with torch.no_grad():
                        for weight, gradient in zip(weights, gradients, strict=True):
                            weight -= self._learning_rate * gradient
                    total += loss.detach()
        mean: NDArray[np.float64] = total.cpu().numpy().astype(np.float64) / samples
        finite = np.isfinite(mean)
        for weight in weights:
            finite &= torch.isfinite(weight.detach()).flatten(1).all(1).cpu().numpy()
        if not finite.all():
            diverged = jobs.users[~finite].tolist()
            raise TrainingDiverged(
                f"training of users {diverged} diverged: mean loss {mean[~finite]}", diverged
            )
        for stacked, trained in zip(self._weights, weights, strict=True):
            stacked[users] = trained.detach()
        return mean

    def _tensor(self, array: NDArray[np.generic]) -> Tensor:
        return torch.from_numpy(array).to(self.device)


def _forward(weights: list[Tensor], x: Tensor) -> Tensor:
    """Scores ``[n, n_samples, n_classes]``."""
    w1, b1, w2, b2 = weights
    return torch.baddbmm(b2, torch.baddbmm(b1, x, w1).relu(), w2)


def _losses(weights: list[Tensor], x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Summed cross-entropy and number of samples of each user, ``[n]`` each."""
    scores = _forward(weights, x)
    loss = cross_entropy(scores.transpose(1, 2), y, ignore_index=PADDING, reduction="none")
    return loss.sum(1), (y != PADDING).sum(1)
