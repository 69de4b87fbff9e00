from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

import ns3_scenarios
from ns3_bridge.testing.processes import children_of
from py_agent.cli.app import app
from py_agent.driver import play
from py_agent.learning.env import LearningEnv
from py_agent.learning.learning_settings import LearningSettings
from py_agent.policies import LookAheadPolicy, Network, load_policy
from py_agent.policies.oracle import Oracle, OracleFill
from py_agent.policies.retraining import RETRAINING_RULES
from py_agent.policies.rules import SrptPolicy

SETTINGS = {"n_ue": 6, "n_bs": 2, "slots_per_frame": 10, "duration_s": 0.7}


@pytest.fixture
def env():
    env = ns3_scenarios.make("cellular", SETTINGS)
    yield env
    env.close()


def children():
    return children_of("self")


def test_only_policies_that_ask_for_it_get_the_network():
    assert isinstance(load_policy("oracle"), LookAheadPolicy)
    assert not isinstance(load_policy("srpt"), LookAheadPolicy)


def test_what_the_oracle_predicts_is_what_happens(env):
    oracle = Oracle(budget=6, side_by_side=2)
    oracle.begin(Network("cellular", env.settings.model_dump(), env.schema), seed=1)
    oracle.look_ahead(env.branch)
    before = children()
    observation, info = env.reset(seed=1)
    truncated = False
    predicted_s, happened_s = [], []
    while not truncated:
        if info["slot"] % SETTINGS["slots_per_frame"] == 0:
            frame = oracle.decide_frame(observation)
            predicted_s.append(oracle.predicted_s)
            happened_s.append(0.0)
            assert len(set(children()) - set(before)) == 1  # no branch is left
        action = {**frame, **oracle.decide_slot(observation)}
        observation, reward, _, truncated, info = env.step(action)
        happened_s[-1] -= reward
    assert len(happened_s) == 4
    assert predicted_s == happened_s  # to the last bit
    assert max(happened_s) > 0


@pytest.mark.parametrize("rule", ["periodic", "spare"])
def test_with_models_it_predicts_rewards_to_the_last_bit(rule):
    traffic = {"off_s": 0.0, "rate_hz": 8.0, "size_min_bit": 2e4, "size_max_bit": 4e4}
    settings = {**SETTINGS, "duration_s": 1.5, "retraining": {"enabled": True}, "traffic": traffic}
    env = LearningEnv(ns3_scenarios.make("cellular", settings), {"target_accuracy": 0.9})
    oracle = OracleFill()
    oracle.retrain_by(RETRAINING_RULES.load(rule)())
    known = {**env.settings.model_dump(), "learning": LearningSettings().model_dump()}
    network = Network("cellular", known, env.schema)
    oracle.begin(network, seed=1)
    oracle.look_ahead(env.branch)
    observation, _ = env.reset(seed=1)
    predicted_s, happened_s, trained = [], [], 0
    for slot in play(env, oracle, network, observation):
        if slot.before["slot_in_frame"][0] == 0:
            predicted_s.append(oracle.predicted_s)
            happened_s.append(0.0)
        happened_s[-1] -= slot.reward
        trained = slot.after["trained_samples"].sum()
    env.close()
    assert predicted_s == happened_s
    assert trained > 0  # models were retrained, in branches and outside


def test_trying_more_never_makes_a_frame_worse(env):
    network = Network("cellular", env.settings.model_dump(), env.schema)
    observation, _ = env.reset(seed=3)
    costs_s = []
    for budget in (3, 9):
        oracle = Oracle(budget=budget)
        oracle.begin(network, seed=1)
        oracle.look_ahead(env.branch)
        association = oracle.decide_frame(observation)["association"]
        oracle.look_ahead(env.branch)
        ((cost_s, _),) = oracle.try_out([association], observation, np.inf)
        costs_s.append(cost_s)
    assert costs_s[1] <= costs_s[0]


class Noting(SrptPolicy):
    """Knows when it was asked."""

    def __init__(self, association):
        super().__init__(association)
        self.asked_s = []

    def decide_slot(self, observation):
        self.asked_s.append(observation["time_s"][0])
        return super().decide_slot(observation)


def test_its_rules_remember_nothing_of_what_is_only_tried(env):
    made = []
    oracle = Oracle(
        budget=2, shares=lambda association: made.append(Noting(association)) or made[0]
    )
    oracle.begin(Network("cellular", env.settings.model_dump(), env.schema), seed=1)
    oracle.look_ahead(env.branch)
    observation, _ = env.reset(seed=1)
    oracle.decide_frame(observation)
    oracle.decide_slot(observation)
    assert made[0].asked_s == [observation["time_s"][0]]


def test_an_oracle_without_a_network_says_so(env):
    oracle = Oracle()
    oracle.begin(Network("cellular", env.settings.model_dump(), env.schema), seed=1)
    with pytest.raises(TypeError, match="look_ahead"):
        oracle.decide_frame(env.reset(seed=1)[0])


def test_the_oracle_runs_from_the_command_line(tmp_path):
    before = children()
    arguments = ["run", "--policy", "oracle", "--duration", "5", "--json"]
    arguments += ["--set", "n_ue=6", "--set", "n_bs=2", "--runs-dir", str(tmp_path)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    summary = json.loads(result.output.splitlines()[-1])
    assert summary["policy"] == "oracle"
    assert summary["slots"] == 250
    assert set(children()) <= set(before)
