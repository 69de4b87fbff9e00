"""A C++ environment of ns3-gym, compiled unchanged against the bridge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ns3_bridge
from ns3_bridge import HandshakeError, SimulatorDied
from ns3_scenarios.build import build

ACTION = {"action_0": np.array([0.5, 0.25], np.float32), "action_1": np.array([2])}


@pytest.fixture(scope="module")
def program(build_cache, tmp_path_factory):
    source = Path(__file__).with_name("gym_program.cc")
    program = tmp_path_factory.mktemp("gym") / "gym-program"
    return str(build([str(source)], [], str(program), str(build_cache)))


def played(env, seed):
    observations = [env.reset(seed=seed)[0]]
    rewards, over = [], (False, False)
    while not any(over):
        observation, reward, *over, _ = env.step(ACTION)
        observations.append(observation)
        rewards.append(reward)
    return observations, rewards, tuple(over)


def test_spaces_become_fields(program):
    env = ns3_bridge.make(program)
    fields = {f.name: (f.dtype, f.shape, f.low, f.high) for f in env.schema.observations}
    assert fields["observation_queue"] == ("int64", (3,), 0, 4294967040)
    assert fields["observation_state"] == ("int32", (1,), 0, 3)
    assert [f.name for f in env.schema.actions] == ["action_0", "action_1"]
    env.close()


def test_an_episode_has_the_program_s_values_in_its_order(program):
    env = ns3_bridge.make([program, "--simTime=0.55"])
    observations, rewards, over = played(env, seed=7)
    env.close()
    assert over == (False, True)
    assert [o["observation_queue"][0] for o in observations] == [0, 1, 2, 3, 4, 5, 6]
    assert observations[3]["observation_queue"].tolist() == [3, 4_000_000_000, 7]  # the seed
    assert [o["observation_state"][0] for o in observations] == [0, 2, 2, 2, 2, 2, 2]
    assert rewards == [0.75] * 6
    assert [round(o["time_s"][0], 3) for o in observations[:3]] == [0, 0.1, 0.2]


def test_game_over_is_terminated_and_branches_go_on(program):
    env = ns3_bridge.make([program, "--last=3"])
    observations, _, over = played(env, seed=1)
    assert over == (True, False)
    assert observations[-1]["observation_queue"][0] == 3
    env.reset(seed=1)
    with env.branch(1) as (branch,):
        assert branch.step(ACTION)[1] == env.step(ACTION)[1] == 0.75
    env.close()


def test_a_program_that_never_notifies_is_told(program):
    with pytest.raises(HandshakeError, match="status 0 and no description"):
        ns3_bridge.make([program, "--silent"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--offset=-10", "--high=1e30"], "observation_state: 0 values where its space has 1"),
        (
            ["--high=1000000000"],
            r"observation_queue\[1\] = 4e\+09 is outside its space, \[0, 1e\+09\]",
        ),
    ],
)
def test_an_observation_that_is_not_of_its_space_is_told(program, arguments, told):
    env = ns3_bridge.make([program, *arguments])
    with pytest.raises(SimulatorDied, match=told):
        env.reset(seed=1)
    env.close()


def test_a_space_of_unsigned_numbers_may_have_no_end(program):
    env = ns3_bridge.make([program, "--high=1e30"])
    assert env.observation_space["observation_queue"].high.tolist() == [2**32 - 1] * 3
    assert env.reset(seed=1)[0]["observation_queue"][1] == 4_000_000_000
    env.close()
