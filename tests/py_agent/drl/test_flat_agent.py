"""Agents of other trainers decide as they did there, from a file that is data."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium.wrappers import FilterObservation
from stable_baselines3 import PPO
from stable_baselines3.common.logger import Logger

import ns3_scenarios
from ns3_bridge import FlatBox
from py_agent.contract import MissingObservation, Network
from py_agent.driver import play
from py_agent.drl.errors import InvalidAgent
from py_agent.drl.flat_agent import FlatAgent
from py_agent.policies import UnknownPolicy, fingerprint, load_policy

SMALL = {"n_ue": 2, "n_bs": 2, "duration_s": 0.4, "slots_per_frame": 5}
FIELDS = ["rsrp_dbm", "serving_bs"]


def network(fields=FIELDS):
    env = ns3_scenarios.make("cellular", SMALL)
    order = [name for name in env.observation_space if name in fields]
    return FlatBox(FilterObservation(env, order)), order


def perceptron(env):
    torch.manual_seed(3)
    n_in, n_out = env.observation_space.shape[0], env.action_space.shape[0]
    return torch.nn.Sequential(
        torch.nn.Linear(n_in, 16), torch.nn.Tanh(), torch.nn.Linear(16, 2 * n_out)
    )


@pytest.fixture
def agent_file(tmp_path):
    env, order = network()
    agent = FlatAgent.of_torch(perceptron(env), order, env.action_space.shape[0])
    agent.save(tmp_path / "agent.npz")
    env.close()
    return tmp_path / "agent.npz"


def test_what_was_trained_with_stable_baselines_decides_as_there(tmp_path):
    env, order = network()
    model = PPO("MlpPolicy", env, n_steps=8, batch_size=8, seed=1, device="cpu")
    model.set_logger(Logger(None, []))
    model.learn(16)
    policy = model.policy
    agent = FlatAgent.of_torch(
        [policy.mlp_extractor.policy_net, policy.action_net], order, env.action_space.shape[0]
    )
    agent.save(str(tmp_path / "agent.npz"))
    again = FlatAgent.load(str(tmp_path / "agent.npz"))
    vectors = np.random.default_rng(1).uniform(-1, 1, (20, agent.inputs)).astype(np.float32)
    expected, _ = model.predict(vectors, deterministic=True)
    np.testing.assert_allclose(again(vectors), expected, atol=1e-6)
    env.close()


def test_a_perceptron_of_torchrl_is_taken_as_it_is():
    modules = pytest.importorskip("torchrl.modules")
    network = modules.MLP(3, 2, num_cells=[8], activation_class=torch.nn.ReLU)
    vectors = torch.rand(5, 3) - 0.5
    agent = FlatAgent.of_torch(network, ["rsrp_dbm"], 2)
    expected = network(vectors).detach().numpy().clip(-1, 1)
    np.testing.assert_allclose(agent(vectors.numpy()), expected, atol=1e-6)


def test_the_policy_plays_what_the_vector_environment_plays(agent_file):
    env, _ = network()
    agent = FlatAgent.load(agent_file)
    vector, _ = env.reset(seed=4)
    rewards, over = [], False
    while not over:
        vector, reward, _, over, _ = env.step(agent(vector))
        rewards.append(reward)
    below = env.unwrapped
    policy = load_policy(f"flat={agent_file}")
    known = Network("cellular", below.settings.model_dump(), below.schema)
    policy.begin(known, 4)
    observation, _ = below.reset(seed=4)
    assert [float(slot.reward) for slot in play(below, policy, known, observation)] == rewards
    env.close()


def test_once_a_frame_it_decides_on_what_the_frame_began_with(agent_file):
    slots = FlatAgent.load(agent_file)
    FlatAgent(slots.layers, slots.fields, "frame").save(agent_file)
    env, _ = network()
    below = env.unwrapped
    policy = load_policy(f"flat={agent_file}")
    policy.begin(Network("cellular", below.settings.model_dump(), below.schema), 1)
    first, _ = below.reset(seed=1)
    other = {**first, "rsrp_dbm": first["rsrp_dbm"] - 20}
    policy.decide_frame(first)
    one, same = policy.decide_slot(first), policy.decide_slot(other)
    assert all(np.array_equal(one[name], same[name]) for name in one)
    policy.decide_frame(other)
    assert any(not np.array_equal(one[name], policy.decide_slot(other)[name]) for name in one)
    env.close()


def test_the_command_line_runs_and_compares_it(agent_file, tmp_path):
    command = str(Path(sys.executable).parent / "ns3-twin")
    sizes = [f"--set={name}={value}" for name, value in SMALL.items()]
    done = subprocess.run(
        [command, "run", "--policy", "flat", "--agent", str(agent_file), *sizes, "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["slots"] == 20


def test_another_file_is_another_policy_to_results_that_are_kept(agent_file):
    before = fingerprint(f"flat={agent_file}")
    agent = FlatAgent.load(agent_file)
    weight, bias, kind = agent.layers[0]
    FlatAgent([(weight + 1, bias, kind), *agent.layers[1:]], agent.fields).save(agent_file)
    assert fingerprint(f"flat={agent_file}") != before


def test_an_agent_for_another_network_is_refused_with_both_sizes(agent_file):
    env = ns3_scenarios.make("cellular", {**SMALL, "n_ue": 3})
    policy = load_policy(f"flat={agent_file}")
    with pytest.raises(InvalidAgent, match="observes 10 numbers, and this network has 15"):
        policy.begin(Network("cellular", env.settings.model_dump(), env.schema), 1)
    env.close()


def test_a_field_that_is_not_declared_is_named(tmp_path):
    layer = np.zeros((1, 1), np.float32), np.zeros(1, np.float32), "Identity"
    FlatAgent([layer], ["no_such_field"]).save(tmp_path / "agent.npz")
    env = ns3_scenarios.make("cellular", SMALL)
    policy = load_policy(f"flat={tmp_path / 'agent.npz'}")
    with pytest.raises(MissingObservation, match="no_such_field"):
        policy.begin(Network("cellular", env.settings.model_dump(), env.schema), 1)
    env.close()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"\x93NUMPY"])
def test_any_other_file_is_one_line_that_names_it(tmp_path, content):
    (tmp_path / "agent.npz").write_bytes(content)
    with pytest.raises(InvalidAgent, match=r"agent\.npz: ") as caught:
        load_policy(f"flat={tmp_path / 'agent.npz'}")
    assert "\n" not in str(caught.value)


def test_weights_that_are_no_numbers_are_refused(agent_file):
    agent = FlatAgent.load(agent_file)
    weight, bias, kind = agent.layers[0]
    with pytest.raises(InvalidAgent, match="layer 0: a weight is not a finite number"):
        FlatAgent([(weight * np.nan, bias, kind), *agent.layers[1:]], agent.fields)


def test_a_module_that_is_no_layer_is_named():
    with pytest.raises(InvalidAgent, match="module LSTM is none of Linear"):
        FlatAgent.of_torch([torch.nn.LSTM(2, 2)], ["rsrp_dbm"], 1)


def test_without_a_file_the_name_says_what_it_takes():
    with pytest.raises(UnknownPolicy, match="takes a file: flat=FILE"):
        load_policy("flat")


def test_observations_of_the_environment_are_in_the_order_of_the_agent():
    env, order = network(["serving_bs", "rsrp_dbm"])
    assert isinstance(env.observation_space, gymnasium.spaces.Box)
    assert list(env.env.observation_space) == order
    env.close()
