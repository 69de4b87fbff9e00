"""Retraining jobs on the edge servers of the cellular scenario, on real ns-3."""

from __future__ import annotations

import numpy as np
import pytest

from ns3_bridge import InvalidAction

CYCLES = 1e6  # per sample
CAPACITY_HZ = 1e8
IDLE = {"rate_hz": 1e-3}


def action(observation, samples=0, training=1.0, compute=0.0, **fields):
    n_ue = len(observation["serving_bs"])
    return {
        "association": np.maximum(observation["serving_bs"], 0),
        "compute_share": np.full(n_ue, compute),
        "bandwidth_share": np.full(n_ue, 1 / n_ue),
        "training_share": np.full(n_ue, training),
        "retrain_samples": np.full(n_ue, samples),
        **fields,
    }


@pytest.fixture
def training(cellular):
    def make(**settings):
        return cellular(
            **{
                "n_ue": 1,
                "traffic": IDLE,
                "retraining": {"enabled": True, "cycles_per_sample": CYCLES},
                "compute": {"capacity_hz": CAPACITY_HZ},
                **settings,
            }
        )

    return make


def run_on(env, observation, slots, **kept):
    seen = []
    for _ in range(slots):
        observation, *_ = env.step(action(observation, **kept))
        seen.append(observation)
    return seen


def test_a_job_takes_its_cycles_and_is_then_done(training):
    env = training()
    observation, _ = env.reset(seed=1)
    observation, *_ = env.step(action(observation, samples=20))  # 0.2 s of the whole server
    assert observation["training_backlog_samples"].tolist() == [20]
    assert observation["training_backlog_cycles"][0] == pytest.approx(0.18 * CAPACITY_HZ)
    seen = run_on(env, observation, 12)
    done = [int(o["training_jobs_done"][0]) for o in seen]
    assert done == [0] * 8 + [1] * 4  # reported at the boundary of slot 10, 0.2 s after submission
    assert seen[-1]["trained_samples"].tolist() == [20]
    assert seen[-1]["training_backlog_cycles"].tolist() == [0]
    (row,) = env.take_records()["training"]
    assert row["done_s"] - row["submitted_s"] == pytest.approx(0.2, abs=1e-6)
    assert (row["samples"], row["migrations"]) == (20, 0)


def test_tasks_and_training_share_by_weight(training):
    busy = {"on_s": 1.0, "off_s": 0.0, "rate_hz": 20.0}
    env = training(traffic=busy, duration_s=3.0)
    observation, _ = env.reset(seed=1)
    observation, *_ = env.step(action(observation, samples=10_000, compute=0.25, training=0.75))
    seen = run_on(env, observation, 149, compute=0.25, training=0.75)
    backlog = [o["training_backlog_cycles"][0] for o in seen]
    computing = [o["tasks_computing"].sum() for o in seen]
    first = next(i for i, n in enumerate(computing) if n > 0)
    assert min(computing[first:]) > 0  # the server has tasks all the time from then on
    rate_hz = (backlog[first] - backlog[-1]) / (0.02 * (len(seen) - 1 - first))
    assert rate_hz == pytest.approx(0.75 * CAPACITY_HZ, rel=0.01)


@pytest.mark.parametrize(("mode", "part"), [("work-conserving", 1.0), ("quota", 0.4)])
def test_quota_keeps_training_to_its_share(training, mode, part):
    env = training(compute={"capacity_hz": CAPACITY_HZ, "mode": mode})
    observation, _ = env.reset(seed=1)
    observation, *_ = env.step(action(observation, samples=1000, compute=0.6, training=0.4))
    seen = run_on(env, observation, 10, compute=0.6, training=0.4)
    served = observation["training_backlog_cycles"] - seen[-1]["training_backlog_cycles"]
    assert served[0] == pytest.approx(part * CAPACITY_HZ * 0.2, rel=1e-6)


def test_a_job_follows_its_user_and_rests_on_the_way(training):
    env = training(
        retraining={"enabled": True, "cycles_per_sample": CYCLES, "migration_s": 0.2},
        layout={"site_distance_m": 100},
        duration_s=2.0,
        slots_per_frame=5,
    )
    observation, _ = env.reset(seed=1)
    start = int(observation["serving_bs"][0])
    observation, *_ = env.step(action(observation, samples=100))  # 1 s of the whole server
    seen = [observation]
    for _ in range(99):
        command = action(seen[-1], association=np.array([1 - start]))
        observation, _, _, truncated, _ = env.step(command)
        seen.append(observation)
    assert truncated
    assert int(seen[-1]["serving_bs"][0]) == 1 - start
    backlog = np.array([o["training_backlog_cycles"][0] for o in seen])
    served = -np.diff(backlog)
    resting = np.flatnonzero((served == 0) & (backlog[1:] > 0))
    assert 8 <= len(resting) <= 10  # 0.2 s, cut by slot boundaries
    assert (np.diff(resting) == 1).all()
    (row,) = env.take_records()["training"]
    assert row["migrations"] == 1
    assert row["bs"] == 1 - start
    # Nothing is lost or done twice: 1 s of work and 0.2 s of rest.
    assert row["done_s"] - row["submitted_s"] == pytest.approx(1.2, abs=1e-6)


def test_a_job_follows_a_user_that_moves_on_while_it_rests(training):
    env = training(
        retraining={"enabled": True, "cycles_per_sample": CYCLES, "migration_s": 0.2},
        layout={"site_distance_m": 100},
        duration_s=3.0,
        slots_per_frame=5,
    )
    observation, _ = env.reset(seed=1)
    observation, *_ = env.step(action(observation, samples=50))  # 0.5 s of the whole server
    for slot in range(149):  # a handover every 0.1 s for a while, then none
        target = (slot // 5) % 2 if slot < 60 else 0
        observation, *_ = env.step(action(observation, association=np.array([target])))
    (row,) = env.take_records()["training"]
    assert row["migrations"] >= 2
    assert row["bs"] == observation["serving_bs"][0] == 0
    # Each migration rests its time, and the work is done once.
    spent_s = row["done_s"] - row["submitted_s"]
    assert spent_s == pytest.approx(0.5 + 0.2 * row["migrations"], abs=1e-6)


def test_jobs_end_in_their_order_and_unfinished_ones_are_reported(training):
    env = training(duration_s=0.4)
    observation, _ = env.reset(seed=1)
    for samples in (10, 15, 400):
        observation, *_ = env.step(action(observation, samples=samples))
    run_on(env, observation, 17)
    rows = env.take_records()["training"]
    assert rows["samples"].tolist() == [10, 15, 400]
    assert np.isnan(rows["done_s"]).tolist() == [False, False, True]


def test_retraining_that_is_enabled_and_not_used_changes_nothing(cellular):
    def observations(enabled):
        env = cellular(retraining={"enabled": enabled}, slots_per_frame=10)
        observation, _ = env.reset(seed=3)
        seen = [observation]
        for _ in range(50):
            full = action(observation, compute=0.25)
            observation, *_ = env.step({f.name: full[f.name] for f in env.schema.actions})
            seen.append(observation)
        return seen

    for without, with_it in zip(observations(False), observations(True), strict=True):
        assert all(without[name].tobytes() == with_it[name].tobytes() for name in without)


def test_without_retraining_its_actions_are_refused(cellular):
    env = cellular()
    assert "training" not in {table.name for table in env.schema.tables}
    observation, _ = env.reset(seed=1)
    with pytest.raises(InvalidAction, match=r"retraining\.enabled is false"):
        env.step(action(observation))


def test_a_negative_job_is_refused(training):
    env = training()
    observation, _ = env.reset(seed=1)
    with pytest.raises(InvalidAction, match=r"retrain_samples\[0\] = -1 is outside"):
        env.step(action(observation, samples=-1))


def test_jobs_have_numbers_in_order_of_submission_over_all_users(training):
    env = training(n_ue=3)
    observation, _ = env.reset(seed=1)
    assert observation["training_job_id"].tolist() == [-1, -1, -1]
    first = action(observation, retrain_samples=np.array([4, 0, 8]))
    observation, *_ = env.step(first)
    assert observation["training_job_id"].tolist() == [0, -1, 1]
    observation, *_ = env.step(action(observation, samples=2))
    assert observation["training_job_id"].tolist() == [2, 3, 4]
    last = run_on(env, observation, 20)[-1]
    assert last["training_done_id"].tolist() == [2, 3, 4]
    assert last["training_job_id"].tolist() == [2, 3, 4]
    rows = np.sort(env.take_records()["training"], order="id")
    assert rows["id"].tolist() == [0, 1, 2, 3, 4]
    assert rows["ue"].tolist() == [0, 2, 0, 1, 2]
    assert rows["samples"].tolist() == [4, 8, 2, 2, 2]
