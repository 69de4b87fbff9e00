from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from py_agent.learning.blas_threads import one_blas_thread
from py_agent.learning.errors import InvalidJob, TrainingDiverged
from py_agent.learning.incremental_data import PADDING, IncrementalData, TrainingSet
from py_agent.learning.streams import (
    DriftingLoans,
    DriftStream,
    RotatingDigits,
    RotatingMnist,
    Samples,
)
from py_agent.learning.user_models import UserModels, loss_and_gradients

N_USERS = 4


@pytest.fixture
def stream() -> RotatingDigits:
    return RotatingDigits(N_USERS, 1, rate_deg_per_s=(1, 1), concentration=100.0)


def jobs(stream: DriftStream, users: list[int], sizes: list[int], time_s: float) -> TrainingSet:
    data = IncrementalData(stream, 0.02, np.random.default_rng(2))
    priors = np.ones((len(users), stream.n_classes))
    return data.make(np.array(users), np.array(sizes), priors, time_s)


def models_for(stream: DriftStream) -> UserModels:
    return UserModels(stream.n_users, stream.n_features, stream.n_classes, seed=1)


def accuracy(models: UserModels, stream: DriftStream, time_s: float) -> np.ndarray:
    fresh = stream.draw(time_s, 400, np.random.default_rng(3))
    return np.asarray(models.correct(fresh).mean(axis=1))


def blas_threads() -> set[int]:
    return {lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"}


def test_models_learn_then_age_then_come_back(stream):
    models = models_for(stream)
    for _ in range(2):
        models.train(jobs(stream, [0, 1, 2, 3], [1000] * 4, 0.0))
    assert accuracy(models, stream, 0.0).min() > 0.85
    aged = accuracy(models, stream, 40.0)
    assert aged.max() < 0.5
    models.train(jobs(stream, [0, 2], [600, 600], 40.0))
    retrained = accuracy(models, stream, 40.0)
    assert retrained[[0, 2]].min() > 0.7
    assert retrained[[1, 3]].tolist() == aged[[1, 3]].tolist()  # bits: not touched


def test_models_learn_the_loans():
    stream = DriftingLoans(N_USERS, 1, rate_per_s=(0.1, 0.1), kind="gradual")
    models = models_for(stream)
    for _ in range(8):
        models.train(jobs(stream, [0, 1, 2, 3], [200] * 4, 0.0))
    assert accuracy(models, stream, 0.0).min() > 0.85
    assert accuracy(models, stream, 20.0).max() < 0.75  # two rules later


def test_each_job_trains_to_the_bits_that_it_would_train_to_alone(stream):
    together, alone = models_for(stream), models_for(stream)
    both = jobs(stream, [1, 3], [50, 205], 0.0)
    losses = together.train(both)
    for i in (0, 1):
        n = int((both.y[i] != PADDING).sum())
        loss = alone.train(
            TrainingSet(both.users[i : i + 1], both.x[i : i + 1, :n], both.y[i : i + 1, :n])
        )
        assert loss[0] == losses[i]
    for one, other in zip(together.weights, alone.weights, strict=True):
        assert one.tobytes() == other.tobytes()


def test_gradients_are_those_of_finite_differences():
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=shape) for shape in ((2, 5, 4), (2, 1, 4), (2, 4, 3), (2, 1, 3))]
    x, y = rng.normal(size=(2, 6, 5)), rng.integers(0, 3, (2, 6))
    y[1, 4:] = PADDING
    samples = np.array([6, 4])
    _, gradients = loss_and_gradients(weights, x, y)
    step = 1e-6
    for weight, gradient in zip(weights, gradients, strict=True):
        for at in np.ndindex(*weight.shape):
            before = weight[at]
            weight[at] = before + step
            above, _ = loss_and_gradients(weights, x, y)
            weight[at] = before - step
            below, _ = loss_and_gradients(weights, x, y)
            weight[at] = before
            slope = (above - below) / (2 * step) / samples
            assert gradient[at] == pytest.approx(slope[at[0]], rel=1e-5, abs=1e-8)
            assert slope[1 - at[0]] == 0  # of the other user


def test_bits_do_not_depend_on_the_number_of_threads():
    stream = RotatingMnist(2, 1)  # products large enough to be shared among threads

    def trained(threads: int) -> tuple[bytes, ...]:
        models = UserModels(2, stream.n_features, stream.n_classes, seed=1, hidden=128)
        with threadpool_limits(threads, user_api="blas"):
            models.train(jobs(stream, [0, 1], [100, 70], 0.0))
            assert blas_threads() == {threads}
            hits = models.correct(stream.draw(1.0, 300, np.random.default_rng(3)))
        return (hits.tobytes(), *(weight.tobytes() for weight in models.weights))

    assert trained(1) == trained(3)


def test_one_thread_computes_until_the_last_has_left():
    with threadpool_limits(2, user_api="blas"):
        with one_blas_thread:
            with one_blas_thread:
                assert 1 in blas_threads()
            assert 1 in blas_threads()
        assert blas_threads() == {2}


def test_the_same_seed_gives_the_same_bits(stream):
    def train() -> tuple[bytes, bytes]:
        models = models_for(stream)
        losses = models.train(jobs(stream, [0, 3], [100, 30], 0.0))
        return losses.tobytes(), accuracy(models, stream, 1.0).tobytes()

    assert train() == train()


def test_a_loss_that_is_no_number_changes_no_model(stream):
    models = models_for(stream)
    before = accuracy(models, stream, 0.0).tolist()
    bad = jobs(stream, [0, 1, 2], [20, 20, 20], 0.0)
    bad.x[1, 7, 3] = np.nan
    with pytest.raises(TrainingDiverged, match=r"users \[1\]") as caught:
        models.train(bad)
    assert caught.value.users == [1]
    assert accuracy(models, stream, 0.0).tolist() == before


def test_wrong_jobs_are_errors(stream):
    models = models_for(stream)
    good = jobs(stream, [0, 1], [5, 5], 0.0)
    empty = good.y.copy()
    empty[1] = PADDING
    with pytest.raises(InvalidJob, match="one job per user"):
        models.train(TrainingSet(np.array([1, 1]), good.x, good.y))
    with pytest.raises(InvalidJob, match=r"needs samples; got \[5, 0\]"):
        models.train(TrainingSet(good.users, good.x, empty))
    with pytest.raises(InvalidJob, match="needs samples"):
        models.train(TrainingSet(np.array([], np.intp), good.x[:0], good.y[:0]))


def test_one_call_evaluates_all_users(stream):
    models = models_for(stream)
    x = np.zeros((N_USERS, 3, 64), np.float32)
    correct = models.correct(Samples(x, np.zeros((N_USERS, 3), np.int64)))
    assert correct.shape == (N_USERS, 3)
