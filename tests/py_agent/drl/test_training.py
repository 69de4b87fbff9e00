"""Training in the twin: small, resumable, and learning what there is to learn."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from py_agent.drl.agent import ACTIONS, Agent
from py_agent.drl.algorithms import (
    agent_of,
    load_algorithm,
    make_algorithm,
    save_algorithm,
)
from py_agent.drl.errors import CannotResume
from py_agent.drl.features import FEATURES
from py_agent.drl.training import Training
from py_agent.drl.training_settings import TrainingSettings
from py_agent.drl.user_agents import UserAgents
from py_agent.policies.association import Strongest

COMMAND = str(Path(sys.executable).parent / "ns3-twin")
SMALL = {"networks": 4, "episode_s": 1.0, "validations": 2, "validation_networks": 4}
NETWORK = {"n_ue": 5, "n_bs": 2, "compute": {"mode": "quota"}}


def settings(**changes):
    return TrainingSettings(**{**SMALL, "steps": 2000, "settings": NETWORK, **changes})


@pytest.fixture
def agents(tmp_path):
    networks, network = Training(settings(), tmp_path).make_networks(4)
    env = UserAgents(networks, network, Strongest(), reach=2.0)
    yield env
    env.close()


@pytest.fixture
def agents_that_see_their_cell(tmp_path):
    networks, network = Training(settings(), tmp_path).make_networks(4)
    env = UserAgents(networks, network, Strongest(), reach=2.0, sees_cell=True)
    yield env
    env.close()


def test_every_user_is_an_environment(agents):
    agents.seed(3)
    first = agents.reset()
    assert first.shape == (20, agents.observation_space.shape[0])
    rewards, dones = [], []
    for _ in range(50):
        _, reward, done, told = agents.step(np.zeros((20, len(ACTIONS)), np.float32))
        rewards.append(reward)
        dones.append(done)
    assert (np.concatenate(rewards) <= 0).all()
    assert min(map(np.min, rewards)) < 0
    # Users of a cell are paid alike.
    _, reward, *_ = agents.step(np.zeros((20, len(ACTIONS)), np.float32))
    cell = agents.cell
    for row in range(4):
        for bs in np.unique(cell[row]):
            assert len(set(reward.reshape(4, 5)[row][cell[row] == bs].tolist())) == 1
    assert np.array(dones)[:-1].sum() == 0
    assert dones[-1].all()
    assert told[0]["TimeLimit.truncated"]
    assert told[0]["terminal_observation"].shape == first[0].shape


@pytest.mark.parametrize("algorithm", ["ppo", "td3", "sac"])
def test_an_agent_does_what_its_algorithm_would_do(agents, tmp_path, algorithm):
    chosen = settings(algorithm=algorithm)
    model = make_algorithm(chosen, agents, tmp_path)
    features = np.random.default_rng(1).normal(size=(20, agents.observation_space.shape[0]))
    features = features.astype(np.float32)
    expected, _ = model.predict(features, deterministic=True)
    outputs = agent_of(model, chosen, {})(features, np.zeros(20, np.int32))
    assert np.allclose(outputs, expected, atol=1e-5)
    assert np.abs(outputs).max() < 0.2  # it starts next to the rule


@pytest.mark.parametrize("algorithm", ["ppo", "td3", "sac"])
def test_an_agent_sees_its_cell_as_its_algorithm_does(
    agents_that_see_their_cell, tmp_path, algorithm
):
    env = agents_that_see_their_cell
    chosen = settings(algorithm=algorithm, architecture="cell")
    model = make_algorithm(chosen, env, tmp_path)
    seen = env.reset()
    expected, _ = model.predict(seen, deterministic=True)
    features = seen[:, : len(FEATURES)].reshape(4, 5, -1)
    agent = agent_of(model, chosen, {})
    outputs = agent(features, env.cell)
    assert np.allclose(outputs.reshape(20, -1), expected, atol=1e-5)
    # Whoever is alone in its cell sees itself.
    alone = agent(features[0], np.arange(5, dtype=np.int32))
    assert not np.allclose(alone, outputs[0], atol=1e-6)


def test_one_timescale_holds_shares_for_a_frame_and_submits_once(tmp_path):
    networks, network = Training(settings(episode_s=3.0), tmp_path).make_networks(2)
    taken = []
    step = networks.step
    networks.step = lambda action: (taken.append(action), step(action))[1]
    env = UserAgents(networks, network, Strongest(), reach=2.0, per_frame=True)
    env.seed(1)
    env.reset()
    for _ in range(2):  # before the first frame there are no data to retrain on
        _, reward, done, _ = env.step(np.zeros((10, len(ACTIONS)), np.float32))
    env.close()
    assert len(taken) == 100
    taken = taken[50:]
    assert not done.any()
    assert (reward < 0).any()
    for name in ("compute_share", "training_share", "association"):
        assert all(np.array_equal(action[name], taken[0][name]) for action in taken)
    assert (taken[0]["retraining_ratio"] > 0).any()
    assert all((action["retraining_ratio"] == 0).all() for action in taken[1:])


def test_a_folder_of_another_training_is_refused(tmp_path):
    Training(settings(), tmp_path)
    with pytest.raises(CannotResume, match="other settings"):
        Training(settings(seed=2), tmp_path)


@pytest.mark.parametrize("algorithm", ["ppo", "td3", "sac"])
def test_an_algorithm_goes_on_from_the_numbers_that_were_saved(agents, tmp_path, algorithm):
    chosen = settings(algorithm=algorithm)
    model = make_algorithm(chosen, agents, tmp_path)
    model.num_timesteps = 1234
    with torch.no_grad():
        for parameter in model.policy.parameters():
            parameter.add_(0.25)
        if algorithm == "sac":
            model.log_ent_coef.fill_(-1.5)
    save_algorithm(model, tmp_path / "checkpoint.pt")
    again = load_algorithm(chosen, tmp_path / "checkpoint.pt", agents, tmp_path)
    assert again.num_timesteps == 1234
    before, after = model.policy.state_dict(), again.policy.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    if algorithm == "sac":
        assert float(again.log_ent_coef.detach()) == -1.5


class Code:
    """What a pickle does to whoever reads it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("content", ["code", "garbage", "other", "nothing"])
def test_a_checkpoint_is_data_and_a_bad_one_is_named(agents, tmp_path, content):
    path, trace = tmp_path / "checkpoint.pt", tmp_path / "it-ran"
    if content == "code":
        torch.save({"parameters": Code(trace), "steps": 1, "updates": 0}, path)
    elif content == "other":
        torch.save({"parameters": {}, "steps": 1, "updates": 0}, path)
    else:
        path.write_bytes(b"" if content == "nothing" else b"PK\x03\x04garbage")
    with pytest.raises(CannotResume, match=r"checkpoint\.pt") as told:
        load_algorithm(settings(), path, agents, tmp_path)
    assert "\n" not in str(told.value)
    assert not trace.exists()


def test_weights_that_are_no_numbers_are_refused(agents, tmp_path):
    model = make_algorithm(settings(), agents, tmp_path)
    with torch.no_grad():
        next(model.policy.parameters()).fill_(torch.nan)
    save_algorithm(model, tmp_path / "checkpoint.pt")
    with pytest.raises(CannotResume, match="no finite number"):
        load_algorithm(settings(), tmp_path / "checkpoint.pt", agents, tmp_path)


def test_a_training_whose_file_has_changed_is_not_gone_on_with(tmp_path):
    trace = tmp_path / "trace.csv"
    trace.write_text("time_s,ue,size_bit\n")
    network = {**NETWORK, "traffic": {"model": "trace", "trace": str(trace)}}
    Training(settings(settings=network), tmp_path / "training")
    Training(settings(settings=network), tmp_path / "training")
    trace.write_text("time_s,ue,size_bit\n0,1,2\n")
    with pytest.raises(CannotResume, match=r"trace\.csv has changed"):
        Training(settings(settings=network), tmp_path / "training")


@pytest.mark.parametrize("text", ["", "[]", '{"steps": "x", "best": null}', '{"steps": 1}'])
def test_a_damaged_state_is_named(tmp_path, text):
    Training(settings(), tmp_path)
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(CannotResume, match=r"state\.json is damaged"):
        Training(settings(), tmp_path)


def test_a_checkpoint_of_an_earlier_version_is_refused(tmp_path):
    (tmp_path / "checkpoint.zip").touch()
    with pytest.raises(CannotResume, match="earlier version"):
        Training(settings(), tmp_path)


def test_a_killed_training_goes_on(tmp_path):
    folder = tmp_path / "training"
    arguments = ["train", "--quick", "--steps", "60000", "--out", str(folder), "--json"]
    arguments += ["--set", "n_ue=5", "--set", "n_bs=2"]
    process = subprocess.Popen([COMMAND, *arguments], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 200
    while not (folder / "checkpoint.pt").exists() and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = torch.load(folder / "checkpoint.pt", weights_only=True)["steps"]
    assert 0 < before < 60000

    done = subprocess.run(
        [COMMAND, *arguments], capture_output=True, text=True, timeout=250, check=False
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert json.loads((folder / "state.json").read_text())["steps"] >= 60000
    agent = Agent.load(Path(result["agent"]))
    assert agent.falls_back == (result["validation_cost_ratio"]["mean"] >= 1)
    assert list(folder.glob("training_*/events*"))
