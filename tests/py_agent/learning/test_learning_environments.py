"""Learning environments by id: on ns-3 and in the twin, single and as vectors, flat."""

from __future__ import annotations

import pickle
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.wrappers import FilterObservation
from stable_baselines3.common.env_checker import check_env as check_for_stable_baselines3

import ns3_scenarios
import py_agent.twin.environment.env as without_ns3
from ns3_bridge import FlatBox, FlatVectorBox, InvalidSetting
from py_agent.learning.env import LearningEnv
from py_agent.learning.episode import FOLLOWED
from py_agent.learning.learning_settings import LearningSettings

NS3 = "py_agent:ns3/CellularLearning-v0"
TWIN = "py_agent:ns3/CellularLearningTwin-v0"
SMALL = {"n_ue": 2, "n_bs": 2, "duration_s": 0.2, "slots_per_frame": 5}
QUICK = {"evaluated_samples": 20, "bit_per_feature": 1}

both = pytest.mark.parametrize("name", [NS3, TWIN], ids=["ns3", "twin"])


def make(name, **options):
    return gymnasium.make(name, settings=SMALL, learning=QUICK, **options)


@both
def test_gymnasium_and_stable_baselines3_accept_it(name):
    env = make(name)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*is different from the unwrapped version")
        check_env(env, skip_render_check=True)
    flat = FlatBox(env)
    check_for_stable_baselines3(flat, warn=True)
    flat.close()


@both
def test_its_spec_and_its_pickle_make_it_again(name):
    env = FlatBox(make(name, max_episode_steps=7))
    first, _ = env.reset(seed=3)
    env.close()
    for again in (gymnasium.make(env.spec), pickle.loads(pickle.dumps(env))):
        assert again.spec == env.spec
        assert (again.reset(seed=3)[0] == first).all()
        again.close()


@both
@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_each_of_a_vector_goes_the_way_of_a_single_one(name, mode):
    single = make(name, max_episode_steps=7)
    options = {"settings": SMALL, "learning": QUICK, "max_episode_steps": 7}
    envs = gymnasium.make_vec(name, 2, autoreset_mode=mode, **options)
    assert envs.single_observation_space == single.observation_space
    observation, _ = single.reset(seed=[2, 3][1])
    observations, _ = envs.reset(seed=2)
    for episode in range(2):
        for slot in range(7):
            actions = envs.action_space.sample()
            observation, reward, _, over, info = single.step({n: v[1] for n, v in actions.items()})
            observations, rewards, _, truncated, infos = envs.step(actions)
            if name == NS3 and slot == 5:
                rows = envs.take_records()[1]["accuracy"]
                assert (
                    rows.tobytes()
                    == single.get_wrapper_attr("take_records")()["accuracy"].tobytes()
                )
                assert rows["ue"].tolist() == [0, 1]
            assert over == truncated[1] == (slot == 6)
            assert reward == rewards[1]
            if name == NS3:
                terms = {n: v[1] for n, v in infos["reward_terms"].items() if n[0] != "_"}
                assert terms == info["reward_terms"]
            after = {n: v[1] for n, v in observations.items()}
            if over and mode == "SameStep":
                after = infos["final_obs"][1]
            assert set(after) == set(observation)
            for field, value in observation.items():
                assert np.array_equal(value, after[field]), (episode, slot, field)
        observation, _ = single.reset()
        if mode == "NextStep":
            observations, *_ = envs.step(envs.action_space.sample())
        for field, value in observation.items():
            assert np.array_equal(value, observations[field][1]), field
    single.close()
    envs.close()


def test_a_step_that_simulated_nothing_leaves_a_masked_reset_free():
    options = {"settings": SMALL, "learning": QUICK, "max_episode_steps": 2}
    envs = gymnasium.make_vec(NS3, 2, autoreset_mode="Disabled", **options)
    envs.reset(seed=1)
    action = envs.action_space.sample()
    for _ in range(2):
        envs.step(action)
    with pytest.raises(gymnasium.error.ResetNeeded):
        envs.step(action)
    envs.reset(options={"reset_mask": np.array([True, False])})
    envs.reset(options={"reset_mask": np.array([False, True])})
    envs.step(action)
    envs.close()


@both
def test_a_vector_is_flat_too(name):
    envs = FlatVectorBox(gymnasium.make_vec(name, 2, settings=SMALL, learning=QUICK))
    vectors, _ = envs.reset(seed=1)
    single = FlatBox(make(name))
    assert (vectors[0] == single.reset(seed=1)[0]).all()
    envs.step(envs.action_space.sample())
    single.close()
    envs.close()


@both
def test_an_episode_may_have_other_settings(name):
    env = make(name)
    env.reset(seed=1, options={"settings": {"slots_per_frame": 3, "warmup_s": 1.5}})
    for slot in range(4):
        observation, *_ = env.step(env.action_space.sample())
        assert observation["slot_in_frame"] == (slot + 1) % 3
    assert observation["time_s"] == pytest.approx(1.58)
    with pytest.raises(InvalidSetting, match="observations lose trained_samples"):
        env.reset(options={"settings": {"retraining": {"enabled": False}}})
    env.close()


def test_it_goes_around_what_gymnasium_makes():
    network = {**SMALL, "retraining": {"enabled": True}}
    scenario = gymnasium.make("ns3_scenarios:ns3/Cellular-v0", settings=network)
    by_hand, by_name = LearningEnv(scenario, QUICK), make(NS3)
    one, other = by_hand.reset(seed=1)[0], by_name.reset(seed=1)[0]
    for field, value in one.items():
        assert np.array_equal(value, other[field]), field
    by_hand.close()
    by_name.close()


def test_fields_that_models_do_not_follow_may_be_left_out_below():
    network = {**SMALL, "retraining": {"enabled": True}}
    scenario = gymnasium.make("ns3_scenarios:ns3/Cellular-v0", settings=network)
    env = FlatBox(LearningEnv(FilterObservation(scenario, list(FOLLOWED)), QUICK))
    vector, _ = env.reset(seed=1)
    assert vector in env.observation_space
    with pytest.raises(InvalidSetting, match="put it above LearningEnv"):
        LearningEnv(FilterObservation(scenario, ["rsrp_dbm"]))
    env.close()


def test_what_an_agent_writes_into_its_observation_changes_nothing():
    runs = []
    for writes in (False, True):
        env = make(NS3)
        env.action_space.seed(1)
        observation, _ = env.reset(seed=1)
        seen = []
        for _ in range(10):
            if writes:
                for value in observation.values():
                    value[...] = 0
            observation, reward, *_ = env.step(env.action_space.sample())
            seen.append((reward, *(value.tobytes() for value in observation.values())))
        runs.append(seen)
        env.close()
    assert runs[0] == runs[1]


def test_wrong_settings_of_models_are_named():
    with pytest.raises(InvalidSetting, match=r"learning\.target_accuracy = 2"):
        gymnasium.make(NS3, settings=SMALL, learning={"target_accuracy": 2})
    with pytest.raises(InvalidSetting, match="not an environment of a scenario"):
        LearningEnv(gymnasium.make("CartPole-v1"))


def test_workers_of_a_vector_train_after_their_parent_has_trained():
    env = make(NS3)
    env.reset(seed=1)  # threads of the linear algebra are there, which a fork does not have
    env.close()
    envs = gymnasium.make_vec(NS3, 2, settings=SMALL, learning=QUICK, vectorization_mode="async")
    envs.reset_async(seed=1)
    observation, _ = envs.reset_wait(timeout=300)
    assert len(observation["time_s"]) == 2
    envs.close()


@pytest.mark.parametrize("name", [TWIN, "py_agent:ns3/CellularTwin-v0"])
def test_a_batch_of_the_twin_says_that_it_draws_nothing(name):
    with pytest.raises(InvalidSetting, match="a batch of the twin draws nothing"):
        gymnasium.make_vec(name, 2, settings=SMALL, render_mode="rgb_array")


@pytest.mark.parametrize("settings", [{"learning": {"p_min": 0.1}}, {"learning.p_min": 0.1}])
def test_a_reset_says_why_it_does_not_change_the_models(settings):
    small = {"n_ue": 2, "n_bs": 1, "retraining.enabled": True}
    envs = [
        LearningEnv(ns3_scenarios.make("cellular", small)),
        without_ns3.make(small, learning=LearningSettings()),
    ]
    for env in envs:
        with pytest.raises(InvalidSetting, match="changes settings of the scenario alone"):
            env.reset(options={"settings": settings})
        env.close()
