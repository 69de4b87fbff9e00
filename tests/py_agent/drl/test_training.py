"""Training in the twin: small, resumable, and learning what there is to learn."""

from __future__ import annotations

import dataclasses
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
import yaml

import py_agent.twin.environment.env as without_ns3
from ns3_bridge import InvalidSetting
from py_agent.drl.agent import ACTIONS, Agent
from py_agent.drl.algorithms import (
    agent_of,
    load_algorithm,
    make_algorithm,
    save_algorithm,
)
from py_agent.drl.errors import CannotResume, NothingToValidate
from py_agent.drl.features import FEATURES
from py_agent.drl.grouped_agents import GroupedAgents
from py_agent.drl.learning_curve import CurvePoint
from py_agent.drl.local_reward import LocalReward
from py_agent.drl.training import Training
from py_agent.drl.training_settings import TrainingSettings
from py_agent.drl.user_decisions import UserDecisions
from py_agent.drl.variant import Variant
from py_agent.policies import Network
from py_agent.policies.event_a3 import EventA3
from py_agent.side_by_side import WorkerDied

COMMAND = str(Path(sys.executable).parent / "ns3-twin")
SMALL = {"networks": 4, "warmup_s": 0.0, "episode_s": 1.0, "validations": 2}
SMALL |= {"validation_networks": 4, "association": "strongest"}
NETWORK = {"n_ue": 5, "n_bs": 2, "compute": {"mode": "quota"}, "traffic": {"rate_hz": 2}}


def settings(**changes):
    return TrainingSettings(**{**SMALL, "steps": 2000, "settings": NETWORK, **changes})


@pytest.fixture
def agents():
    variant = Variant(settings(foresight_s=0.0), 0)
    yield variant.agents
    variant.close()


@pytest.fixture
def agents_that_see_their_cell():
    variant = Variant(settings(architecture="cell"), 0)
    yield variant.agents
    variant.close()


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
    if algorithm == "td3":
        target = model.actor_target.state_dict()
        assert all(torch.equal(value, target[n]) for n, value in model.actor.state_dict().items())


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


def test_one_timescale_holds_shares_for_a_frame_and_submits_once():
    variant = Variant(settings(episode_s=3.0, networks=2, timescale="frame"), 0)
    env = variant.agents
    taken = []
    step = env._networks.step
    env._networks.step = lambda action: (taken.append(action), step(action))[1]
    env.seed(1)
    env.reset()
    for _ in range(2):  # before the first frame there are no data to retrain on
        _, reward, done, _ = env.step(np.zeros((10, len(ACTIONS)), np.float32))
    variant.close()
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
    if algorithm != "ppo":  # what was remembered is lost, and is gathered again before it learns
        assert again.learning_starts == 1234 + model.learning_starts


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
    with pytest.raises(CannotResume, match="not a finite number"):
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
    arguments = ["train", "--quick", "--steps", "30000", "--out", str(folder), "--json"]
    arguments += ["--set", "n_ue=5", "--set", "n_bs=2"]
    process = subprocess.Popen([COMMAND, *arguments], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 200
    while not (folder / "checkpoint.pt").exists() and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = torch.load(folder / "checkpoint.pt", weights_only=True)["steps"]
    assert 0 < before < 30000

    done = subprocess.run(
        [COMMAND, *arguments], capture_output=True, text=True, timeout=250, check=False
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert json.loads((folder / "state.json").read_text())["steps"] >= 30000
    agent = Agent.load(Path(result["agent"]))
    ratios = [result[f"{kind}_cost_ratio"]["mean"] for kind in ("validation", "test")]
    assert agent.falls_back == (max(ratios) >= 1)
    assert list(folder.glob("training_*/events*"))


def test_episodes_begin_where_the_rule_has_decided_for_a_while():
    cold, warm = (Variant(settings(warmup_s=s, networks=2), 0) for s in (0.0, 4.0))
    tasks = []
    for variant in (cold, warm):
        variant.reset(seed=1)
        tasks.append(variant.agents._networks.rollout.state["created"].sum())
        assert (variant.agents._networks.rollout.state["slot"] == 200 * (variant is warm)).all()
        variant.close()
    assert tasks[0] == 0
    assert tasks[1] > 0


def test_weights_of_accuracy_are_drawn_and_seen():
    variant = Variant(settings(accuracy_weights=(2.0, 50.0), networks=8), 0)
    seen = variant.reset(seed=1).reshape(8, 5, -1)[..., FEATURES.index("accuracy_weight")]
    weights = np.expm1(seen[:, 0])
    assert (seen == seen[:, :1]).all()  # of a network
    assert len(set(weights.tolist())) == 8
    assert ((weights > 2.9) & (weights < 101)).all()
    variant.close()


def test_training_is_paid_for_when_it_is_done():
    """With foresight a slot in which a job is done costs less, the others what lies ahead."""
    learning = {"backlog_weight": 0.0, "accuracy_weight": 1000.0, "target_accuracy": 0.9}
    network = {"n_ue": 2, "n_bs": 2, "traffic": {"rate_hz": 4}}
    chosen = {"learning": learning, "settings": network, "accuracy_weights": None}
    variant = Variant(settings(**chosen, warmup_s=2.0, episode_s=6.0, foresight_s=10.0), 0)
    agents = variant.agents
    variant.reset(seed=1)
    state = agents._networks.rollout.state
    gains, others = [], []
    for _ in range(200):
        before = state["trained_samples"].copy()
        _, reward, *_ = variant.step(np.zeros((8, len(ACTIONS)), np.float32))
        trained = (state["trained_samples"] > before).reshape(-1)
        gains += reward[trained].tolist()
        others += reward[~trained].tolist()
    variant.close()
    assert len(gains) > 3
    assert np.mean(gains) > np.mean(others) + 1
    assert np.mean(others) < 0


@pytest.mark.parametrize("processes", [False, True])
def test_variants_of_several_sizes_are_trained_on_together(tmp_path, processes):
    variants = [
        {"settings": {"n_ue": 3}},
        {"settings": {"n_ue": 4}, "learning": {"drift_speed": 2}},
    ]
    chosen = settings(variants=variants, processes=processes, steps=800, networks=4)
    agent = Training(chosen, tmp_path).run()
    points = CurvePoint.all_of(tmp_path)
    assert [point.steps for point in points] == sorted({point.steps for point in points})
    assert agent.facts["validation_cost_ratio"]["mean"] == min(p.cost.mean for p in points)


def test_agents_that_see_their_cell_are_trained_on_one_size():
    variants = [{"settings": {"n_ue": 3}}, {"settings": {"n_ue": 4}}]
    with pytest.raises(ValueError, match="of different sizes"):
        GroupedAgents(settings(variants=variants, architecture="cell"))


def test_networks_in_which_nothing_happens_are_told(tmp_path):
    quiet = {**NETWORK, "traffic": {"rate_hz": 0.001}}
    with pytest.raises(NothingToValidate, match="no held-out network had a task in 1 s"):
        Training(settings(settings=quiet, steps=40), tmp_path).run()


def test_a_variant_that_dies_is_told():
    agents = GroupedAgents(settings(processes=True))
    agents._parts[0]._process.kill()
    with pytest.raises(WorkerDied, match="variant 0 ended with exit status -9"):
        agents.reset()
    agents.close()


def test_a_training_ends_in_time_and_is_not_gone_on_with(tmp_path):
    chosen = settings(minutes=0.0001, steps=10**9)
    agent = Training(chosen, tmp_path).run()
    assert agent.facts["steps"] < 10**5
    before = (tmp_path / "checkpoint.pt").read_bytes()
    again = Training(chosen, tmp_path).run()
    assert again.facts == agent.facts
    assert (tmp_path / "checkpoint.pt").read_bytes() == before


def test_a_resumed_training_meets_other_networks_and_none_that_is_held_out(tmp_path, monkeypatch):
    seeds = []
    reset = GroupedAgents.reset

    def recorded(agents):
        seeds.append(agents._seeds[0])
        return reset(agents)

    monkeypatch.setattr(GroupedAgents, "reset", recorded)
    validated = []
    for stop in (True, False):

        def stops(point, agent, stop=stop):
            validated.append(point.steps)
            if stop:
                raise KeyboardInterrupt

        try:
            Training(settings(), tmp_path).run(validated=stops)
        except KeyboardInterrupt:
            assert stop
    Training(settings(seed=2), tmp_path / "other").run()
    assert len(set(seeds)) == len(seeds) == 3
    assert validated[1] > validated[0]
    held_out = 2_000_000 + 1000 * 64  # the last of the tests of sixty-four variants
    assert all(held_out < seed < 2**31 for seed in seeds)


def test_the_chosen_agent_is_tested_on_networks_that_had_no_part_in_the_choice(
    tmp_path, monkeypatch
):
    """An agent that was lucky in validation leaves decisions to the rule."""
    lucky = {False: 0.9, True: 1.1}
    validate = GroupedAgents.validate

    def validated(agents, agent, test=False):
        found = validate(agents, agent, test)
        worth = 1.0 if agent.falls_back and not agent.layers else lucky[test]
        return dataclasses.replace(found, cost_s=np.full_like(found.cost_s, worth))

    monkeypatch.setattr(GroupedAgents, "validate", validated)
    agent = Training(settings(steps=400), tmp_path).run()
    assert agent.facts["validation_cost_ratio"]["mean"] == pytest.approx(0.9)
    assert agent.facts["test_cost_ratio"]["mean"] == pytest.approx(1.1)
    assert agent.falls_back
    assert Agent.load(tmp_path / "agent.npz").falls_back


def test_the_two_held_out_sets_are_of_other_networks():
    variant = Variant(settings(), 0)
    quiet = Agent([], [], "clip", 2.0, {"falls_back": True})
    chosen, tested = variant.validate(quiet), variant.validate(quiet, test=True)
    assert not np.array_equal(chosen.cost_s, tested.cost_s)
    assert np.array_equal(tested.cost_s, variant.validate(quiet, test=True).cost_s)
    variant.close()


def test_an_association_rule_watches_every_slot_and_begins_with_every_episode(monkeypatch):
    calls = []
    for name, method in [("begin", EventA3.begin), ("watch", EventA3.watch)]:

        def counted(rule, given, name=name, method=method):
            calls.append(name)
            return method(rule, given)

        monkeypatch.setattr(EventA3, name, counted)
    variant = Variant(settings(association="a3", episode_s=0.2, networks=2), 0)
    variant.reset(seed=1)
    for _ in range(10):  # an episode, and the first slot of the next one
        variant.step(np.zeros((10, len(ACTIONS)), np.float32))
    variant.close()
    assert calls.count("begin") == 2
    assert calls.count("watch") >= 12  # each episode's first slot and its end are looked at, too


def paid(settings, **observed):
    """What the users of a network are paid for a slot after which this is observed, ``[n_ue]``."""
    env = without_ns3.make(settings)
    network = Network("cellular", env.settings.model_dump(), env.schema)
    observation, _ = env.reset(seed=1)
    env.close()
    observation |= {name: np.array(values, np.int32) for name, values in observed.items()}
    decisions = UserDecisions(network, reach=1.0, raw=False)
    decisions.watch(observation)
    reward = LocalReward(network, foresight_s=0.0)
    reward.start(decisions)
    return reward.of(observation, decisions)


def test_users_without_a_cell_are_not_charged_to_the_first_one():
    for_slot = paid({"n_ue": 3, "n_bs": 2}, serving_bs=[0, 1, -1], tasks_uploading=[1, 2, 4])
    assert for_slot == pytest.approx(-0.1 * np.array([1, 2, 4]))


def test_results_on_their_way_down_are_paid_for():
    network = {"n_ue": 3, "n_bs": 1, "traffic": {"result_ratio": 2}}
    for_slot = paid(network, tasks_downloading=[1, 0, 4])
    assert for_slot == pytest.approx(-0.1 * np.full(3, 5))  # all three share the cell


@pytest.mark.parametrize("name", ["warmup_s", "episode_s"])
def test_who_decides_once_a_frame_is_trained_on_whole_frames(name):
    with pytest.raises(InvalidSetting, match=rf"{name} = 1\.5: with timescale = frame a whole"):
        Variant(settings(timescale="frame", **{"episode_s": 3.0, name: 1.5}), 0)


def test_the_settings_of_the_agent_that_comes_along_make_networks():
    text = (Path(__file__).parents[3] / "benchmarks" / "agents" / "default.yaml").read_text()
    chosen = TrainingSettings(**yaml.safe_load(text))
    assert {variant.retrain for variant in chosen.variants} == {None, False}
    small = {"networks": 1, "validation_networks": 2, "warmup_s": 0.0, "episode_s": 1.0}
    for number in (6, 12):  # with results and models, and without models
        variant = Variant(chosen.model_copy(update=small), number)
        agents = variant.agents
        variant.reset(seed=1)
        looked, reward, *_ = variant.step(np.zeros((agents.num_envs, len(ACTIONS)), np.float32))
        assert np.isfinite(looked).all()
        assert np.isfinite(reward).all()
        variant.close()
