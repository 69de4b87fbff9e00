"""Many real simulators that nobody holds up."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import gymnasium
import numpy as np
import pytest

import ns3_scenarios
from ns3_bridge import InvalidAction, InvalidSetting, ScenarioPool
from ns3_bridge.testing.processes import children_of

SETTINGS = {"n_ue": 2, "n_bs": 2, "duration_s": 0.1, "warmup_s": 0.2}  # 5 slots
LONG = {**SETTINGS, "duration_s": 1.0}


@pytest.fixture
def make_pool() -> Iterator[Callable[..., ScenarioPool]]:
    made = []

    def make(num_envs: int, batch_size: int | None = None, **options: Any) -> ScenarioPool:
        made.append(
            ns3_scenarios.make_pool(
                "cellular", num_envs, batch_size, **{"settings": SETTINGS, **options}
            )
        )
        return made[-1]

    yield make
    for pool in made:
        pool.close()


def actions_of(envs: Any, steps: Any) -> dict[str, Any]:
    """What environments do in their n-th step: each something else."""
    load = np.array([[1 + env, 1 + step] for env, step in zip(envs, steps, strict=True)])
    shares = load / load.sum(axis=1, keepdims=True)
    return {
        "association": np.tile([0, 1], (len(load), 1)),
        "bandwidth_share": shares,
        "compute_share": shares,
    }


def process_of(pool: ScenarioPool, env: int) -> int:
    return pool.pids[env]


def test_each_goes_as_it_would_in_a_vector_environment(make_pool):
    n_envs, n_steps = 3, 8  # beyond the end of the first episode
    vector = gymnasium.make_vec("ns3_scenarios:ns3/Cellular-v0", n_envs, settings=SETTINGS)
    expected = [vector.reset(seed=7)[0]]
    rewards = [np.zeros(n_envs)]
    for step in range(n_steps):
        observation, reward, *_ = vector.step(actions_of(range(n_envs), [step] * n_envs))
        expected.append(observation)
        rewards.append(reward)
    vector.close()

    pool = make_pool(n_envs, 2)
    pool.async_reset(seed=7)
    steps = np.zeros(n_envs, int)
    seen_ends = 0
    while steps.min() <= n_steps:
        observations, reward, terminated, truncated, infos = pool.recv()
        assert not terminated.any()
        seen_ends += truncated.sum()
        envs = infos["env_id"]
        for row, env in enumerate(envs):
            if steps[env] <= n_steps:
                assert reward[row] == rewards[steps[env]][env]
                for name, values in expected[steps[env]].items():
                    assert (observations[name][row] == values[env]).all()
        pool.send(actions_of(envs, steps[envs]), envs)
        steps[envs] += 1
    assert seen_ends >= n_envs


def test_a_slow_one_holds_nobody_up(make_pool):
    pool = make_pool(3, 1, settings=LONG)
    pool.async_reset(seed=1)
    first = [int(pool.recv()[4]["env_id"][0]) for _ in range(3)]
    assert sorted(first) == [0, 1, 2]
    slow = process_of(pool, 1)
    os.kill(slow, signal.SIGSTOP)
    pool.send(actions_of(first, [0] * 3), first)
    served = {0: 0, 2: 0}
    while min(served.values()) < 15:  # nor do the fast ones starve each other
        infos = pool.recv()[4]
        env = int(infos["env_id"][0])
        served[env] += 1  # a KeyError if it is the slow one
        pool.send(actions_of([env], [served[env]]), [env])
    os.kill(slow, signal.SIGCONT)
    while infos["env_id"][0] != 1:
        infos = pool.recv()[4]
        pool.send(actions_of(infos["env_id"], [0]), infos["env_id"])
    assert infos["slot"].tolist() == [1]


def test_one_that_dies_is_reported_and_starts_anew(make_pool):
    pool = make_pool(2, settings=LONG)
    pool.async_reset(seed=1)
    before, *_, infos = pool.recv()
    envs = infos["env_id"]
    os.kill(process_of(pool, 1), signal.SIGKILL)
    pool.send(actions_of(envs, [0, 0]), envs)
    after, rewards, _, truncated, infos = pool.recv()
    row = infos["env_id"].tolist().index(1)
    assert truncated.tolist() == (infos["env_id"] == 1).tolist()
    assert "SIGKILL" in infos["simulator_error"][row]
    assert infos["simulator_error"][1 - row] is None
    assert rewards[row] == 0
    was = envs.tolist().index(1)
    assert all((after[name][row] == before[name][was]).all() for name in before)
    pool.send(actions_of([0, 1], [0, 0]), [0, 1])
    *_, truncated, infos = pool.recv()
    assert not truncated.any()
    assert dict(zip(infos["env_id"], infos["slot"], strict=True)) == {0: 2, 1: 0}
    assert "simulator_error" not in infos


def test_one_that_hangs_is_ended_at_its_deadline_while_another_goes_on(make_pool):
    pool = make_pool(2, 1, settings={**SETTINGS, "duration_s": 600}, deadline_s=5.0)
    pool.async_reset(seed=1)
    envs = [int(pool.recv()[4]["env_id"][0]) for _ in range(2)]
    os.kill(process_of(pool, 0), signal.SIGSTOP)
    pool.send(actions_of(envs, [0, 0]), envs)
    infos, answers = {}, 0
    while "simulator_error" not in infos:
        infos = pool.recv()[4]
        answers += 1
        if infos["env_id"][0] == 1:
            pool.send(actions_of([1], [0]), [1])
    assert infos["env_id"].tolist() == [0]
    assert "within 5 s" in infos["simulator_error"][0]
    assert answers > 5


def test_a_wrong_action_names_its_environment_and_steps_nobody(make_pool):
    pool = make_pool(2)
    pool.async_reset(seed=1)
    envs = pool.recv()[4]["env_id"]
    wrong = actions_of(envs, [0, 0])
    wrong["compute_share"][1, 0] = np.nan
    with pytest.raises(InvalidAction, match=rf"environment {envs[1]}: compute_share\[0\] = nan"):
        pool.send(wrong, envs)
    pool.send(actions_of(envs, [0, 0]), envs)
    assert pool.recv()[4]["slot"].tolist() == [1, 1]


def test_what_cannot_be_sent_or_received_is_explained(make_pool):
    for num_envs, batch_size in ((0, None), (2, 0), (2, 3)):
        with pytest.raises(InvalidSetting, match="must be"):
            make_pool(num_envs, batch_size)
    pool = make_pool(2, 1)
    with pytest.raises(gymnasium.error.ResetNeeded, match="0 environments simulate"):
        pool.recv()
    pool.async_reset(seed=[1, 2])
    (env,) = pool.recv()[4]["env_id"]
    for wrong in ([2], [-1], [0, 0], [0.5], [[0]]):
        with pytest.raises(InvalidSetting, match="different environments from 0 to 1"):
            pool.send(actions_of([0], [0]), wrong)
    with pytest.raises(InvalidSetting, match=rf"\[{1 - env}\] have not answered yet"):
        pool.send(actions_of([0], [0]), [1 - env])


def test_nothing_is_left_of_it(make_pool):
    def left() -> tuple[int, list[int]]:
        return len(os.listdir("/proc/self/fd")), children_of("self")

    before = left()
    pool = make_pool(3, 2)
    pool.async_reset(seed=1)
    pool.recv()
    pool.async_reset(seed=1)  # in the middle of a start
    assert pool.recv()[4]["slot"].tolist() == [0, 0]
    pool.close()
    assert left() == before
