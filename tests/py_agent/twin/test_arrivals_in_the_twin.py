# SPDX-License-Identifier: MIT
"""Users come and go in the twin as in ns-3."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from played_twin import assert_same_bits, decision, play_twin, task_table

import ns3_scenarios
from py_agent.driver import play
from py_agent.experiment.task_statistics import delay_parts
from py_agent.policies import Network, load_policy
from py_agent.twin.environment.env import make_learning_vector, make_vector
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.rollout.random_streams import seed_array
from py_agent.twin.rollout.rollout import Rollout
from py_agent.twin.rollout.simulate import simulate

SETTINGS = {
    **{"n_ue": 8, "n_bs": 2, "duration_s": 15, "slots_per_frame": 10},
    "arrival": {"rate_hz": 1.5, "sojourn_s": 3},
    "traffic": {"model": "poisson", "rate_hz": 2},
}
SLOTS = 750
SEEDS = (4, 5, 6)


def erlang_mean(load: float, n: int) -> float:
    """Users that are there on average: a (1 − B(a, n))."""
    weights = [load**k / math.factorial(k) for k in range(n + 1)]
    return load * (1 - weights[n] / sum(weights))


@pytest.fixture(scope="module")
def twin():
    return play_twin(SETTINGS, 64, SLOTS)


def test_as_many_are_there_as_erlang_says(twin):
    seen, *_ = twin
    there = np.array([o["present"].sum(axis=1) for o in seen])
    of_rollouts = there.mean(axis=0)
    error = of_rollouts.std() / np.sqrt(len(of_rollouts))
    expected = erlang_mean(4.5, 8)
    assert abs(there.mean() - expected) < 4 * error
    assert abs(there[0].mean() - expected) < 4 * there[0].std() / 8  # stationary from the start


def test_the_load_is_bounded_by_the_places():
    crowded = {**SETTINGS, "arrival": {"rate_hz": 1000, "sojourn_s": 50}}
    envs = make_vector(8, crowded)
    observations, _ = envs.reset(seed=1)
    for _ in range(50):
        observations, *_ = envs.step(decision(observations))
    assert observations["present"].mean() > 0.95


def test_who_is_away_does_nothing_and_counts_nowhere(twin):
    seen, rewards, _ = twin
    for before, after, reward in zip(seen, seen[1:], rewards, strict=False):
        away = after["present"] == 0
        assert (after["serving_bs"][away] == -1).all()
        for name in ("upload_backlog_bit", "tasks_uploading", "oldest_age_s", "task_rate_hz"):
            assert (after[name][away] == 0).all()
        assert (after["tasks_computing"][away] == 0).all()
        gone = away & (before["present"] == 0)
        for name in ("tasks_created", "created_bit", "delivered_bit", "tasks_left"):
            assert (after[name] == before[name])[gone].all()
        under_way = after["tasks_uploading"] + after["tasks_computing"].sum(axis=-1)
        finished = after["tasks_completed"] + after["tasks_left"]
        assert (after["tasks_created"] - finished == under_way).all()
        at_most = (before["tasks_created"] - before["tasks_completed"] - before["tasks_left"]).sum(
            axis=1
        ) + (after["tasks_created"] - before["tasks_created"]).sum(axis=1)
        assert (-reward <= 0.02 * at_most + 1e-9).all()
    assert seen[-1]["tasks_left"].sum() > 0


def test_what_is_delivered_grows_also_where_tasks_are_dropped(twin):
    seen, *_ = twin
    for before, after in itertools.pairwise(seen):
        assert (after["delivered_bit"] >= before["delivered_bit"]).all()


def test_alone_and_in_a_batch_and_with_threads_the_same_bits(twin):
    seen, rewards, _ = twin
    for n, threads in ((1, 1), (30, 3)):
        assert_same_bits(SETTINGS, seen, rewards, n, threads, seed=17)


def test_users_come_and_go_alike_whatever_is_decided(twin):
    seen, *_ = twin
    envs = make_vector(4, SETTINGS)
    observations, _ = envs.reset(seed=1)
    envs.action_space.seed(1)
    for passed in seen[:200]:
        assert (observations["present"] == passed["present"][:4]).all()
        observations, *_ = envs.step(envs.action_space.sample())


def test_branches_go_on_alike_and_others_are_drawn_anew():
    rollout = TwinNetwork.of(SETTINGS).rollout(16)
    rollout.start(seed_array(range(16)))
    action = {
        "association": np.maximum(rollout.state["cell"], 0),
        "compute_share": np.full((16, 8), 1 / 8, np.float32),
    }
    rollout.steps(action, 10)
    same, others = rollout.copy(), rollout.copy(seed_array(range(16, 32)))
    for each in (rollout, same, others):
        each.steps(action, 100)
    assert (rollout.state["present"] == same.state["present"]).all()
    assert (rollout.state["present"] != others.state["present"]).any()


def test_the_table_of_tasks_says_when_their_user_left():
    tasks, observation = task_table(SETTINGS)
    left, done = np.isfinite(tasks["left_s"]), np.isfinite(tasks["done_s"])
    assert not (left & done).any()
    assert left.sum() == observation["tasks_left"].sum() > 0
    assert done.sum() == observation["tasks_completed"].sum() > 0
    assert len(tasks) == observation["tasks_created"].sum()
    assert (tasks["left_s"][left] >= tasks["created_s"][left]).all()


def test_models_of_those_who_are_away_stand_still():
    settings = {**SETTINGS, "retraining": {"enabled": True, "cycles_per_sample": 2e7}}
    envs = make_learning_vector(16, settings)
    before, _ = envs.reset(seed=1)
    envs.action_space.seed(1)
    dropped = 0
    for _ in range(200):
        after, *_ = envs.step({**envs.action_space.sample(), **decision(before)})
        away = after["present"] == 0
        assert (after["accuracy_deficit"][away] == 0).all()
        assert (after["training_backlog_cycles"][away] == 0).all()
        assert (after["training_backlog_samples"][away] == 0).all()
        assert (after["virtual_queue"] == before["virtual_queue"])[away].all()
        gone = away & (before["present"] == 0)
        for name in ("trained_samples", "training_jobs_done", "training_done_id", "accuracy"):
            assert (after[name] == before[name])[gone].all(), name
        dropped += (before["training_backlog_cycles"][away] > 0).sum()
        before = after
    assert dropped > 0
    assert (after["training_jobs_done"] > 0).any()


def test_means_are_those_of_ns3():
    """Three runs of ns-3 beside 64 rollouts, whose spread says how far off so few runs may be.

    Users, tasks and drops follow the same laws: three standard errors of the mean of three runs.
    The delay's model errs as well, by some 10 % of the mean over few users (concepts/fidelity.md).
    """
    settings = {**SETTINGS, "arrival": {"rate_hz": 4, "sojourn_s": 1.5}}
    env = ns3_scenarios.make("cellular", settings)
    network = Network("cellular", env.settings.model_dump(), env.schema)
    policy, runs = load_policy("strongest-equal"), []
    for seed in SEEDS:
        observation, _ = env.reset(seed=seed)
        there = []
        policy.begin(network, seed)
        for slot in play(env, policy, network, observation, copies=True):
            there.append(slot.before["present"].sum())
            last = slot.after
        parts = delay_parts(env.take_records()["task"], float(last["time_s"][0]))
        created, left = last["tasks_created"].sum(), last["tasks_left"].sum()
        hz = created / (0.02 * np.sum(there))
        runs.append((np.mean(there), hz, left / created, parts.delay_s.mean()))
    env.close()

    rollout = TwinNetwork.of(settings).rollout(64)
    rollout.start(seed_array(range(64)))
    there = [(rollout.state["present"] > 0).sum(axis=1)]

    def watch(rollouts: Rollout) -> None:
        there.append((rollouts.state["present"] > 0).sum(axis=1))

    outcome = simulate(rollout, policy, network.schema, SLOTS, watch=watch)
    users = np.mean(there[:-1], axis=0)
    created, left = (rollout.state[name].sum(axis=1) for name in ("created", "tasks_left"))
    delay_s = [outcome.delay_s[outcome.rollout == i].mean() for i in range(64)]
    twin = np.array([users, created / (0.02 * SLOTS * users), left / created, delay_s])
    ns3 = np.mean(runs, axis=0)
    allowed = 3 * twin.std(axis=1) / np.sqrt(len(SEEDS))
    allowed[3] += 0.1 * ns3[3]
    assert (np.abs(twin.mean(axis=1) - ns3) < allowed).all(), (ns3, twin.mean(axis=1), allowed)
