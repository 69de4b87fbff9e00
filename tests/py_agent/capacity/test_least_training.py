"""The least training that keeps an accuracy, beside the lag model that it follows from."""

import math

import numpy as np
import pytest

from py_agent.capacity.least_training import least_samples_hz, mean_samples_hz
from py_agent.learning.lag_model import LagModel
from py_agent.learning.learning_settings import LearningSettings


def mean_accuracy(samples_hz, job, drift_rate=1.0):
    """Of a model trained in jobs of one size, as often as the rate says, in the long run."""
    model, lags = LagModel(), (np.zeros(1), np.zeros(1))
    steps_per_job, seen = 40, []
    step_s = job / samples_hz / steps_per_job
    jobs = math.ceil(8000 / job)  # seven times κs
    for number in range(jobs):
        for _ in range(steps_per_job):
            lags = model.drift(*lags, np.full(1, drift_rate * step_s))
            if number >= 0.75 * jobs:
                seen.append(float(model.accuracy(*lags)[0]))
        lags = model.train(*lags, np.full(1, float(job)))
    return np.mean(seen)


def test_the_rate_just_keeps_the_accuracy():
    rate = least_samples_hz(LagModel(), 1.0, 0.8)
    assert mean_accuracy(rate, job=5) == pytest.approx(0.8, abs=0.005)
    assert mean_accuracy(0.8 * rate, job=5) < 0.79
    assert mean_accuracy(1.2 * rate, job=5) > 0.81


def test_larger_jobs_need_no_less():
    rate = least_samples_hz(LagModel(), 1.0, 0.8)
    assert mean_accuracy(rate, job=200) < mean_accuracy(rate, job=5)


def test_what_no_training_reaches_takes_infinitely_much():
    assert least_samples_hz(LagModel(), 1.0, LagModel().a) == math.inf
    assert mean_samples_hz(LearningSettings(target_accuracy=0.95)) == math.inf
    assert mean_samples_hz(LearningSettings(stream="loans")) is None


def test_the_mean_user_drifts_at_the_mean_rate():
    slow, fast = (mean_samples_hz(LearningSettings(drift_speed=speed)) for speed in (1.0, 2.0))
    assert fast == pytest.approx(2 * slow)
    assert slow == pytest.approx(0.875 * least_samples_hz(LagModel(), 1.0, 0.8))
    assert mean_samples_hz(LearningSettings(drift="abrupt")) is None
