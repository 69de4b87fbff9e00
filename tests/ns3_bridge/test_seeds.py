"""One range of seeds, wherever an episode starts; and what ns-3 attributes may be."""

from __future__ import annotations

import numpy as np
import pytest

from ns3_bridge import InvalidSetting, LocalHost, ScenarioEnv, ScenarioPool, ScenarioVectorEnv
from ns3_bridge.seeds import LARGEST_SEED, check_seed
from ns3_bridge.settings import argument_text, attribute_arguments
from ns3_bridge.testing import echo_scenario
from py_agent.experiment.run_settings import load_run_settings

GOOD = [0, 1, LARGEST_SEED, np.int64(7), np.uint8(200), np.int32(3)]
BAD = [-1, LARGEST_SEED + 1, 2**63, 2**64, True, np.True_, 1.0, np.float64(2), "1", [1]]
SAY = {"say": np.zeros(2, np.float32)}


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return echo_scenario(tmp_path_factory.mktemp("echo") / "echo", n_floats=2, n_slots=3)


@pytest.mark.parametrize("seed", GOOD)
def test_integers_of_python_and_numpy_are_seeds(seed):
    assert check_seed(seed) == int(seed)
    assert type(check_seed(seed)) is int


@pytest.mark.parametrize("seed", GOOD[2:4])
def test_they_start_episodes_everywhere(program, seed):
    env = ScenarioEnv(LocalHost(program))
    env.reset(seed=seed)
    assert env.run == seed
    env.close()
    vector = ScenarioVectorEnv(LocalHost(program), 2)
    vector.reset(seed=np.array([seed, 5]))
    assert vector.runs == [seed, 5]
    vector.close()
    pool = ScenarioPool(LocalHost(program), 2)
    pool.async_reset(seed=[seed, None])
    assert len(pool.recv()[0]["echo"]) == 2
    pool.close()


@pytest.mark.parametrize("seed", BAD, ids=repr)
def test_what_is_none_is_refused_everywhere_and_the_episode_goes_on(program, seed):
    env = ScenarioEnv(LocalHost(program))
    env.reset(seed=1)
    vector = ScenarioVectorEnv(LocalHost(program), 2)
    vector.reset(seed=1)
    pool = ScenarioPool(LocalHost(program), 2)
    pool.async_reset(seed=1)
    pool.recv()
    message = "must be an integer from 0 to 4294967295|1 seeds for 2"
    for reset in (env.reset, vector.reset, pool.async_reset):
        with pytest.raises(InvalidSetting, match=message):
            reset(seed=seed)
    for reset in (vector.reset, pool.async_reset):
        with pytest.raises(InvalidSetting, match="seed of environment 1"):
            reset(seed=[3, seed])
    with pytest.raises(InvalidSetting, match="run"):
        LocalHost(program).start(seed)
    with pytest.raises(InvalidSetting, match="seed"):
        env.branch(1, seeds=[seed])
    env.step(SAY)
    vector.step({"say": np.zeros((2, 2), np.float32)})
    pool.send({"say": np.zeros((2, 2), np.float32)}, [0, 1])
    for made in (env, vector, pool):
        made.close()


def test_the_seeds_after_the_first_stay_in_the_range(program):
    vector = ScenarioVectorEnv(LocalHost(program), 2)
    with pytest.raises(InvalidSetting, match=f"environment 1 = {LARGEST_SEED + 1}"):
        vector.reset(seed=LARGEST_SEED)
    vector.close()


def test_the_command_line_has_the_same_range():
    assert load_run_settings(None, {"seed": LARGEST_SEED}, []).seed == LARGEST_SEED
    for seed in (-1, LARGEST_SEED + 1):
        with pytest.raises(InvalidSetting, match="seed"):
            load_run_settings(None, {"seed": seed}, [])


def test_an_unseeded_episode_tells_its_seed(program):
    env = ScenarioEnv(LocalHost(program))
    env.reset(seed=4)
    env.reset()
    drawn = env.run
    env.reset(seed=4)
    env.reset()
    assert env.run == drawn != 4
    env.close()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float64(7), "7.0"),
        (np.float32(0.5), "0.5"),
        (np.int64(3), "3"),
        (np.True_, "true"),
        (False, "false"),
        ("10ms", "10ms"),
    ],
)
def test_numbers_of_numpy_reach_ns3_as_numbers(value, text):
    assert argument_text(value) == text
    assert attribute_arguments({"ns3::A::B": value}) == [f"--ns3::A::B={text}"]


@pytest.mark.parametrize("value", [None, [1], {"a": 1}, object()], ids=type)
def test_what_ns3_cannot_read_is_named(program, value):
    with pytest.raises(InvalidSetting, match=r"ns-3 attribute ns3::A::B = .* must be a number"):
        LocalHost(program, None, {"ns3::A::B": value})
