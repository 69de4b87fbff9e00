"""The two-timescale environment on real ns-3."""

from __future__ import annotations

import numpy as np
import pytest

import ns3_scenarios
from ns3_bridge import InvalidAction, InvalidSetting
from py_agent.learning.env import LearningEnv
from py_agent.learning.learning_settings import LearningSettings
from py_agent.learning.plant import LearningPlant

BUSY = {"on_s": 1.0, "off_s": 0.0, "rate_hz": 10.0, "size_min_bit": 1e4, "size_max_bit": 2e4}
NETWORK = {
    "n_ue": 3,
    "n_bs": 2,
    "duration_s": 2.4,
    "traffic": BUSY,
    "retraining": {"enabled": True, "cycles_per_sample": 1e7},
}


def make(network=NETWORK, **settings):
    return LearningEnv(ns3_scenarios.make("cellular", network), LearningSettings(**settings))


@pytest.fixture
def env():
    made = make()
    yield made
    made.close()


def action(observation, retrain=0, ratio=0.0):
    n_ue = len(observation["serving_bs"])
    share = np.full(n_ue, 0.5 / n_ue)
    return {
        "association": np.maximum(observation["serving_bs"], 0),
        "bandwidth_share": share,
        "compute_share": share,
        "training_share": share,
        "retrain": np.broadcast_to(retrain, n_ue),
        "retraining_ratio": np.broadcast_to(ratio, n_ue),
    }


def play(env, seed, decide):
    observation, _ = env.reset(seed=seed)
    steps, truncated = [(observation, 0.0, {})], False
    while not truncated:
        observation, reward, _, truncated, info = env.step(action(observation, *decide(len(steps))))
        steps.append((observation, reward, info))
    return steps


def test_observations_and_actions_lie_in_their_spaces(env):
    observation, _ = env.reset(seed=1)
    assert env.observation_space.contains(observation)
    for _ in range(3):
        observation, _, _, _, _ = env.step(env.action_space.sample())
        assert env.observation_space.contains(observation)
    assert "retrain_samples" not in env.action_space.spaces


def test_the_same_seed_gives_the_same_bits():
    def bits():
        env = make()
        steps = play(env, 5, lambda slot: (1, 0.2 if slot % 50 == 30 else 0.0))
        env.close()
        return b"".join(
            np.asarray(value).tobytes() for o, r, _ in steps for value in (*o.values(), r)
        )

    assert bits() == bits()


def test_new_weights_take_effect_in_the_slot_in_which_ns3_reports_the_job_done(env, monkeypatch):
    observation, _ = env.reset(seed=2)
    original, finished, done = LearningPlant.finish, [], []

    def finish(plant, last_done):
        jobs = original(plant, last_done)
        finished.extend([(slot, job.user) for job in jobs])
        return jobs

    monkeypatch.setattr(LearningPlant, "finish", finish)
    before = np.zeros(3, int)
    for slot in range(120):
        observation, *_ = env.step(action(observation, 1, 0.3 if slot % 50 == 20 else 0.0))
        for user in np.flatnonzero(observation["training_jobs_done"] > before):
            done.append((slot, int(user)))
        before = observation["training_jobs_done"]
    assert finished == done
    assert len({slot for slot, _ in finished}) > 2


def test_retraining_raises_accuracy_and_its_absence_does_not():
    def last_accuracy(retrain):
        # The same data and models, only the jobs differ; so many samples that chance is ±0.005.
        env = make(initial_lag_s=60.0, evaluated_samples=2000)
        last = play(env, 3, lambda slot: (retrain, 1.0))[-1][0]["accuracy"].mean()
        env.close()
        return last

    assert last_accuracy(1) > last_accuracy(0) + 0.03


def test_delta_adds_up_to_one_in_a_frame(env):
    observation, _ = env.reset(seed=1)
    for _ in range(50):  # data arise
        observation, *_ = env.step(action(observation))
    submitted = []
    norm = observation["task_norm_samples"]
    for _ in range(6):
        observation, *_ = env.step(action(observation, 1, 0.4))
        total = observation["training_backlog_samples"] + observation["trained_samples"]
        submitted.append(total.tolist())
    assert submitted[2] == submitted[5]  # 0.4 + 0.4 + 0.2, then nothing
    np.testing.assert_allclose(submitted[5], norm, rtol=0.25)  # the norm grows with new data


def test_the_frame_s_decision_is_obeyed_at_its_start_only(env):
    observation, _ = env.reset(seed=1)
    for slot in range(120):
        # Retraining is asked for in the middle of frames, δ always.
        observation, *_ = env.step(action(observation, int(slot % 50 == 25), 1.0))
    assert observation["training_jobs_done"].tolist() == [0, 0, 0]
    assert observation["training_backlog_samples"].tolist() == [0, 0, 0]


def test_the_reward_is_the_sum_of_its_terms(env):
    steps = play(env, 1, lambda slot: (1, 0.5))
    for observation, reward, info in steps[1:]:
        terms = info["reward_terms"]
        assert set(terms) == {"tasks", "retraining", "accuracy"}
        assert reward == pytest.approx(sum(terms.values()))
        assert terms["accuracy"] == pytest.approx(
            -10 * observation["accuracy_deficit"].sum() * 0.02, abs=1e-6
        )
    assert min(info["reward_terms"]["retraining"] for _, _, info in steps[1:]) < 0
    assert min(info["reward_terms"]["tasks"] for _, _, info in steps[1:]) < 0


def test_a_frame_that_is_cut_short_counts_as_long_as_it_lasted(env):
    play(env, 1, lambda slot: (0, 0.0))
    rows = env.take_records()["accuracy"]
    assert rows["frame_s"].tolist() == pytest.approx([1.0] * 6 + [0.4] * 3)
    assert rows["ue"].tolist() == [0, 1, 2] * 3
    assert len(env.take_records()["accuracy"]) == 0


def test_a_refused_action_changes_nothing(env):
    observation, _ = env.reset(seed=1)
    for _ in range(50):
        observation, *_ = env.step(action(observation))
    wrong = {**action(observation, 1, 1.0), "training_share": np.full(3, np.nan)}
    with pytest.raises(InvalidAction, match="training_share"):
        env.step(wrong)
    with pytest.raises(InvalidAction, match="follows from retrain and retraining_ratio"):
        env.step({**action(observation), "retrain_samples": np.zeros(3)})
    observation, *_ = env.step(action(observation, 1, 1.0))
    assert (observation["training_backlog_samples"] > 0).all()


def test_a_scenario_without_retraining_is_refused():
    env = ns3_scenarios.make("cellular", {"n_ue": 2})
    with pytest.raises(InvalidSetting, match=r"retraining\.enabled=true"):
        LearningEnv(env)
    env.close()


def test_a_branch_goes_the_same_way_as_the_environment_and_touches_it_not(env):
    ahead = env.reset(seed=4)[0]
    for slot in range(60):
        ahead, *_ = env.step(action(ahead, 1, 0.4 if slot % 50 == 0 else 0.0))
    ways = []
    with env.branch(2) as branches:
        for way, ratio in zip([*branches, env], (0.4, 0.9, 0.4), strict=True):
            observation, rewards = ahead, []
            for slot in range(55):  # past a measurement and the end of the job
                decided = action(observation, 1, ratio if slot == 40 else 0.0)
                observation, reward, *_ = way.step(decided)
                rewards.append(reward)
            ways.append((observation, rewards))
    (first, first_rewards), (other, _), (same, same_rewards) = ways
    assert all(np.array_equal(first[name], same[name]) for name in first)
    assert first_rewards == same_rewards
    assert not all(np.array_equal(first[name], other[name]) for name in first)
