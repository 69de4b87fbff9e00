# SPDX-License-Identifier: MIT
"""Each estimator alone, on data whose truth is known."""

import dataclasses

import numpy as np
import pytest

from py_agent.twin.estimation.handover_gap import GapTracker
from py_agent.twin.estimation.model_tracker import ModelTracker
from py_agent.twin.estimation.motion import MotionFilter
from py_agent.twin.estimation.traffic_filter import TrafficFilter
from py_agent.twin.model.parameters import HandoverLaw, MobilityLaw, Traffic
from py_agent.twin.model.traffic import UsersTraffic, mean_size_bit

EVERYBODY = np.arange(200)


def test_a_straight_walk_is_followed_and_predicted_as_surely_as_it_says():
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


def test_silence_means_off_and_a_task_means_on():
    law = Traffic(rate_hz=5.0, on_s=2.0, off_s=6.0)
    traffic = TrafficFilter(UsersTraffic((law,), np.zeros(2, int)), np.full(2, 4e5))
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
    chosen = {"model": "on-off", "size_model": "uniform", "size_alpha": 1.5, "jitter_s": 0.0}
    assert mean_size_bit(uniform, chosen) == 4e5
    law = Traffic(
        size_model="lognormal", size_min_bit=1.0, size_max_bit=1e12, size_median_bit=3e5,
        size_sigma=0.5,
    )  # fmt: skip
    chosen["size_model"] = "lognormal"
    assert mean_size_bit(law, chosen) == pytest.approx(3e5 * np.exp(0.5**2 / 2), rel=0.001)
    chosen["size_model"] = "bounded-pareto"
    pareto = Traffic(size_min_bit=1e5, size_max_bit=1e7)
    # The density is proportional to x^-2.5.
    expected_bit = 3 * (1e5**-0.5 - 1e7**-0.5) / (1e5**-1.5 - 1e7**-1.5)
    assert mean_size_bit(pareto, chosen) == pytest.approx(expected_bit, rel=0.001)


@dataclasses.dataclass
class AnyRadio:
    """Handovers that fail now and then, links that are lost as long as after a failure."""

    least_failure: float = 0.05
    lost_link_s: tuple[float, float] = (0.4, 0.05)


def test_a_gap_that_lasts_longer_than_handovers_do_is_an_outage():
    law = HandoverLaw(
        interruption_median_s=0.02, interruption_sigma=0.5, outage_s=0.4, outage_sd_s=0.05,
    )  # fmt: skip
    gaps = GapTracker(law, AnyRadio(), 2)
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


def test_a_model_that_is_heard_of_late_is_followed_from_then_on():
    seen = {"drift_rate": np.array([1.5, 0.0]), "trained_samples": np.array([0, 0])}
    seen |= {name: np.zeros(2) for name in ("virtual_queue", "task_norm_samples")}
    seen |= {f"training_backlog_{unit}": np.zeros(2) for unit in ("cycles", "samples")}
    seen["accuracy"] = np.array([0.9, 0.0])
    tracker = ModelTracker(target_accuracy=0.8, frame_s=1.0)
    tracker.update(0.0, seen, np.array([True, False]))
    seen |= {"drift_rate": np.full(2, 1.5), "trained_samples": np.array([0, 5000])}
    seen["accuracy"] = np.full(2, 0.9)
    for second in range(1, 11):
        tracker.update(float(second), seen, np.ones(2, bool))
    state = tracker.state(10.0, seen)
    lag = state.lag_fast + state.lag_slow
    assert lag[0] - lag[1] == pytest.approx(1.5)  # a second of drift, whatever it has trained
    assert np.abs(state.bias).max() < 0.29
