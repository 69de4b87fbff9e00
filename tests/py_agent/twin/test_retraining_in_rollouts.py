"""Retraining in the twin's rollouts, with real models and with lagging ones."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest

import ns3_scenarios
from ns3_bridge import InvalidSetting
from py_agent.learning.env import LearningEnv
from py_agent.learning.incremental_data import task_norm_samples
from py_agent.learning.learning_settings import LearningSettings, sample_bit_of
from py_agent.policies import Network, load_policy
from py_agent.policies.retraining import RETRAINING_RULES, WithRetraining
from py_agent.twin.environment import env as twin
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.errors import UnsuitableNetwork
from py_agent.twin.estimation.twin import Twin
from py_agent.twin.rollout.observation import Observer, server_time_s
from py_agent.twin.rollout.random_streams import spread_seeds
from py_agent.twin.rollout.simulate import simulate_each
from py_agent.twin.rollout.start import rollouts_of

BUSY = {"on_s": 1.0, "off_s": 0.0, "rate_hz": 4.0, "size_min_bit": 4e4, "size_max_bit": 9e4}
RETRAINING = {"enabled": True, "cycles_per_sample": 1e6}
NETWORK = {"n_ue": 4, "n_bs": 2, "duration_s": 3.0, "traffic": BUSY, "retraining": RETRAINING}


@pytest.fixture(scope="module")
def envs():
    made = gymnasium.make_vec(
        "py_agent:ns3/CellularTwin-v0", 6, settings=NETWORK, learning=LearningSettings()
    )
    yield made
    made.close()


def act(envs, observations, ratio):
    share = np.full((envs.num_envs, 4), 0.25, np.float32)
    return {
        "association": np.maximum(observations["serving_bs"], 0),
        "bandwidth_share": share,
        "compute_share": share,
        "training_share": share,
        "retrain": np.ones((envs.num_envs, 4), np.int32),
        "retraining_ratio": np.full((envs.num_envs, 4), ratio, np.float32),
    }


def test_spaces_are_those_of_real_models_on_ns3(envs):
    real = LearningEnv(ns3_scenarios.make("cellular", NETWORK))
    assert envs.single_observation_space == real.observation_space
    assert envs.single_action_space == real.action_space
    real.close()


def test_data_drift_as_fast_as_the_setting_says():
    rates = []
    for speed in (1.0, 2.0):
        made = twin.make_vector(2, NETWORK, learning=LearningSettings(drift_speed=speed))
        observation, _ = made.reset(seed=1)
        rates.append(observation["drift_rate"])
        made.close()
    assert (rates[0] > 0).all()
    assert np.array_equal(rates[1], 2 * rates[0])


def test_one_agent_retrains_in_all_three(envs):
    policy = WithRetraining(load_policy("srpt"), RETRAINING_RULES.load("fixed")())
    networks = [
        LearningEnv(ns3_scenarios.make("cellular", NETWORK)),
        LearningEnv(twin.make(NETWORK)),
    ]
    known = {**networks[0].settings.model_dump(), "learning": LearningSettings().model_dump()}

    def decide(observation, frame):
        if observation["slot_in_frame"][0] == 0:
            frame.update(policy.decide_frame(observation))
        return {**frame, **policy.decide_slot(observation)}

    for env in networks:
        policy.begin(Network("cellular", known, env.schema), seed=1)
        frame = {}
        observation, _ = env.reset(seed=1)
        for _ in range(75):
            observation, *_ = env.step(decide(observation, frame))
        assert env.observation_space.contains(observation)
        assert observation["trained_samples"].sum() > 0
        env.close()
    policy.begin(Network("cellular", known, envs.schema), seed=1)
    frame = {}
    observations, _ = envs.reset(seed=1)
    for _ in range(75):
        decision = decide({name: value[0] for name, value in observations.items()}, frame)
        together = {
            name: np.broadcast_to(value, (6, 4)).astype(envs.action_space[name].dtype)
            for name, value in decision.items()
        }
        observations, *_ = envs.step(together)
    assert envs.observation_space.contains(observations)
    assert observations["trained_samples"].sum() > 0


def test_training_brings_accuracy_and_costs_delay(envs):
    ends = {}
    for ratio in (0.0, 0.5):
        observations, _ = envs.reset(seed=1)
        tasks = 0.0
        for _ in range(149):
            observations, rewards, *_ = envs.step(act(envs, observations, ratio))
            tasks += rewards.sum()
        ends[ratio] = observations
    idle, trained = ends[0.0], ends[0.5]
    assert (idle["trained_samples"] == 0).all()
    assert (trained["trained_samples"] > 0).all()
    assert (trained["training_done_id"] >= 0).all()
    assert (trained["training_done_id"] <= trained["training_job_id"]).all()
    for ids in trained["training_job_id"]:
        assert len(set(ids.tolist())) == 4  # no number twice
    assert trained["accuracy"].mean() > idle["accuracy"].mean() + 0.05
    assert trained["virtual_queue"].mean() < idle["virtual_queue"].mean()
    done = trained["tasks_completed"].sum()
    assert done <= idle["tasks_completed"].sum()


def test_the_norm_of_task_data_is_per_slot_as_on_ns3():
    """However many tasks arise in a slot, their bits count together, and only the latest slots'."""
    many = {**NETWORK, "traffic": {**BUSY, "rate_hz": 30.0}}
    learning = LearningSettings(data_window_s=1.0)
    made = twin.make_vector(3, many, learning=learning)
    for seed in (1, 2):  # an episode knows nothing of the one before
        observations, _ = made.reset(seed=seed)
        slots_bit = [np.zeros((3, 4))] * 50
        for _ in range(120):
            before_bit = observations["created_bit"].copy()
            observations, *_ = made.step(act(made, observations, 0.1))
            slots_bit.append(observations["created_bit"] - before_bit)
            expected = [
                task_norm_samples(of_network, sample_bit_of(learning))
                for of_network in np.moveaxis(slots_bit[-50:], 1, 0)
            ]
            assert np.allclose(observations["task_norm_samples"], expected, rtol=1e-5)
    made.close()


def test_over_a_frame_a_user_gets_its_data_once(envs):
    observations, _ = envs.reset(seed=1)
    for _ in range(60):
        observations, *_ = envs.step(act(envs, observations, 0.0))
    assert (observations["task_norm_samples"] > 0).any()
    for _ in range(39):
        before = observations
        observations, *_ = envs.step(act(envs, observations, 1.0))
    submitted = observations["trained_samples"] + observations["training_backlog_samples"]
    assert (submitted <= np.rint(before["task_norm_samples"]) + 1000).all()
    observations, *_ = envs.step(act(envs, observations, 1.0))
    again = observations["trained_samples"] + observations["training_backlog_samples"]
    assert (again == submitted).all()  # all of the frame's δ is spent


@pytest.mark.parametrize("mode", ["work-conserving", "quota"])
def test_cycles_of_training_are_conserved_over_handovers(mode):
    network = TwinNetwork.of({**NETWORK, "compute": {"mode": mode}})
    rollout = network.rollout(8)
    rollout.start(spread_seeds(1, 8))
    rng = np.random.default_rng(1)
    share = np.full((8, 4), 0.25)
    served = np.zeros((8, 2))
    submitted = np.zeros((8, 4))
    state = rollout.state
    for slot in range(150):
        samples = rng.integers(1, 90, (8, 4)) * (rng.uniform(size=(8, 4)) < 0.2)
        submitted += samples
        rollout.step(
            {
                "association": rng.integers(2, size=(8, 4)),
                "bandwidth_share": share,
                "compute_share": share,
                "training_share": share,
                "retrain_samples": samples,
            }
        )
        used_s = server_time_s(rollout)
        assert (used_s <= rollout.slot_s * (1 + 1e-5)).all()
        served += (used_s - state["used_s"].sum(axis=1)) * 2e9
        left = state["training_work_cycles"].sum(axis=1)
        assert submitted.sum(axis=1) * 1e6 == pytest.approx(served.sum(axis=1) + left, rel=1e-5)
        backlog = rollout.engine.training_backlog_samples()
        assert submitted == pytest.approx(state["trained_samples"] + backlog)
        under_way = state["jobs_submitted"] > state["jobs_done"]
        assert ((state["training_work_cycles"] > 0) == under_way).all(), slot


def test_rollouts_go_on_from_the_models_that_are_believed():
    slow = {**NETWORK, "retraining": {"enabled": True, "cycles_per_sample": 5e7}}
    env = LearningEnv(twin.make(slow))
    known = {**env.settings.model_dump(), "learning": LearningSettings().model_dump()}
    network = Network("cellular", known, env.schema)
    policy = WithRetraining(load_policy("srpt"), RETRAINING_RULES.load("fixed")())
    policy.begin(network, seed=1)
    follower = Twin(network)
    observation, _ = env.reset(seed=1)
    frame = {}
    for _ in range(70):
        if observation["slot_in_frame"][0] == 0:
            frame = policy.decide_frame(observation)
        follower.observe(observation)
        observation, *_ = env.step({**frame, **policy.decide_slot(observation)})
    follower.observe(observation)
    env.close()
    estimate = follower.estimate()
    assert estimate.models.backlog_samples.sum() > 0
    rollouts = rollouts_of(estimate, known, 4, horizon_s=3.0, seed=1, copies=2)
    first = Observer(network.schema, rollouts).all_arrays()
    for name in (
        "accuracy",
        "virtual_queue",
        "drift_rate",
        "training_backlog_samples",
        "training_backlog_cycles",
        "trained_samples",
        "task_norm_samples",
    ):
        assert first[name][3] == pytest.approx(observation[name], rel=1e-4), name

    retraining, without = simulate_each(
        rollouts,
        [WithRetraining(load_policy("srpt"), RETRAINING_RULES.load(name)())
         for name in ("fixed", "none")],
        network.schema, 130,
    )  # fmt: skip
    last = Observer(network.schema, rollouts).all_arrays()
    trained = last["trained_samples"].sum(1)
    assert (trained[:4] > trained[4:]).all()
    # What was under way when the rollouts began is done in both.
    assert (trained[4:] >= first["trained_samples"][4:].sum(1)).all()
    assert last["accuracy"][:4].mean() > last["accuracy"][4:].mean()
    assert retraining.reward.sum() != without.reward.sum()


def test_networks_and_data_without_a_model_are_told():
    without = {"n_ue": 4, "n_bs": 2}
    with pytest.raises(InvalidSetting, match=r"retraining\.enabled"):
        twin.make_vector(2, without, learning=LearningSettings())
    with pytest.raises(UnsuitableNetwork, match="loans"):
        twin.make_vector(2, NETWORK, learning=LearningSettings(stream="loans"))
