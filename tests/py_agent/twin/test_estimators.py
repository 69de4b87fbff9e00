# SPDX-License-Identifier: MIT
"""Each estimator alone, on data whose truth is known."""

import numpy as np
import pytest

from py_agent.twin.estimation.channel_map import ChannelMapEstimator
from py_agent.twin.estimation.gauss_markov import GaussMarkov
from py_agent.twin.estimation.handover_gap import GapTracker
from py_agent.twin.estimation.motion import MotionFilter
from py_agent.twin.estimation.rate_curve import RateCorrection, RateCurveLearner
from py_agent.twin.estimation.traffic_filter import TrafficFilter, mean_size_bit
from py_agent.twin.model.parameters import (
    ChannelMap,
    ControlChannel,
    HandoverLaw,
    MobilityLaw,
    RateCurve,
    Traffic,
)

EVERYBODY = np.arange(200)
CURVE = RateCurve(
    sinr_db=(-10.0, 0.0, 10.0, 20.0), bps_per_rb=(1e4, 3e4, 2e5, 5e5), correction_correlation_s=0.5
)


def test_a_straight_walk_is_followed_and_foretold_as_surely_as_it_says():
    rng = np.random.default_rng(1)
    law = MobilityLaw(turn_s=1e6, position_sd_m=2.0, velocity_sd_mps=1.0)
    motion = MotionFilter(law, 200)
    place_m, velocity = rng.normal(0, 100, (200, 2)), rng.normal(0, 5, (200, 2))
    for _ in range(20):
        place_m = place_m + 0.2 * velocity
        motion.advance(EVERYBODY, np.full(200, 0.2))
        measured = place_m + rng.normal(0, 2, (200, 2)), velocity + rng.normal(0, 1, (200, 2))
        motion.update(EVERYBODY, *measured)
    ahead_m, _, covariance = motion.ahead(EVERYBODY, np.full(200, 3.0))
    error_m = ahead_m - (place_m + 3 * velocity)
    assert error_m.std() < 2.0  # a single report of the velocity would miss by 3 m
    inside = np.abs(error_m) < 1.645 * np.sqrt(covariance[:, 0, 0])[:, None]
    assert inside.mean() == pytest.approx(0.9, abs=0.05)


def test_a_turn_is_noticed_within_some_reports():
    motion = MotionFilter(MobilityLaw(), 1)
    one = np.arange(1)
    for step in range(60):
        x_m = 10.0 * min(step, 30) * 0.1  # it walks, then it stands
        motion.advance(one, np.full(1, 0.1))
        motion.update(one, np.array([[x_m, 0.0]]), np.array([[np.nan, np.nan]]))
    assert abs(motion.velocity_mps[0, 0]) < 0.5
    assert motion.position_m[0, 0] == pytest.approx(30.0, abs=0.1)


def test_a_gauss_markov_filter_is_as_sure_as_it_says():
    rng = np.random.default_rng(2)
    believed = GaussMarkov((200, 3), sd=8.0, length=50.0)
    truth = rng.normal(0, 8, (200, 3))
    rho = np.exp(-5 / 50)
    inside = []
    for _ in range(40):
        truth = rho * truth + np.sqrt(1 - rho**2) * rng.normal(0, 8, truth.shape)
        believed.advance(EVERYBODY, np.full(200, 5.0))
        inside.append(np.abs(truth - believed.mean) < 1.645 * np.sqrt(believed.variance))
        believed.update(EVERYBODY, truth + rng.normal(0, 2, truth.shape), 2.0)
    assert np.mean(inside) == pytest.approx(0.9, abs=0.02)
    mean, variance = believed.ahead(EVERYBODY, np.full(200, 1e4))
    assert mean == pytest.approx(0.0, abs=1e-9)
    assert variance == pytest.approx(64.0)


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


def test_silence_means_off_and_a_task_means_on():
    traffic = TrafficFilter(Traffic(rate_hz=5.0, on_s=2.0, off_s=6.0), 2)
    both, none = np.arange(2), np.zeros(2)
    assert traffic.on_probability == pytest.approx([0.25, 0.25])
    for _ in range(100):
        traffic.update(both, np.array([0.0, 1.0]), none, np.full(2, 0.02))
    assert traffic.on_probability[0] < 0.1
    assert traffic.on_probability[1] == 1.0
    later = traffic.ahead(both, np.full(2, 1e3))
    assert later == pytest.approx([0.25, 0.25])


def test_the_mean_size_is_that_of_the_law():
    uniform = Traffic(size_min_bit=1e5, size_max_bit=7e5)
    assert mean_size_bit(uniform) == pytest.approx(4e5)
    law = Traffic(
        size_model="lognormal", size_min_bit=1.0, size_max_bit=1e12, size_median_bit=3e5,
        size_sigma=0.5,
    )  # fmt: skip
    assert mean_size_bit(law) == pytest.approx(3e5 * np.exp(0.5**2 / 2), rel=0.01)


def test_a_gap_that_lasts_longer_than_handovers_do_is_an_outage():
    law = HandoverLaw(
        interruption_median_s=0.02, interruption_sigma=0.5, outage_s=0.4, outage_sd_s=0.05,
        failure_floor=0.05,
    )  # fmt: skip
    gaps = GapTracker(law, ControlChannel(lost_s=0.4, lost_sd_s=0.05), 2)
    both = np.arange(2)
    gaps.update(both, np.full(2, 10.0), np.array([False, True]))
    fresh_s, fresh_sd_s = gaps.left(10.0)
    assert fresh_s == pytest.approx([0.95 * 0.02 * np.exp(0.125) + 0.05 * 0.4, 0.0], abs=0.003)
    assert fresh_sd_s[0] > 0
    late_s, _ = gaps.left(10.2)
    assert late_s[0] == pytest.approx(0.2, abs=0.02)
    assert np.isfinite(gaps.left(20.0)).all()
    gaps.update(both, np.full(2, 10.5), np.array([True, True]))
    assert (gaps.left(10.6)[0] == 0).all()
