"""Retraining rules that decide online: drift plus penalty, and the bandit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ns3_bridge import Field, InvalidSetting, Schema
from py_agent.contract import Network
from py_agent.policies.drift_plus_penalty import DriftPlusPenalty
from py_agent.policies.retraining_bandit import BUDGETS, RetrainingBandit
from py_agent.policies.server_load import ServerLoad

N_UE, N_BS, CAPACITY_HZ, CYCLES_PER_SAMPLE = 3, 2, 1e9, 1e6
SETTINGS = {
    "slot_s": 0.02,
    "slots_per_frame": 50,
    "learning": {"target_accuracy": 0.8, "initial_lag_s": 0.0, "accuracy_weight": 10.0},
    "retraining": {"cycles_per_sample": CYCLES_PER_SAMPLE},
}


def observation(tasks=0, queue=0.0, slot=0, frame=0, rate=1.0, jobs=0, accuracy=0.75, trained=0):
    at = np.zeros((N_UE, N_BS), np.int32)
    at[0, 0] = tasks
    each = np.ones(N_UE)
    return {
        "time_s": np.array([1.0 + frame + 0.02 * slot]),
        "slot_in_frame": np.array([slot], np.int32),
        "serving_bs": np.array([0, 0, 1], np.int32),
        "accuracy": accuracy * each,
        "drift_rate": rate * each,
        "virtual_queue": queue * each,
        "trained_samples": trained * each,
        "task_norm_samples": 500.0 * each,
        "training_backlog_samples": jobs * each,
        "training_backlog_cycles": jobs * CYCLES_PER_SAMPLE * each,
        "tasks_computing": at,
        "tasks_uploading": np.zeros(N_UE, np.int32),
        "compute_backlog_cycles": at * 2e8,
        "compute_capacity_hz": np.full(N_BS, CAPACITY_HZ),
        "task_rate_hz": 0.5 * each,
        "task_mean_cycles": 2e8 * each,
    }


def begun(rule):
    fields = tuple(
        Field(name, "float32", np.shape(value), "1", 0, 1, dims=dims)
        for name, value in observation().items()
        for dims in [("bs",) if name == "compute_capacity_hz" else ()]
    )
    rule.begin(Network("mine", SETTINGS, Schema("mine", 0, 0, "1", "", fields, (), {}, ())))
    return rule


def first(rule, **seen):
    """δ after five frames in which models fell behind."""
    for frame in range(5):
        for slot in range(50):
            rule.ratio(observation(slot=slot, frame=frame, **{**seen, "jobs": 1}))
    return rule.ratio(observation(frame=5, **seen))


def test_without_a_miss_nobody_is_trained():
    rule = begun(DriftPlusPenalty())
    assert rule.ratio(observation(accuracy=0.93, rate=0.0)).tolist() == [0, 0, 0]


def test_a_longer_queue_or_a_smaller_v_asks_for_more():
    few = first(begun(DriftPlusPenalty(v=1.0)), tasks=2, rate=4.0)
    queued = first(begun(DriftPlusPenalty(v=1.0)), tasks=2, rate=4.0, queue=2.0)
    cheap = first(begun(DriftPlusPenalty(v=1e-4)), tasks=2, rate=4.0)
    assert queued[0] > few[0]
    assert cheap[0] > few[0]


def test_a_busy_server_trains_less_than_an_idle_one():
    ratio = first(begun(DriftPlusPenalty(v=0.1)), tasks=6, rate=4.0)
    assert ratio[0] == ratio[1] < ratio[2]


def test_whoever_has_a_job_gets_no_other_and_slots_within_a_frame_none():
    rule = begun(DriftPlusPenalty())
    assert first(rule, rate=4.0, jobs=40).tolist() == [0, 0, 0]
    assert rule.ratio(observation(slot=1, frame=5, rate=4.0)).tolist() == [0, 0, 0]


@given(
    st.integers(0, 9), st.floats(0, 5), st.floats(0, 8), st.floats(1e-4, 10), st.integers(2, 500)
)
def test_no_job_of_the_grid_is_cheaper_than_the_one_chosen(tasks, queue, rate, v, size):
    rule = begun(DriftPlusPenalty(v=v))
    seen = observation(tasks=tasks, queue=queue, rate=rate)
    chosen = rule.ratio(seen) * 500
    load = ServerLoad.observed(seen)
    # Between two sizes of the grid the cost is at most a little lower: it is smooth.
    one_size = np.full(N_UE, 32.0 if size < 32 else 500.0)
    z = seen["virtual_queue"] + 0.8 + 0.05
    assert (rule.cost(chosen, z, load) <= rule.cost(one_size, z, load) + 1e-9).all()


def test_delay_of_a_job_is_that_of_a_simulated_queue():
    # A server of 1 Hz with two tasks of 0.2 s; a job of 0.5 s goes first; no arrivals.
    still = ServerLoad(*(np.array([x]) for x in (0, 1.0, 2.0, 0.4, 0.0, 0.0)))
    assert still.delay_s(np.array([0.5]))[0] == pytest.approx(2 * 0.5)
    # Arrivals at 0.8/s of 0.5 s each, deterministic work by Lindley's recursion, with and without.
    rng = np.random.default_rng(1)
    extra = []
    for _ in range(4000):
        gaps_s = rng.exponential(1 / 0.8, 60)
        waits_s = [_waits(gaps_s, first_s) for first_s in (0.4, 0.9)]
        extra.append(sum(waits_s[1]) - sum(waits_s[0]))
    busy = ServerLoad(*(np.array([x]) for x in (0, 1.0, 0.0, 0.4, 0.8, 0.4)))
    assert busy.delay_s(np.array([0.5]))[0] == pytest.approx(np.mean(extra), rel=0.05)


def _waits(gaps_s, work_s):
    for gap_s in gaps_s:
        work_s = max(work_s - gap_s, 0.0)
        yield work_s
        work_s += 0.5


def test_the_bandit_tries_every_budget_once_and_then_prefers_the_best():
    rule = begun(RetrainingBandit(exploration=0.01))
    pulled = []
    for frame in range(60):
        arm = None
        for slot in range(50):
            # The larger the budget of station 0, the more tasks wait there.
            tasks = 0 if arm is None else 4 * arm
            rule.ratio(observation(tasks=tasks, slot=slot, frame=frame, rate=0.0, accuracy=0.93))
            arm = int(rule.arm[0])
        pulled.append(arm)
    assert sorted(pulled[: len(BUDGETS)]) == list(range(len(BUDGETS)))
    assert np.mean(np.array(pulled[20:]) == 0) > 0.8


def test_budgets_are_kept_and_the_neediest_come_first():
    rule = begun(RetrainingBandit())
    for frame in range(len(BUDGETS)):
        for slot in range(50):
            seen = observation(slot=slot, frame=frame, rate=6.0, accuracy=0.3)
            seen["virtual_queue"] = np.array([0.0, 3.0, 0.0])
            ratio = rule.ratio(seen)
            if slot == 0:
                budget = np.array(BUDGETS)[rule.arm] * CAPACITY_HZ / CYCLES_PER_SAMPLE
                spent = np.bincount(seen["serving_bs"], ratio * 500, minlength=N_BS)
                assert (spent <= budget + 1e-6).all()
                assert ratio[1] > 0 or ratio[0] == 0
            else:
                assert not ratio.any()
    assert rule.pulls.tolist() == [[1, 1, 1, 1, 0]] * N_BS  # the last frame is not over


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: DriftPlusPenalty(v=-1), "v"),
        (lambda: DriftPlusPenalty(slack=float("nan")), "slack"),
        (lambda: RetrainingBandit(exploration=-1), "exploration"),
        (lambda: RetrainingBandit(ahead_s=-20), "ahead_s"),
    ],
)
def test_a_knob_out_of_bounds_is_named(make, name):
    with pytest.raises(InvalidSetting, match=f"{name} = "):
        make()
