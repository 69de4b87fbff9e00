from __future__ import annotations

import numpy as np
import pytest

from ns3_bridge import Field, InvalidSetting, Schema
from py_agent.experiment.learning_statistics import summarise_learning
from py_agent.experiment.networks import make_policy
from py_agent.experiment.run_settings import load_run_settings
from py_agent.experiment.seeds import mean_over_seeds, parse_seeds
from py_agent.policies import Network
from py_agent.policies.retraining import RETRAINING_RULES, Fixed, Need
from py_agent.policies.spare_time import SMALLEST_JOB, SpareTime

SETTINGS = {
    "n_ue": 3,
    "slot_s": 0.02,
    "slots_per_frame": 50,
    "learning": {"target_accuracy": 0.8},
}
OBSERVED = (
    *("accuracy", "drift_rate", "virtual_queue", "task_norm_samples", "trained_samples"),
    *("training_backlog_samples", "compute_backlog_cycles", "compute_capacity_hz"),
    *("serving_bs", "slot_in_frame", "time_s"),
)
FIELDS = tuple(Field(name, "float32", (3,), "1", 0, 1) for name in OBSERVED)
SCHEMA = Schema("cellular", 0, 0, "1", "", FIELDS, (), {}, ())


def observation(accuracy=0.9, rate=1.0, queue=0.0, backlog=0, trained=0):
    def each(value, dtype=np.float32):
        return np.full(3, value, dtype)

    return {
        "accuracy": each(accuracy),
        "drift_rate": each(rate),
        "virtual_queue": each(queue),
        "task_norm_samples": each(500.0),
        "training_backlog_samples": each(backlog, np.int64),
        "trained_samples": each(trained, np.int64),
    }


def begun(rule):
    rule.begin(Network("cellular", SETTINGS, SCHEMA))
    return rule


def drifted(rule, frames, **fields):
    return [rule.ratios(observation(**fields)) for _ in range(frames)][-1]


def test_none_and_fixed():
    assert begun(RETRAINING_RULES.load("none")()).ratios(observation()).tolist() == [0, 0, 0]
    assert begun(Fixed(0.1)).ratios(observation()).tolist() == [0.1] * 3


def test_periodic_takes_turns_and_starts_anew():
    rule = begun(Fixed(0.5, 2))
    assert rule.ratios(observation()).tolist() == [0.5, 0, 0.5]
    assert rule.ratios(observation()).tolist() == [0, 0.5, 0]
    assert begun(rule).ratios(observation()).tolist() == [0.5, 0, 0.5]


def test_need_asks_for_nothing_until_the_prediction_falls_short():
    rule = begun(Need(calibrated=False))
    asked = [rule.ratios(observation(rate=1.0))[0] > 0 for _ in range(30)]
    first = asked.index(True)
    assert 3 < first < 20
    assert all(asked[first:])


def test_need_counts_what_is_under_way_and_what_is_done():
    waiting = drifted(begun(Need(calibrated=False)), 20)
    under_way = drifted(begun(Need(calibrated=False)), 20, backlog=100)
    assert under_way[0] == pytest.approx(waiting[0] - 0.2, abs=0.01)
    rule = begun(Need(calibrated=False))
    drifted(rule, 20)
    assert drifted(rule, 1, trained=500)[0] < 0.2 * waiting[0]


def test_a_longer_queue_asks_for_more():
    short = drifted(begun(Need(calibrated=False)), 15)
    long = drifted(begun(Need(calibrated=False)), 15, queue=2.0)
    assert long[0] > short[0] > 0


def test_calibration_learns_from_bad_and_from_good_news():
    plain = drifted(begun(Need(calibrated=False)), 15, accuracy=0.6)
    worse = drifted(begun(Need(calibrated=True)), 15, accuracy=0.6)
    better = drifted(begun(Need(calibrated=True)), 15, accuracy=0.93)
    assert worse[0] > plain[0] > better[0] == 0


def test_of_users_who_are_away_calibration_learns_nothing():
    rule, there = begun(Need(calibrated=True)), np.array([1, 0, 1], np.int32)
    for _ in range(15):  # their data drift on, their last measured accuracy stays
        rule.ratios({**observation(accuracy=0.93), "present": there})
    back = rule.ratios({**observation(accuracy=0.93), "present": np.zeros(3, np.int32)})
    plain = drifted(begun(Need(calibrated=False)), 16, accuracy=0.93)
    assert back[0] == back[2] == 0
    assert back[1] == plain[1] > 0


SPARE_SETTINGS = {**SETTINGS, "learning": {"target_accuracy": 0.8, "initial_lag_s": 20.0}}


def spare_observation(work_s=0.0, slot=0, accuracy=0.8, backlog=0, time_s=0.0):
    return {
        **observation(accuracy=accuracy, backlog=backlog),
        "time_s": np.array([time_s]),
        "slot_in_frame": np.array([slot], np.int32),
        "serving_bs": np.array([0, 0, 1], np.int32),
        "compute_backlog_cycles": np.array([[work_s * 1e9, 0], [0, 0], [0, 0]]),
        "compute_capacity_hz": np.full(2, 1e9),
    }


def spare():
    rule = SpareTime()
    rule.begin(Network("cellular", SPARE_SETTINGS, SCHEMA))
    return rule


def test_a_busy_server_gets_what_is_needed_and_an_idle_one_more():
    rule = spare()
    assert rule.retrain(spare_observation()).tolist() == [1, 1, 1]
    busy = rule.ratio(spare_observation(work_s=0.5))
    assert busy[0] == busy[1] < busy[2]  # the third is served by the idle one
    assert busy[2] < 1


def test_jobs_are_at_least_of_the_smallest_size_and_one_at_a_time():
    rule = spare()
    fresh = spare_observation(accuracy=0.93)
    for _ in range(10):  # frames of good news: what is needed is little
        ratio = rule.ratio(fresh)
        assert ((ratio == 0) | (ratio * 500 >= SMALLEST_JOB - 1e-6)).all()
    assert (spare().ratio(spare_observation(backlog=40)) == 0).all()


@pytest.mark.parametrize("norm", [20.0, 80.0, 200.0])
def test_what_is_left_of_the_frame_makes_no_smaller_job(norm):
    rule = spare()
    short = {"task_norm_samples": np.full(3, norm, np.float32)}
    jobs = [
        norm * rule.ratio({**spare_observation(slot=slot, accuracy=0.93), **short})
        for slot in range(20)
    ]
    least = min(SMALLEST_JOB, norm)
    assert (np.isclose(jobs, 0) | (np.array(jobs) >= least - 1e-6)).all()
    assert (np.sum(jobs, axis=0) >= least - 1e-6).all()


def test_the_ratios_of_a_frame_add_up_to_one_at_most():
    rule = spare()
    given = sum(rule.ratio(spare_observation(slot=slot, accuracy=0.2)) for slot in range(20))
    assert given == pytest.approx(np.ones(3))
    assert (rule.ratio(spare_observation(slot=0, accuracy=0.2)) > 0).all()


def test_an_earlier_time_is_a_new_run():
    rule = spare()
    first = rule.ratio(spare_observation(time_s=1.0))
    for slot in range(1, 50):
        rule.ratio(spare_observation(slot=slot, time_s=1 + 0.02 * slot, accuracy=0.2))
    assert rule.ratio(spare_observation(time_s=1.0)) == pytest.approx(first)


def test_a_batch_is_its_networks_one_by_one():
    rule, alone = spare(), spare()
    both = {
        name: np.stack([spare_observation(0.5)[name], spare_observation(0.0)[name]])
        for name in spare_observation()
    }
    together = rule.ratio(both)
    assert together[1] == pytest.approx(alone.ratio(spare_observation(0.0)))
    assert together[0, 0] < together[1, 0]


def test_a_policy_that_cannot_retrain_is_told_so():
    with pytest.raises(InvalidSetting, match="does not decide on retraining"):
        make_policy(load_run_settings(None, {"policy": "load-fill", "retrain": "policy"}, []))


def test_a_user_without_data_is_not_retrained():
    rule = begun(Need(calibrated=False))
    drifted(rule, 30)
    empty = {**observation(), "task_norm_samples": np.zeros(3, np.float32)}
    assert rule.ratios(empty).tolist() == [0, 0, 0]


def test_the_summary_counts_user_seconds():
    accuracy = np.array(
        [(0, 0.9, 0.0, 1.0), (0, 0.5, 0.3, 1.0), (1, 0.7, 0.1, 1.0), (1, 0.9, 0.0, 1.0)],
        [("ue", int), ("accuracy", float), ("deficit", float), ("frame_s", float)],
    )
    training = np.array(
        [(100, 0, 1.0, 1.5), (70, 1, 2.0, np.nan)],
        [("samples", int), ("migrations", int), ("submitted_s", float), ("done_s", float)],
    )
    summary = summarise_learning(accuracy, training, sample_bit=1000, target=0.8, sim_time_s=2)
    assert summary["accuracy_mean"] == pytest.approx(0.75)
    assert summary["user_seconds_below_target"] == 2
    assert summary["share_below_target"] == 0.5
    assert summary["users_below_target"] == 0.5  # the first, at 0.7; the second is at 0.8
    assert summary["training_mbit_s"] == pytest.approx(0.05)
    assert summary["training_samples"] == 100
    assert summary["training_jobs_unfinished"] == 1
    assert summary["training_migrations"] == 1
    nobody = summarise_learning(accuracy[:0], training[:0], 1000, target=0.8, sim_time_s=2)
    assert nobody["accuracy_mean"] is nobody["share_below_target"] is None
    assert nobody["users_below_target"] is None


def test_settings_of_the_plant_are_checked():
    settings = load_run_settings(None, {"retrain": "need"}, ["learning.target_accuracy=0.85"])
    assert settings.learning.target_accuracy == 0.85
    assert settings.settings == {}
    with pytest.raises(InvalidSetting, match=r"retrain = 'often'.*need-calibrated"):
        load_run_settings(None, {"retrain": "often"}, [])
    with pytest.raises(InvalidSetting, match=r"learning\.target"):
        load_run_settings(None, {}, ["learning.target=0.85"])


def test_seeds():
    assert parse_seeds("1-3,7") == [1, 2, 3, 7]
    for wrong in ("", "a", "3-1", "1-", "1-3,10-8", "1,2,1", "1-3,2", "1-900000000", "4294967296"):
        with pytest.raises(InvalidSetting, match="seeds"):
            parse_seeds(wrong)
    runs = [{"seed": 1, "x": 1, "y": None, "z": "a"}, {"seed": 2, "x": 2, "y": 3.0, "z": "a"}]
    assert mean_over_seeds(runs) == {"x": 1.5}


def test_a_policy_of_ones_own_that_looks_ahead_is_refused(tmp_path):
    (tmp_path / "ahead.py").write_text(
        "from py_agent.policies.random import RandomPolicy\n"
        "class Ahead(RandomPolicy):\n"
        "    def look_ahead(self, branch): pass\n"
    )
    own = {"policy": f"{tmp_path}/ahead.py:Ahead", "retrain": "need"}
    with pytest.raises(InvalidSetting, match="a retraining rule beside it is not asked"):
        make_policy(load_run_settings(None, own, []))
