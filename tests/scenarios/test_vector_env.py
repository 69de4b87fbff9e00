"""Many real simulators at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, VectorEnv

from ns3_bridge import InvalidAction, InvalidSetting

ID = "ns3_scenarios:ns3/Cellular-v0"
SETTINGS = {"n_ue": 2, "n_bs": 2, "duration_s": 0.1, "warmup_s": 0.2}  # 5 slots


@pytest.fixture
def make_vector() -> Iterator[Callable[..., VectorEnv]]:
    made = []

    def make(mode: str | None = None, num_envs: int = 2, **options: Any) -> VectorEnv:
        made.append(gymnasium.make_vec(ID, num_envs, mode, settings=SETTINGS, **options))
        return made[-1]

    yield make
    for env in made:
        env.close()


def same(a: Any, b: Any) -> bool:
    return all((a[name] == b[name]).all() for name in a)


def test_a_native_vector_is_bit_equal_to_gymnasium_s_own(make_vector):
    envs = [make_vector(), make_vector("sync"), make_vector("async")]
    assert envs[0].metadata["autoreset_mode"] == AutoresetMode.NEXT_STEP
    for space in ("single_observation_space", "observation_space", "action_space"):
        assert getattr(envs[0], space) == getattr(envs[1], space)
    resets = [env.reset(seed=7) for env in envs]
    envs[0].action_space.seed(1)
    for _ in range(8):  # beyond the end of the first episode
        action = envs[0].action_space.sample()
        steps = [env.step(action) for env in envs]
        for other in steps[1:]:
            assert same(steps[0][0], other[0])
            for mine, theirs in zip(steps[0][1:4], other[1:4], strict=True):
                assert (mine == theirs).all()
            assert (steps[0][4]["slot"] == other[4]["slot"]).all()
    assert same(resets[0][0], resets[1][0])
    assert not same(
        {name: value[0] for name, value in steps[0][0].items()},
        {name: value[1] for name, value in steps[0][0].items()},
    )


def test_observations_are_ours_to_keep(make_vector):
    env = make_vector()
    first, _ = env.reset(seed=1)
    kept = {name: value.copy() for name, value in first.items()}
    env.step(env.action_space.sample())
    assert same(first, kept)


def test_one_that_dies_is_reported_and_restarted_while_the_others_go_on(make_vector):
    env = make_vector(num_envs=3)
    before, _ = env.reset(seed=[1, 2, 3])
    os.kill(env.unwrapped.pids[1], signal.SIGKILL)
    action = env.action_space.sample()
    observation, reward, terminated, truncated, info = env.step(action)
    assert truncated.tolist() == [False, True, False]
    assert not terminated.any()
    assert "SIGKILL" in info["simulator_error"][1]
    assert info["_simulator_error"].tolist() == [False, True, False]
    assert reward[1] == 0
    assert all((observation[name][1] == before[name][1]).all() for name in before)
    assert info["slot"][[0, 2]].tolist() == [1, 1]
    *_, truncated, info = env.step(action)
    assert info["slot"].tolist() == [2, 0, 2]
    assert not truncated.any()


def test_one_that_hangs_is_ended_at_the_deadline(make_vector):
    env = make_vector(deadline_s=5.0)
    env.reset(seed=1)
    os.kill(env.unwrapped.pids[0], signal.SIGSTOP)
    *_, truncated, info = env.step(env.action_space.sample())
    assert truncated.tolist() == [True, False]
    assert "within 5 s" in info["simulator_error"][0]


def test_reset_within_the_same_step(make_vector):
    env = make_vector(autoreset_mode="SameStep")
    env.reset(seed=1)
    for _ in range(5):
        observation, *_, truncated, info = env.step(env.action_space.sample())
    assert truncated.all()
    assert info["slot"].tolist() == [0, 0]
    assert info["final_info"]["slot"].tolist() == [5, 5]
    for name, value in info["final_obs"][0].items():
        assert value.shape == observation[name][0].shape
    assert info["final_obs"][0]["time_s"][0] > observation["time_s"][0, 0]


def test_reset_by_hand(make_vector):
    env = make_vector(autoreset_mode="Disabled")
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(env.action_space.sample())
    env.reset(seed=1)
    for _ in range(5):
        *_, truncated, _ = env.step(env.action_space.sample())
    assert truncated.all()
    env.reset(seed=[5, None], options={"reset_mask": np.array([True, False])})
    with pytest.raises(gymnasium.error.ResetNeeded, match=r"\[1\]"):
        env.step(env.action_space.sample())


def test_a_wrong_action_names_its_environment_and_steps_nobody(make_vector):
    env = make_vector()
    env.reset(seed=1)
    action = env.action_space.sample()
    wrong = {**action, "compute_share": action["compute_share"].copy()}
    wrong["compute_share"][1, 0] = np.nan
    with pytest.raises(InvalidAction, match=r"environment 1: compute_share\[0\] = nan"):
        env.step(wrong)
    *_, info = env.step(action)
    assert info["slot"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": [1]}, "1 seeds for 2 environments"),
        ({"options": {"warp": 9}}, "known: settings, reset_mask"),
        ({"options": {"reset_mask": np.zeros(2, bool)}}, "not all of them false"),
    ],
)
def test_a_wrong_reset_is_explained(make_vector, arguments, message):
    with pytest.raises(InvalidSetting, match=message):
        make_vector().reset(**arguments)


@pytest.mark.parametrize("reseed", [True, False])
def test_environments_share_fewer_waiting_simulators(make_vector, reseed):
    env = make_vector(num_envs=3, warm_starts=1, reseed=reseed)
    first, second = (env.reset(seed=1)[0] for _ in range(2))
    assert same(first, second)
    action = env.action_space.sample()
    one, other = env.step(action)[0], (env.reset(seed=1), env.step(action)[0])[1]
    assert same(one, other)
    assert len(env.unwrapped.host.waiting_pids) == 1
