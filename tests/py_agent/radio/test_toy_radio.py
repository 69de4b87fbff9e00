# SPDX-License-Identifier: MIT
"""Twin, policies, agents and comparisons over a radio that none of them knows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from stable_baselines3 import PPO
from typer.testing import CliRunner

import ns3_scenarios
from ns3_scenarios.registry import make_vector
from py_agent.cli.app import app
from py_agent.driver import play
from py_agent.drl.user_agents import UserAgents
from py_agent.fidelity.tracking import Tracking, scores
from py_agent.policies import Network, load_policy
from py_agent.policies.association import LoadBalancing
from py_agent.radio.link_model import link_model_of
from py_agent.twin.estimation.twin import Twin
from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.model.prior import prior_parameters

SETTINGS = {"n_ue": 6, "n_bs": 2, "duration_s": 3, "radio": {"band_hz": 1e6}}
TOY = Path(__file__).parents[2] / "toy_radio"


@pytest.fixture
def program(formula_radio, tmp_path, monkeypatch):
    """The scenario, its plug-in registered as by a package that is installed."""
    metadata = tmp_path / "formula_radio-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: formula-radio\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[ns3_twin.radios]\nformula = formula_link:FormulaLinkModel\n"
    )
    monkeypatch.syspath_prepend(str(TOY))
    monkeypatch.syspath_prepend(str(tmp_path))
    return formula_radio


@pytest.fixture
def env(program):
    env = ns3_scenarios.make(program, SETTINGS)
    yield env
    env.close()


def test_the_twin_follows_it_and_predicts_its_rates(env):
    network = Network("formula", env.settings.model_dump(), env.schema)
    link, twin = link_model_of(network), Twin(network)
    tracking = Tracking(link)
    observation, _ = env.reset(seed=1)
    policy = load_policy("load-fill")
    policy.begin(network, 1)
    tracking.start(observation)
    twin.observe(observation)
    for slot in play(env, policy, network, observation):
        tracking.slot(twin.estimate(), slot.after)
        twin.observe(slot.after)
    strength_db = twin.estimate().strength_db()
    assert np.abs(strength_db - slot.after["snr_db"]).max() < 1.0
    assert scores(tracking.samples())["strength_rmse_db_0.2_s"] < 1.0


@pytest.mark.parametrize("name", ["strongest-equal", "load-fill", "twin-fill", "load-drl"])
def test_policies_decide_over_it(env, name):
    network = Network("formula", env.settings.model_dump(), env.schema)
    policy = load_policy(name)
    policy.begin(network, 1)
    observation, _ = env.reset(seed=2)
    for slot in play(env, policy, network, observation):
        last = slot.after
    assert (last["serving_bs"] >= 0).all()
    assert last["tasks_completed"].sum() > 0


def test_agents_are_trained_on_it(program):
    networks = make_vector(program, 2, AutoresetMode.SAME_STEP, settings=SETTINGS)
    env = ns3_scenarios.make(program, SETTINGS)
    network = Network("formula", env.settings.model_dump(), env.schema)
    env.close()
    agents = UserAgents(networks, network, LoadBalancing(), reach=2.0)
    model = PPO("MlpPolicy", agents, n_steps=8, batch_size=48)
    model.learn(96)
    assert model.num_timesteps >= 96
    agents.close()


def test_its_constants_are_written_and_read_beside_the_others(env, tmp_path):
    parameters = prior_parameters(env.settings.model_dump(), "formula")
    parameters.save(tmp_path / "twin.json")
    assert TwinParameters.load(tmp_path / "twin.json") == parameters
    assert parameters.replaced(radio={"band_hz": 2e6}).radio.band_hz == 2e6


def test_policies_are_compared_over_it(program, tmp_path):
    arguments = ["compare", "--scenario", program, "--policies", "load-fill,twin-fill"]
    arguments += ["--seeds", "1", "--set", "n_ue=4", "--set", "n_bs=2", "--duration", "2"]
    arguments += ["--out", str(tmp_path / "out"), "--jobs", "1", "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout.splitlines()[-1])
    assert rows
