"""The twin as an environment: nothing tells it from ns-3's but what happens in it."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from played_twin import decision

import ns3_scenarios
from ns3_bridge import BranchRefused, FlatBox, InvalidAction, InvalidSetting
from py_agent.policies import Network, load_policy
from py_agent.twin.errors import UnsuitableNetwork

ID = "py_agent:ns3/CellularTwin-v0"
SMALL = {"n_ue": 5, "duration_s": 1.0}


@pytest.mark.parametrize(("duration_s", "slots"), [(0.05, 3), (0.06, 3), (0.25, 13)])
def test_the_twin_plays_as_many_slots_as_ns3(duration_s, slots):
    settings = {"n_ue": 2, "n_bs": 1, "duration_s": duration_s}
    for env in (gymnasium.make(ID, settings=settings), ns3_scenarios.make("cellular", settings)):
        env.reset(seed=1)
        played, truncated = 0, False
        while not truncated:
            *_, truncated, _ = env.step(env.action_space.sample())
            played += 1
        env.close()
        assert played == slots


@pytest.fixture(scope="module")
def env():
    made = gymnasium.make(ID, settings=SMALL)
    yield made
    made.close()


@pytest.fixture(scope="module")
def envs():
    made = gymnasium.make_vec(ID, 4, settings=SMALL)
    yield made
    made.close()


def test_it_passes_the_check_of_gymnasium(env):
    check_env(env.unwrapped, skip_render_check=True)


@pytest.mark.parametrize(
    "settings", [{}, {"state": {"mac": False}}, {"radio": {"scheduler": "pf"}}, {"n_bs": 7}]
)
def test_spaces_are_those_of_ns3(settings):
    twin = gymnasium.make(ID, settings={**SMALL, **settings})
    real = gymnasium.make("ns3_scenarios:ns3/Cellular-v0", settings={**SMALL, **settings})
    assert twin.observation_space == real.observation_space
    assert twin.action_space == real.action_space
    observation, _ = twin.reset(seed=1)
    assert real.observation_space.contains(observation)
    twin.close()
    real.close()


def test_each_task_is_one_row_and_a_branch_repeats_none():
    env = gymnasium.make(ID, settings={**SMALL, "duration_s": 3.0}).unwrapped
    observation, _ = env.reset(seed=1)
    rows, finished, slot = [], False, 0
    while not finished:
        action = {name: space.sample() for name, space in env.action_space.items()}
        observation, _, _, finished, _ = env.step(action)
        rows += env.take_records()["task"]["task"].tolist()
        if (slot := slot + 1) == 25:
            with env.branch(1) as (branch,), env.branch(1, seeds=[11]) as (other,):
                assert len(branch.take_records()["task"]) == 0
                assert (branch.run, other.run) == (1, None)  # which no reset repeats
    assert len(rows) > 3
    assert sorted(rows) == list(range(int(observation["tasks_created"].sum())))
    assert len(env.take_records()["task"]) == 0
    env.close()


def test_one_policy_object_runs_on_both():
    policy = load_policy("srpt")
    means = []
    for env in (gymnasium.make(ID, settings=SMALL), ns3_scenarios.make("cellular", SMALL)):
        network = env.unwrapped
        policy.begin(Network("cellular", network.settings.model_dump(), network.schema), seed=1)
        observation, _ = env.reset(seed=1)
        frame, finished, rewards = {}, False, []
        while not finished:
            if observation["slot_in_frame"][0] == 0:
                frame = policy.decide_frame(observation)
            observation, reward, _, finished, _ = env.step(
                {**frame, **policy.decide_slot(observation)}
            )
            rewards.append(reward)
        assert len(rewards) == 50
        assert len(network.take_records()["task"]) == observation["tasks_created"].sum()
        means.append(np.mean(rewards))
        env.close()
    assert max(means) <= 0


def test_flat_vectors_have_the_same_shapes():
    twin = FlatBox(gymnasium.make(ID, settings=SMALL))
    real = FlatBox(ns3_scenarios.make("cellular", SMALL))
    assert twin.observation_space == real.observation_space
    assert twin.action_space == real.action_space
    vector, _ = twin.reset(seed=1)
    assert vector in twin.observation_space
    assert twin.step(twin.action_space.sample())[0] in twin.observation_space
    twin.close()
    real.close()


def test_a_branch_goes_the_same_way(env):
    env.reset(seed=3)
    actions = [env.action_space.sample() for _ in range(20)]
    for taken in actions[:8]:
        env.step(taken)
    with env.unwrapped.branch(2) as (same, other):
        for taken in actions[8:]:
            observation, reward, *_ = env.step(taken)
            again, reward_again, *_ = same.step(taken)
            other.step(other.action_space.sample())
        assert reward == reward_again
        for name, value in observation.items():
            assert np.array_equal(value, again[name]), name


def test_a_reseeded_branch_keeps_the_phase_of_periodic_sources():
    small = {"size_min_bit": 1e4, "size_max_bit": 2e4}
    traffic = {"model": "periodic", "rate_hz": 2, **small}
    settings = {**SMALL, "duration_s": 4.0, "traffic": traffic, "compute": {"capacity_hz": 1e11}}
    made = gymnasium.make(ID, settings=settings).unwrapped
    observation, _ = made.reset(seed=1)
    for _ in range(50):
        observation, *_ = made.step(decision(observation))
    created_s = []
    with made.branch(1, seeds=[77]) as (other,):
        for env in (made, other):
            for _ in range(149):
                env.step(decision(observation))
            tasks = env.take_records()["task"]
            late = tasks[tasks["created_s"] > 2.2]
            created_s.append({(int(t["ue"]), round(float(t["created_s"]), 4)) for t in late})
    assert len(created_s[0]) >= 10
    assert created_s[0] == created_s[1]
    made.close()


def test_environments_of_a_vector_have_seeds_of_their_own(envs):
    def play(seed):
        rng = np.random.default_rng(1)
        observations, _ = envs.reset(seed=seed)
        for _ in range(30):
            share = rng.uniform(size=(4, 5)).astype(np.float32)
            observations, *_ = envs.step(
                {
                    "association": rng.integers(3, size=(4, 5)).astype(np.int32),
                    "bandwidth_share": share,
                    "compute_share": share,
                }
            )
            assert envs.observation_space.contains(observations)
        return observations

    once, again, other = play(1), play(1), play([1, 9, 3, 4])
    for name, value in once.items():
        assert np.array_equal(value, again[name]), name
        assert np.array_equal(value[[0, 2, 3]], other[name][[0, 2, 3]]), name
    assert not np.array_equal(once["position_m"][1], other["position_m"][1])


def test_episodes_end_and_start_anew():
    envs = gymnasium.make_vec(ID, 2, settings={**SMALL, "duration_s": 0.1})
    envs.reset(seed=1)
    ends = []
    for _ in range(13):
        _, _, _, truncated, _ = envs.step(envs.action_space.sample())
        ends.append(truncated.tolist())
    assert [i for i, end in enumerate(ends) if all(end)] == [4, 10]
    envs.close()


def test_within_the_step_the_last_observation_is_kept():
    envs = gymnasium.make_vec(
        ID, 2, settings={**SMALL, "duration_s": 0.04}, autoreset_mode="SameStep"
    )
    envs.reset(seed=1)
    envs.step(envs.action_space.sample())
    observations, _, _, truncated, infos = envs.step(envs.action_space.sample())
    assert truncated.all()
    assert infos["final_obs"][0]["time_s"][0] == pytest.approx(1.04)
    assert observations["time_s"][0, 0] == pytest.approx(1.0)
    assert infos["slot"].tolist() == [0, 0]
    envs.close()


def test_wrong_actions_and_settings_are_told(env, envs):
    env.reset(seed=1)
    taken = env.action_space.sample()
    taken["association"][2] = 3
    with pytest.raises(InvalidAction, match=r"association\[2\] = 3"):
        env.step(taken)
    envs.reset(seed=1)
    many = envs.action_space.sample()
    many["compute_share"][1, 4] = np.nan
    with pytest.raises(InvalidAction, match=r"compute_share\[1, 4\] = nan"):
        envs.step(many)
    with pytest.raises(InvalidSetting, match="reset_mask"):
        envs.reset(options={"reset_mask": np.zeros(4, bool)})


def test_an_episode_may_have_other_settings(env):
    own = env.unwrapped.settings.traffic.rate_hz
    busy = gymnasium.make(ID, settings={**SMALL, "traffic": {"rate_hz": 9}})
    expected, _ = busy.reset(seed=1)
    observation, _ = env.reset(seed=1, options={"settings": {"traffic": {"rate_hz": 9}}})
    for name, value in expected.items():
        assert np.array_equal(value, observation[name]), name
    assert env.unwrapped.settings.traffic.rate_hz == 9
    with env.unwrapped.branch() as (branch,):
        assert branch.settings.traffic.rate_hz == 9
    env.reset(seed=1)
    assert env.unwrapped.settings.traffic.rate_hz == own
    for wrong, message in (({"n_ue": 6}, "shape"), ({"traffic": {"rate_hz": -1}}, "rate_hz")):
        with pytest.raises(InvalidSetting, match=message):
            env.reset(options={"settings": wrong})
    busy.close()


def test_a_batch_shares_the_settings_of_its_episodes(envs):
    changed = {"settings": {"duration_s": 0.04, "traffic": {"rate_hz": 9}}}
    busy = gymnasium.make_vec(ID, 4, settings={**SMALL, **changed["settings"]})
    expected, _ = busy.reset(seed=1)
    observations, _ = envs.reset(seed=1, options=changed)
    for _ in range(4):  # into the next episodes, which have them as well
        for name, value in expected.items():
            assert np.array_equal(value, observations[name]), name
        actions = busy.action_space.sample()
        expected, *_ = busy.step(actions)
        observations, *_ = envs.step(actions)
    mask = np.array([True, False, False, False])
    with pytest.raises(InvalidSetting, match="reset all of its environments"):
        envs.reset(options={"reset_mask": mask})
    envs.reset(options={"reset_mask": mask, **changed})
    with pytest.raises(InvalidSetting, match="give one mapping"):
        envs.reset(options={"settings": [{}, {}, {}, {"duration_s": 2}]})
    envs.reset(seed=1)
    assert envs.unwrapped.settings.duration_s == 1.0
    busy.close()


def test_given_constants_leave_what_settings_declare(env):
    constants = env.unwrapped.host.network.parameters
    declared = {
        **{"slot_s": 0.05, "slots_per_frame": 10, "compute.capacity_hz": 8e9},
        **{"compute.mode": "quota", "radio.bandwidth_mode": "quota"},
    }
    made = gymnasium.make(ID, settings={**SMALL, **declared}, parameters=constants)
    network = made.unwrapped.host.network
    made.close()
    assert network.parameters.timing.slot_s == 0.05
    assert set(network.parameters.compute.capacity_hz) == {8e9}
    assert network.parameters.compute.mode == network.parameters.bandwidth_mode == "quota"
    with pytest.raises(UnsuitableNetwork, match="of radio lte, the network has wifi"):
        gymnasium.make("py_agent:ns3/WifiTwin-v0", settings=SMALL, parameters=constants)


def test_given_constants_are_of_one_network(env):
    made = gymnasium.make(ID, settings=SMALL, parameters=env.unwrapped.host.network.parameters)
    with pytest.raises(InvalidSetting, match="given its constants"):
        made.reset(options={"settings": {"duration_s": 2}})
    made.close()


def test_an_episode_with_models_is_not_branched():
    made = gymnasium.make("py_agent:ns3/CellularLearningTwin-v0", settings=SMALL)
    made.reset(seed=1)
    with pytest.raises(BranchRefused, match="with users' models"):
        made.unwrapped.branch()
    made.close()
