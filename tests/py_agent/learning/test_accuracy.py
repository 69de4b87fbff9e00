"""Prediction of accuracy, its constraint, and the detection of its loss."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from py_agent.calibration.accuracy_law import History, fit_lag_model, predicted_accuracy
from py_agent.learning.accuracy_predictor import AccuracyPredictor
from py_agent.learning.drift_detection import DriftDetectors
from py_agent.learning.lag_model import LagModel
from py_agent.learning.virtual_queue import VirtualQueue

MODEL = LagModel(a=0.95, l0=20.0, w=1.5, kappa_fast=30.0, kappa_slow=600.0, phi=0.6)


def test_accuracy_by_hand():
    predictor = AccuracyPredictor(MODEL, np.array([2.0]))
    predictor.advance(10.0)  # lag 20 = l0
    assert predictor.predict(0.0) == pytest.approx([0.475])
    predictor.trained(np.array([30]))
    lag = 12 / np.e + 8 * np.exp(-30 / 600)
    assert predictor.predict(0.0) == pytest.approx([0.95 / (1 + (lag / 20) ** 1.5)])
    assert predictor.predict(3.0) == pytest.approx([0.95 / (1 + ((lag + 6) / 20) ** 1.5)])


def test_what_is_observed_is_followed_step_by_step():
    trained = np.array([100, 40])
    followed = AccuracyPredictor(MODEL, np.array([2.0, 1.0]), 5.0, trained)
    followed.follow(1.0, trained + np.array([30, 0]))
    by_hand = AccuracyPredictor(MODEL, np.array([2.0, 1.0]), 5.0)
    by_hand.advance(1.0)
    by_hand.trained(np.array([30, 0]))
    assert np.array_equal(followed.lags(), by_hand.lags())
    followed.follow(0.0, np.array([10, 40]))  # the first user's run has started anew: no training
    assert np.array_equal(followed.lags(), by_hand.lags())
    assert np.allclose(np.sum(followed.lags(3.0), 0) - np.sum(by_hand.lags(), 0), [6.0, 3.0])


def test_a_predictor_goes_on_from_lags_that_are_known():
    lags = (np.array([6.0]), np.array([4.0]))
    predictor = AccuracyPredictor.going_on(MODEL, np.array([1.0]), lags, np.array([0.1]))
    assert predictor.expected == pytest.approx(0.95 / (1 + 0.5**1.5) - 0.1)
    predictor.advance(10.0)
    assert predictor.expected == pytest.approx(0.475 - 0.1)


@given(st.floats(0.1, 3.0), st.floats(0, 30), st.floats(0.3, 0.94))
def test_the_smallest_job_that_suffices(rate: float, age_s: float, target: float):
    predictor = AccuracyPredictor(MODEL, np.array([rate]))
    predictor.advance(age_s)
    most = np.array([500.0])
    samples = predictor.samples_to_reach(np.array([target]), 2.0, most)
    reached = predictor.predict(2.0, samples)
    if samples[0] == 0:
        assert predictor.predict(2.0)[0] >= target
    elif samples[0] < most[0]:
        assert reached[0] >= target
        assert predictor.predict(2.0, samples - 1.01)[0] < target
    else:
        assert predictor.predict(2.0, most - 1)[0] < target


def test_jobs_of_many_users_are_those_of_each_alone():
    rng = np.random.default_rng(1)
    rate, at_most = rng.uniform(0.1, 3, 50), rng.uniform(0, 800, 50)
    together = AccuracyPredictor(MODEL, rate)
    together.advance(20.0)
    samples = together.samples_to_reach(0.85, 2.0, at_most)
    assert len(np.unique(samples)) > 10
    for user in range(50):
        alone = AccuracyPredictor(MODEL, rate[[user]])
        alone.advance(20.0)
        assert alone.samples_to_reach(0.85, 2.0, at_most[[user]]) == samples[user]


def test_the_bias_learns_what_a_user_is_short_of():
    predictor = AccuracyPredictor(MODEL, np.array([1.0, 1.0]))
    predictor.advance(5.0)
    measured = predictor.predict(0.0) - np.array([0.1, -0.05])
    for _ in range(30):
        predictor.calibrate(measured)
    np.testing.assert_allclose(predictor.bias, [0.1, -0.05], atol=1e-4)
    target = np.full(2, 0.85)
    more, less = predictor.samples_to_reach(target, 1.0, np.full(2, 1e4))
    assert more > less


def test_the_fit_finds_the_model_that_made_a_history():
    rng = np.random.default_rng(1)
    samples = np.where(rng.random((40, 30)) < 0.3, rng.integers(8, 300, (40, 30)), 0)
    history = History(rng.uniform(0.2, 2, 30), samples, np.empty((40, 30)))
    noise = rng.normal(0, 0.01, (40, 30))
    made = dataclasses.replace(history, accuracy=predicted_accuracy(MODEL, history) + noise)
    fit = fit_lag_model(made)
    assert fit.rmse < 0.012
    assert fit.correlation > 0.98
    assert fit.rmse_one_lag > 1.5 * fit.rmse
    assert fit.model.kappa_fast == pytest.approx(MODEL.kappa_fast, rel=0.2)
    assert fit.model.phi == pytest.approx(MODEL.phi, abs=0.1)


def test_the_queue_grows_with_the_deficit_and_never_below_zero():
    queue = VirtualQueue(2, target=0.8)
    queue.update(np.array([0.5, 0.9]))
    queue.update(np.array([0.7, 0.9]))
    np.testing.assert_allclose(queue.length, [0.4, 0.0])
    queue.update(np.array([1.0, 0.6]))
    np.testing.assert_allclose(queue.length, [0.2, 0.2])


@pytest.mark.parametrize("name", ["adwin", "kswin", "page-hinkley"])
def test_a_fall_of_accuracy_is_noticed_and_steadiness_is_not(name):
    rng = np.random.default_rng(1)
    detectors = DriftDetectors(2, name, seed=1)
    flags = [
        detectors.update(
            np.stack([rng.random(50) < 0.9, rng.random(50) < (0.9 if frame < 20 else 0.4)])
        )
        for frame in range(30)
    ]
    assert np.any(flags[20:], axis=0)[1]
    assert np.sum(flags, axis=0)[0] <= 1
    assert not np.any(flags[:20], axis=0)[1]
