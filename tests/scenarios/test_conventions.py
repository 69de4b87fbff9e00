"""What the libraries around Gymnasium and PettingZoo expect of environments."""

from __future__ import annotations

import copy
import functools
import pickle
import warnings

import gymnasium
import numpy as np
import pytest
from pettingzoo.test import parallel_api_test
from stable_baselines3 import PPO
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.vec_env import SubprocVecEnv

import ns3_scenarios
from ns3_bridge import BridgeError, FlatBox, InvalidSetting
from ns3_scenarios.flat_team import FlatTeam
from ns3_scenarios.multi_agent import BaseStationTeam

ID = "ns3_scenarios:ns3/Cellular-v0"
SMALL = {"n_ue": 3, "n_bs": 2, "duration_s": 0.2}


def first(env, seed=5):
    observation, _ = env.reset(seed=seed)
    return {name: value.tobytes() for name, value in observation.items()}


@pytest.mark.parametrize("name", [ID, "py_agent:ns3/CellularTwin-v0"], ids=["ns3", "twin"])
@pytest.mark.parametrize("copied", [lambda env: pickle.loads(pickle.dumps(env)), copy.deepcopy])
def test_an_environment_is_copied_between_episodes(name, copied):
    env = gymnasium.make(name, settings=SMALL)
    bits = first(env)
    env.close()
    env.unwrapped.np_random.integers(9)
    again = copied(env)
    assert again.spec == env.spec
    assert first(again) == bits
    again.close()
    fresh = copied(gymnasium.make(name, settings=SMALL))
    assert first(fresh) == bits
    fresh.close()


@pytest.mark.parametrize("copied", [pickle.dumps, copy.deepcopy, copy.copy])
def test_in_an_episode_a_copy_is_refused_and_branch_is_named(cellular, copied):
    env = cellular(**SMALL)
    env.reset(seed=1)
    with pytest.raises(BridgeError, match=r"branch\(\) continues it"):
        copied(env)
    env.step(env.action_space.sample())


def test_warm_starts_and_attributes_go_along():
    attributes = {"ns3::LteUePhy::NoiseFigure": np.float64(7)}
    env = ns3_scenarios.make("cellular", SMALL, attributes, warm_starts=1)
    again = pickle.loads(pickle.dumps(env))
    assert first(again) == first(env)
    assert list(again.host.waiting_pids) == [5]
    assert again.host.ns3_attributes == attributes
    again.close()
    env.close()


def test_it_runs_in_spawned_processes():
    env = FlatBox(gymnasium.make(ID, settings=SMALL))
    envs = SubprocVecEnv([functools.partial(copy.deepcopy, env)] * 2, start_method="spawn")
    envs.seed(5)
    vectors = envs.reset()
    assert (vectors[0] == env.reset(seed=5)[0]).all()
    envs.close()
    env.close()


def test_max_episode_steps_holds_for_single_ones_and_vectors():
    lengths = []
    for mode in (None, "sync"):
        envs = gymnasium.make_vec(
            ID, 2, settings=SMALL, max_episode_steps=4, vectorization_mode=mode
        )
        envs.reset(seed=1)
        ends = [envs.step(envs.action_space.sample())[3].tolist() for _ in range(10)]
        lengths.append(ends)
        envs.close()
    assert lengths[0] == lengths[1]
    assert [slot for slot, end in enumerate(lengths[0]) if all(end)] == [3, 8]
    for wrong in (0, 1.5, True):
        with pytest.raises(InvalidSetting, match=f"max_episode_steps = {wrong}"):
            gymnasium.make_vec(ID, 2, settings=SMALL, max_episode_steps=wrong)


def test_pettingzoo_accepts_a_flat_team():
    team = FlatTeam(BaseStationTeam(settings=SMALL))
    parallel_api_test(team, num_cycles=30)
    observations, _ = team.reset(seed=1)
    for agent in team.agents:
        assert observations[agent] in team.observation_space(agent)
    team.close()


def test_a_flat_team_decides_as_the_team_below(monkeypatch):
    below = BaseStationTeam(settings=SMALL)
    team = FlatTeam(below)
    team.reset(seed=1)
    joint = []
    step = below.env.step
    monkeypatch.setattr(below.env, "step", lambda action: step(joint.append(action) or action))
    actions = {}
    for m, agent in enumerate(team.agents):
        actions[agent] = np.full(team.action_space(agent).shape, m - 0.5, np.float32)
    serving = below.env.channel.observations["serving_bs"].copy()
    team.step(actions)
    share = np.where(serving == 0, 0.25, 0.75)
    assert joint[0]["compute_share"] == pytest.approx(share)
    team.close()


def test_supersuit_brings_a_team_to_stable_baselines3():
    supersuit = pytest.importorskip("supersuit")
    team = supersuit.pettingzoo_env_to_vec_env_v1(FlatTeam(BaseStationTeam(settings=SMALL)))
    envs = supersuit.concat_vec_envs_v1(team, 2, base_class="stable_baselines3")
    agent = PPO("MlpPolicy", envs, n_steps=4, batch_size=8, n_epochs=1)
    agent.set_logger(Logger(None, []))  # the default one leaves an empty folder in /tmp
    agent.learn(32)
    assert agent.num_timesteps == 32
    envs.close()


@pytest.mark.parametrize("flat", [False, True], ids=["dict", "flat"])
def test_torchrl_takes_it(flat):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torchrl's own
        libs = pytest.importorskip("torchrl.envs")
        utils = pytest.importorskip("torchrl.envs.utils")
        env = gymnasium.make(ID, settings=SMALL)
        wrapped = libs.GymWrapper(FlatBox(env) if flat else env)
        utils.check_env_specs(wrapped)
        assert wrapped.rollout(3)["next", "reward"].shape == (3, 1)
        wrapped.close()
