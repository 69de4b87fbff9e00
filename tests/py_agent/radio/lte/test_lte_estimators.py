# SPDX-License-Identifier: MIT
"""Each of LTE's estimators alone, on data whose truth is known."""

import numpy as np
import pytest

from py_agent.radio.lte.channel_map import ChannelMapEstimator
from py_agent.radio.lte.parameters import ChannelMap, RateCurve
from py_agent.radio.lte.rate_curve import RateCorrection, RateCurveLearner

EVERYBODY = np.arange(200)
CURVE = RateCurve(
    sinr_db=(-10.0, 0.0, 10.0, 20.0), bps_per_rb=(1e4, 3e4, 2e5, 5e5), correction_correlation_s=0.5
)


def test_the_map_is_learned_by_walking_and_not_by_standing():
    rng = np.random.default_rng(3)
    prior = ChannelMap(intercept_dbm=(0.0, 6.0), exponent=(3.0, 4.5))
    walking, standing = ChannelMapEstimator(prior, 200), ChannelMapEstimator(prior, 200)
    for _ in range(30):
        distance = np.log10(rng.uniform(50, 800, (200, 2)))
        rsrp_dbm = np.array([-20.0, -10.0]) - 10 * np.array([3.5, 4.0]) * distance
        rsrp_dbm = rsrp_dbm + rng.normal(0, 6, (200, 2))
        walking.update(EVERYBODY, distance, rsrp_dbm, np.full(200, 100.0))
        standing.update(EVERYBODY, distance, rsrp_dbm, np.zeros(200))
    learned = walking.channel_map()
    assert learned.exponent == pytest.approx((3.5, 4.0), abs=0.1)
    assert learned.intercept_dbm == pytest.approx((-20.0, -10.0), abs=2.5)
    assert learned.residual_sd_db == pytest.approx(6.0, abs=0.3)
    typical = np.full((1, 2), 2.4)
    assert (walking.sd_db(typical) < 0.4 * standing.sd_db(typical)).all()


def test_the_curve_of_rates_is_learned_and_never_falls():
    rng = np.random.default_rng(4)
    truth = RateCurve(sinr_db=CURVE.sinr_db, bps_per_rb=(2e4, 5e4, 3e5, 4e5))
    learner = RateCurveLearner(CURVE)
    for _ in range(100):
        sinr_db = rng.uniform(-10, 20, 50)
        rb_s = rng.uniform(0.1, 0.5, 50)
        bits = rb_s * np.interp(sinr_db, truth.sinr_db, truth.bps_per_rb)
        learner.update(sinr_db, bits * rng.lognormal(0, 0.2, 50), rb_s)
    learned = np.array(learner.curve().bps_per_rb)
    assert (np.diff(learned) >= 0).all()
    # Bits between two knots belong to both, so a bend is rounded.
    assert learned[2:] == pytest.approx(truth.bps_per_rb[2:], rel=0.25)


def test_a_users_own_rate_is_learned_and_forgotten():
    rates = RateCorrection(CURVE, 3)
    for _ in range(50):
        rates.fade(0.02)
        rates.update(np.array([0]), np.array([5e4]), np.array([1e5]))
    assert np.exp(rates.log_factor[0]) == pytest.approx(0.5, abs=0.05)
    assert rates.log_factor[1] == 0.0
    assert rates.sd[0] < rates.sd[1]
    for _ in range(200):
        rates.fade(0.02)
    assert np.exp(rates.log_factor[0]) == pytest.approx(1.0, abs=0.05)
