"""Rollouts of the twin's environments under the strongest cell and fixed shares."""

from __future__ import annotations

import numpy as np

import ns3_scenarios
from py_agent.driver import play
from py_agent.policies import Network, load_policy
from py_agent.twin.environment.env import make, make_vector


def decision(observation, share=None):
    """Each user at its strongest cell with this share of its band; None: equal shares."""
    shape = observation["serving_bs"].shape
    equal = np.full(shape, 1 / shape[-1], np.float32)
    band = equal if share is None else np.full(shape, share, np.float32)
    strongest = observation["rsrp_dbm"].argmax(axis=-1).astype(np.int32)
    return {"association": strongest, "bandwidth_share": band, "compute_share": equal.copy()}


def play_twin(settings, n, slots, threads=1, seed=1, share=None):
    """All observations and rewards of a batch, and its rollouts."""
    envs = make_vector(n, settings, threads=threads)
    observations, _ = envs.reset(seed=seed)
    seen, rewards = [observations], []
    for _ in range(slots - 1):
        observations, reward, *_ = envs.step(decision(observations, share))
        seen.append(observations)
        rewards.append(reward)
    return seen, np.array(rewards), envs.rollout


def assert_same_bits(settings, seen, rewards, n, threads, seed):
    """Another batch, whose seeds begin there, has what these rollouts of seeds 1, 2, … have."""
    again, their_rewards, _ = play_twin(settings, n, len(seen), threads, seed)
    rows = slice(seed - 1, min(seed - 1 + n, rewards.shape[1]))
    both = rows.stop - rows.start
    assert (their_rewards[:, :both] == rewards[:, rows]).all()
    for one, many in zip(again[::30], seen[::30], strict=True):
        for name, values in one.items():
            assert (values[:both] == many[name][rows]).all(), name


def task_table(settings):
    """Of an episode with seed 1: its table of tasks and its last observation."""
    env = make(settings)
    observation, _ = env.reset(seed=1)
    over, rows = False, []
    while not over:
        observation, _, _, over, _ = env.step(decision(observation))
        rows.append(env.take_records()["task"])
    return np.concatenate(rows), observation


def ns3_task_table(settings, seeds):
    """The tables of tasks of ns-3's episodes, one after the other, under a rule."""
    env = ns3_scenarios.make("cellular", settings)
    network = Network("cellular", env.settings.model_dump(), env.schema)
    policy, tables = load_policy("strongest-equal"), []
    for seed in seeds:
        observation, _ = env.reset(seed=seed)
        policy.begin(network, seed)
        for _ in play(env, policy, network, observation):
            pass
        tables.append(env.take_records()["task"])
    env.close()
    return np.concatenate(tables)
