# SPDX-License-Identifier: MIT
"""Measures how accuracy falls and comes back on real models, and fits the lag model to it."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.optimize import least_squares

from py_agent.learning.errors import LearningError
from py_agent.learning.incremental_data import IncrementalData
from py_agent.learning.lag_model import LagModel
from py_agent.learning.learning_settings import STREAMS
from py_agent.learning.model_size import ModelSize
from py_agent.learning.streams import RotatingDigits, RotatingImages
from py_agent.learning.user_models import UserModels

N_EVALUATED = 200  # samples per measurement
PRETRAINING_JOBS = (1000, 1000)  # a job can be no larger than the pool
P_MIN = 0.02
_PIXELS_PER_POINT = 512  # of a curve: models times pixels; bounds memory


@dataclasses.dataclass(frozen=True)
class History:
    """What happened to models over steps of one second.

    Attributes:
        drift_rate: per second, ``[n_users]``.
        samples: trained at the end of each step, 0: none, ``[n_steps, n_users]``.
        accuracy: measured after each step, ``[n_steps, n_users]``.

    Example:
        >>> history = History(np.array([0.5, 1.5]), np.zeros((3, 2), np.int64), np.ones((3, 2)))
        >>> history.users(slice(0, 1)).accuracy.shape  # the first user's, over three seconds
        (3, 1)
    """

    drift_rate: NDArray[np.float64]
    samples: NDArray[np.int64]
    accuracy: NDArray[np.float64]

    def users(self, which: slice) -> History:
        """The same of some users."""
        return History(self.drift_rate[which], self.samples[:, which], self.accuracy[:, which])


@dataclasses.dataclass(frozen=True)
class Fit:
    """A lag model and how well it does on users that it was not fitted to.

    Attributes:
        model: the constants.
        rmse: root mean square error of the accuracy.
        correlation: Pearson's, of predicted and measured accuracy.
        rmse_one_lag: the same of a model with one lag only (φ = 1).
    """

    model: LagModel
    rmse: float
    correlation: float
    rmse_one_lag: float


def images_of(stream: str) -> type[RotatingImages]:
    """The class of a stream of rotating images.

    Raises:
        UnknownPlugin: there is no such stream.
        LearningError: it is one of other data.
    """
    found = STREAMS.load(stream)
    if not (isinstance(found, type) and issubclass(found, RotatingImages)):
        raise LearningError(f"stream {stream!r} is none of rotating images: its lag has no degrees")
    return found


def record_history(
    n_users: int, n_steps: int, seed: int, images: type[RotatingImages] = RotatingDigits
) -> History:
    """Let models of rotating images drift, and train them at random times on random amounts.

    Args:
        n_users: models.
        n_steps: seconds.
        seed: of everything.
        images: which.
    """
    rng = np.random.default_rng(seed)
    stream = images(n_users, seed, rate_deg_per_s=(0.0, 2.0), concentration=100.0)
    models, data = pretrained(stream, seed, rng)
    everyone = np.arange(n_users)
    uniform = np.ones((n_users, stream.n_classes))
    # Each user has its own habit, from never to nearly every second, sizes spread over two decades.
    habit = rng.uniform(0, 0.6, n_users)
    samples = np.where(
        rng.random((n_steps, n_users)) < habit, 8 * 2 ** rng.uniform(0, 6, (n_steps, n_users)), 0
    ).astype(np.int64)
    accuracy = np.empty((n_steps, n_users))
    for step in range(n_steps):
        now_s = float(step + 1)
        users = everyone[samples[step] > 0]
        if len(users):
            models.train(data.make(users, samples[step, users], uniform[users], now_s))
        accuracy[step] = models.correct(stream.draw(now_s, N_EVALUATED, rng)).mean(axis=1)
    return History(stream.drift_rate, samples, accuracy)


def pretrained(
    stream: RotatingImages, seed: int, rng: np.random.Generator
) -> tuple[UserModels, IncrementalData]:
    """Models that know the data of time 0, and the source of their training data."""
    size = ModelSize.of(stream)
    models = UserModels(
        stream.n_users, size.n_features, size.n_classes, seed, hidden=size.hidden_units
    )
    data = IncrementalData(stream, P_MIN, rng)
    everyone = np.arange(stream.n_users)
    uniform = np.ones((stream.n_users, stream.n_classes))
    for samples in PRETRAINING_JOBS:
        models.train(data.make(everyone, np.full(stream.n_users, samples), uniform, 0.0))
    return models, data


def predicted_accuracy(model: LagModel, history: History) -> NDArray[np.float64]:
    """What the lag model says to a history, ``[n_steps, n_users]``."""
    fast = slow = np.zeros(len(history.drift_rate))
    accuracy = np.empty(history.accuracy.shape)
    for step, samples in enumerate(history.samples):
        fast, slow = model.drift(fast, slow, history.drift_rate)
        fast, slow = model.train(fast, slow, samples.astype(np.float64))
        accuracy[step] = model.accuracy(fast, slow)
    return accuracy


def fit_lag_model(history: History) -> Fit:
    """Fit on the first half of the users, evaluate on the second."""
    half = len(history.drift_rate) // 2
    seen, unseen = history.users(slice(half)), history.users(slice(half, None))
    model = _least_squares(seen, one_lag=False)
    predicted = predicted_accuracy(model, unseen)
    one_lag = predicted_accuracy(_least_squares(seen, one_lag=True), unseen)
    return Fit(
        model,
        _rmse(predicted, unseen.accuracy),
        float(np.corrcoef(predicted.ravel(), unseen.accuracy.ravel())[0, 1]),
        _rmse(one_lag, unseen.accuracy),
    )


def _least_squares(history: History, *, one_lag: bool) -> LagModel:
    first = LagModel()

    # Positive quantities as logarithms, parts as they are.
    def model(z: NDArray[np.float64]) -> LagModel:
        l0, w, fast, slow = np.exp(z[1:5]).tolist()
        return LagModel(float(z[0]), l0, w, fast, slow, 1.0 if one_lag else float(z[5]))

    start = [first.a, *np.log([first.l0, first.w, first.kappa_fast, first.kappa_slow]), first.phi]
    low, high = [0.5, -1, -1, 0, 0, 0], [1, 6, 3, 10, 12, 1]
    found: Any = least_squares(
        lambda z: (predicted_accuracy(model(z), history) - history.accuracy).ravel(),
        start,
        bounds=(low, high),
    )
    return model(found.x)


def _rmse(predicted: NDArray[np.float64], measured: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean((predicted - measured) ** 2)))


def accuracy_after(
    lags_deg: NDArray[np.float64],
    samples: NDArray[np.int64],
    seed: int,
    images: type[RotatingImages] = RotatingDigits,
) -> NDArray[np.float64]:
    """Accuracy of fresh models that lag behind, after one job; mean over models.

    Args:
        lags_deg: how far the data have turned since they were trained, ``[n_lags]``.
        samples: size of the job, ``[n_sizes]``; 0: none.
        seed: of everything.
        images: which.

    Returns:
        ``[n_lags, n_sizes]``.
    """
    lag = np.repeat(lags_deg, len(samples))
    size = np.tile(samples, len(lags_deg))
    repeats = max(1, _PIXELS_PER_POINT // images.n_features)
    n_users = len(lag) * repeats
    rng = np.random.default_rng(seed)
    stream = images(n_users, seed, rate_deg_per_s=(1.0, 1.0), concentration=100.0)
    models, data = pretrained(stream, seed, rng)
    time_s, sizes = np.repeat(lag, repeats), np.repeat(size, repeats)
    users = np.flatnonzero(sizes > 0)
    uniform = np.ones((len(users), stream.n_classes))
    models.train(data.make(users, sizes[users], uniform, time_s[users]))
    correct = models.correct(stream.draw(time_s, N_EVALUATED, rng))
    accuracy: NDArray[np.float64] = correct.mean(axis=1)
    accuracy = accuracy.reshape(len(lags_deg), len(samples), repeats).mean(axis=2)
    return accuracy


def draw_curves(fit: Fit, seed: int, images: type[RotatingImages] = RotatingDigits) -> Figure:
    """Measured accuracy against samples, one curve per lag, beside what the fit says."""
    lags_deg = np.array([10.0, 20.0, 30.0, 45.0])
    samples = np.array([0, 4, 8, 16, 32, 64, 128, 256, 512])
    measured = accuracy_after(lags_deg, samples, seed, images)
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.subplots()
    for i, lag in enumerate(lags_deg):
        lags = fit.model.drift(np.zeros(1), np.zeros(1), np.array([lag]))
        predicted = fit.model.accuracy(*fit.model.train(*lags, samples.astype(np.float64)))
        axes.plot(samples, measured[i], "o", color=f"C{i}", label=f"{lag:g}° behind")
        axes.plot(samples, predicted, color=f"C{i}")
    axes.set_xscale("symlog", base=2, linthresh=4)
    axes.set_xticks(samples, [str(s) for s in samples])
    axes.set(xlabel="samples of one retraining job", ylabel="accuracy on fresh samples")
    axes.set_title(
        f"Dots: measured, lines: two-lag model (RMSE {fit.rmse:.3f} on unseen users)", fontsize=10
    )
    axes.legend(fontsize=9)
    axes.grid(alpha=0.3)
    return figure
