# SPDX-License-Identifier: MIT
"""Twin, policies, agents and comparisons over a radio that none of them knows."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from stable_baselines3 import PPO
from stable_baselines3.common.logger import Logger
from typer.testing import CliRunner

import ns3_scenarios
from ns3_scenarios.registry import make_vector
from py_agent import gymnasium_ids
from py_agent.cli.app import app
from py_agent.driver import play
from py_agent.drl.training import Training
from py_agent.drl.training_settings import TrainingSettings
from py_agent.drl.user_agents import UserAgents
from py_agent.fidelity.tracking import Tracking, scores
from py_agent.policies import Network, load_policy
from py_agent.policies.association import LoadBalancing
from py_agent.radio.errors import UnknownRadio
from py_agent.radio.link_model import link_model_of
from py_agent.twin.environment import env as twin
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.errors import UnsuitableNetwork
from py_agent.twin.estimation.twin import Twin
from py_agent.twin.model.declaration import check_followed, check_replaced
from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.model.prior import prior_parameters
from py_agent.twin.rollout.random_streams import spread_seeds
from py_agent.twin.rollout.simulate import simulate

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
        "[ns3_twin.scenarios]\nformula = formula_program:PROGRAM\n"
    )
    (tmp_path / "formula_program.py").write_text(f"PROGRAM = {formula_radio!r}\n")
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
    link, followed = link_model_of(network), Twin(network)
    tracking = Tracking(link)
    observation, _ = env.reset(seed=1)
    policy = load_policy("load-fill")
    policy.begin(network, 1)
    tracking.start(observation)
    followed.observe(observation)
    for slot in play(env, policy, network, observation):
        tracking.slot(followed.estimate(), slot.after)
        followed.observe(slot.after)
    strength_db = followed.estimate().strength_db()
    assert np.abs(strength_db - slot.after["snr_db"]).max() < 1.0
    assert scores(tracking.samples())["strength_rmse_db_0.2_s"] < 1.0


@pytest.mark.parametrize(
    "name", ["strongest-equal", "load-fill", "twin-fill", "load-drl", "rollout-fill"]
)
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
    model.set_logger(Logger(None, []))  # the default one leaves an empty folder in /tmp
    model.learn(96)
    assert model.num_timesteps >= 96
    agents.close()


def test_agents_are_trained_in_its_twin(program, tmp_path):
    small = {"n_ue": 4, "n_bs": 2}
    settings = TrainingSettings(
        **{"scenario": program, "settings": small, "networks": 2, "episode_s": 1.0, "steps": 200},
        **{"validations": 1, "validation_networks": 2, "hidden": [8]},
    )
    agent = Training(settings, tmp_path).run()
    assert agent.facts["training"]["scenario"] == program
    assert agent.facts["steps"] >= 200


def test_no_upload_of_its_rollouts_is_faster_than_the_whole_band(program):
    still = {**SETTINGS, "duration_s": 20, "mobility": {"model": "static"}}
    network = TwinNetwork.of(still, scenario=program)
    assert network.schema.radio == "formula"
    assert network.parameters.provenance.scenario == "formula"
    rollout = network.rollout(8)
    rollout.start(spread_seeds(1, 8))
    outcome = simulate(rollout, load_policy("load-fill"), network.schema, 900)
    assert outcome.done.mean() > 0.9
    tasks = rollout.tasks()
    arrived = tasks["bs"] >= 0
    rate_bps = network.parameters.radio.rate_bps(rollout.state["strength_db"])
    best_bps = rate_bps.max(axis=-1)[tasks["rollout"], tasks["ue"]]
    took_s = (tasks["uploaded_s"] - tasks["created_s"])[arrived]
    assert (took_s > 0.99 * (tasks["size_bit"] / best_bps)[arrived]).all()


def test_its_twin_is_an_environment(program):
    env = twin.make(SETTINGS, scenario=program)
    observation, _ = env.reset(seed=3)
    network = Network("formula", env.settings.model_dump(), env.schema)
    policy = load_policy("load-fill")
    policy.begin(network, 1)
    alone = [slot.after["snr_db"] for slot in play(env, policy, network, observation)]
    assert env.take_records()["task"]["done_s"].size > 0
    networks = twin.make_vector(3, SETTINGS, scenario=program)
    batch, _ = networks.reset(seed=3)
    assert np.array_equal(batch["snr_db"][0], observation["snr_db"])
    assert networks.single_observation_space == env.observation_space
    assert len(alone) == 150


def test_a_scenario_that_is_installed_has_an_id_of_its_twin(program):
    gymnasium_ids.register()
    try:
        env = gymnasium.make("ns3/FormulaTwin-v0", settings=SETTINGS)
        observation, _ = env.reset(seed=1)
        assert observation["snr_db"].shape == (6, 2)
        networks = gymnasium.make_vec("ns3/FormulaTwin-v0", 2, settings=SETTINGS)
        assert networks.reset(seed=1)[0]["snr_db"].shape == (2, 6, 2)
    finally:
        gymnasium.registry.pop("ns3/FormulaTwin-v0")


def test_what_a_declaration_lacks_is_told(env):
    schema = env.schema
    observations = [f for f in schema.observations if f.name not in ("snr_db", "created_bit")]
    with pytest.raises(UnsuitableNetwork, match="needs created_bit, snr_db, which formula"):
        check_followed(dataclasses.replace(schema, observations=tuple(observations)))
    with pytest.raises(UnsuitableNetwork, match="needs created_bit, which formula"):
        check_replaced(dataclasses.replace(schema, observations=tuple(observations)))
    actions = [f for f in schema.actions if f.name != "association"]
    with pytest.raises(UnsuitableNetwork, match="formula declares no action association"):
        check_replaced(dataclasses.replace(schema, actions=tuple(actions)))
    with pytest.raises(UnsuitableNetwork, match="formula declares no table task"):
        check_replaced(dataclasses.replace(schema, tables=()))
    with pytest.raises(UnknownRadio, match="declares no radio"):
        check_replaced(dataclasses.replace(schema, radio=""))


def test_the_twin_is_measured_against_it(program, tmp_path):
    arguments = ["fidelity", "--scenario", program, "--quick", "--seeds", "9101", "--lead", "1"]
    arguments += ["--horizon", "1", "--policies", "random,load-srpt", "--jobs", "1", "--json"]
    arguments += ["--set", "n_ue=4", "--set", "n_bs=2", "--output", str(tmp_path / "out")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    values = json.loads(result.stdout.splitlines()[-1])
    assert values["strength_rmse_db_0.2_s"] < 1.0
    assert 0 <= values["delay_ks"] < 1
    learned = json.loads((tmp_path / "out" / "twin.json").read_text())
    assert learned["provenance"]["scenario"] == program
    assert learned["radio"]["name"] == "formula"


def test_its_constants_are_written_and_read_beside_the_others(env, tmp_path):
    parameters = prior_parameters(env.settings.model_dump(), "formula")
    parameters.save(tmp_path / "twin.json")
    assert TwinParameters.load(tmp_path / "twin.json") == parameters
    assert parameters.replaced(radio={"band_hz": 2e6}).radio.band_hz == 2e6


def test_policies_are_compared_over_it(program, tmp_path):
    arguments = ["compare", "--scenario", program, "--policies"]
    arguments += ["load-srpt,load-fill,twin-fill"]
    arguments += ["--seeds", "1", "--set", "n_ue=4", "--set", "n_bs=2", "--duration", "2"]
    arguments += ["--out", str(tmp_path / "out"), "--jobs", "1", "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    compared = json.loads(result.stdout.splitlines()[-1])
    assert all(name in json.dumps(compared) for name in ("load-srpt", "load-fill", "twin-fill"))
