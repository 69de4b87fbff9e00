# SPDX-License-Identifier: MIT
"""The twin beside networks of every kind that `cellular` knows, on real ns-3."""

import numpy as np
import pytest

import ns3_scenarios
from py_agent.learning.env import LearningEnv
from py_agent.learning.learning_settings import LearningSettings
from py_agent.policies import Network, load_policy
from py_agent.radio.lte.laws import map_rsrp_dbm
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.estimation.twin import Twin
from py_agent.twin.model.prior import prior_parameters
from py_agent.twin.rollout.observation import Observer
from py_agent.twin.rollout.random_streams import spread_seeds
from py_agent.twin.rollout.simulate import simulate
from py_agent.twin.rollout.start import rollouts_of

SHORT = {"n_ue": 3, "n_bs": 2, "duration_s": 0.5, "slots_per_frame": 5}


def follow(env, slots=25):
    network = Network("cellular", env.settings.model_dump(), env.schema)
    twin = Twin(network)
    try:
        observation, _ = env.reset(seed=1)
        env.action_space.seed(1)
        for _ in range(slots):
            twin.observe(observation)
            action = env.action_space.sample()
            twin.command(action["association"])
            observation, *_ = env.step(action)
        twin.observe(observation)
    finally:
        env.close()
    return twin.estimate(), observation


@pytest.mark.parametrize(
    "settings",
    [
        {"n_bs": 1},
        {"n_bs": 3, "layout": {"sectors": 3}},
        {"n_ue": 2, "n_bs": 2, "channel": {"environment": "inh"}},
        {"mobility": {"model": "trace"}, "channel": {"environment": "umi", "fading": "eva"}},
        {"radio": {"scheduler": "pf", "ideal_rrc": False}, "mobility": {"model": "static"}},
        {"traffic": {"model": "periodic", "rate_hz": 4, "result_ratio": 0.5}},
        {"traffic": {"size_model": "bounded-pareto", "cycles_ue_spread": 0.5, "rate_hz": 9}},
    ],
    ids=["one-cell", "sectors", "indoor", "trace", "proportional-fair", "results", "pareto"],
)
def test_every_network_is_followed(settings):
    estimate, observation = follow(ns3_scenarios.make("cellular", {**SHORT, **settings}))
    assert estimate.present.all()
    assert np.abs(estimate.position_m - observation["position_m"]).max() < 0.5
    heard = observation["rsrp_dbm"] > -139.9
    error_db = (estimate.strength_db() - observation["rsrp_dbm"])[heard]
    assert np.median(np.abs(error_db)) < 1
    assert (estimate.compute.tasks == observation["tasks_computing"].sum(axis=1)).all()
    assert ((estimate.target_bs == -1) | (estimate.target_bs != estimate.serving_bs)).all()


def test_sectors_are_told_apart_by_their_antennas():
    settings = {
        "n_ue": 12, "n_bs": 3, "duration_s": 1, "layout": {"sectors": 3},
        "channel": {"shadowing": False}, "mobility": {"model": "static"},
    }  # fmt: skip
    env = ns3_scenarios.make("cellular", settings)
    network = Network("cellular", env.settings.model_dump(), env.schema)
    observation, _ = env.reset(seed=1)
    env.close()
    twin = Twin(network)
    twin.observe(observation)
    prior = prior_parameters(network.settings, network.schema.radio)
    place_m = observation["position_m"].astype(float)
    map_dbm = map_rsrp_dbm(prior.radio, place_m, observation["bs_position_m"].astype(float))
    error_db = map_dbm - observation["rsrp_dbm"]
    assert np.ptp(observation["rsrp_dbm"], axis=1).max() > 15
    # Of one mast: what differs between its cells are the antennas.
    assert np.ptp(error_db, axis=1).max() < 0.1
    estimate = twin.estimate()
    rollouts = rollouts_of(estimate, network.settings, 4, 0.5, seed=1)
    first = Observer(network.schema, rollouts).all_arrays()
    assert np.array_equal(first["bs_azimuth_deg"][0], observation["bs_azimuth_deg"])
    rollouts.state["x_m"][:], rollouts.state["y_m"][:] = place_m.T.astype(np.float32)
    rollouts.links["residual_db"][:] = 0
    rollouts.radio.measure(rollouts.engine)
    law_dbm = map_rsrp_dbm(estimate.parameters.radio, place_m, estimate.bs_position_m)
    assert np.abs(rollouts.state["strength_db"][2] - law_dbm).max() < 0.01
    outcome = simulate(rollouts, load_policy("load-srpt"), network.schema, 25)
    assert np.isfinite(outcome.reward).all()


def test_cells_of_one_mast_share_their_shadowing():
    network = TwinNetwork.of({"n_ue": 5, "n_bs": 6, "duration_s": 2, "layout": {"sectors": 3}})
    rollout = network.rollout(3)
    rollout.start(spread_seeds(1, 3))
    residual_db = rollout.links["residual_db"]
    begin_db = residual_db.copy()
    simulate(rollout, load_policy("load-srpt"), network.schema, 50)
    assert np.abs(residual_db - begin_db).max() > 1
    for cell, first in ((1, 0), (2, 0), (4, 3), (5, 3)):
        assert np.array_equal(residual_db[..., cell], residual_db[..., first])
    assert np.abs(residual_db[..., 0] - residual_db[..., 3]).max() > 1


def test_users_models_are_followed_through_retraining():
    env = ns3_scenarios.make("cellular", {**SHORT, "retraining": {"enabled": True}})
    estimate, observation = follow(LearningEnv(env, LearningSettings(evaluated_samples=50)))
    models = estimate.models
    assert models is not None
    assert models.accuracy == pytest.approx(observation["accuracy"])
    assert models.trained_samples == pytest.approx(observation["trained_samples"])
    assert models.backlog_cycles == pytest.approx(observation["training_backlog_cycles"])
    assert (models.lag_fast >= 0).all()
    assert (models.accuracy_sd > 0).all()


@pytest.mark.parametrize(
    ("mobility", "turn_s"),
    [
        ({"model": "gauss-markov", "memory": 0.6}, 2 / (1 - 0.36)),
        ({"model": "random-walk", "turn_s": 3.0}, 3.0),
        ({"model": "random-waypoint"}, 30.0),
    ],
)
def test_the_law_of_walks_is_that_of_the_settings(mobility, turn_s):
    network = TwinNetwork.of({"n_ue": 2, "mobility": mobility})
    assert network.parameters.mobility.turn_s == pytest.approx(turn_s)


def test_gauss_markov_users_have_a_new_velocity_each_second():
    mobility = {"model": "gauss-markov", "memory": 0.6, "speed_min_mps": 4, "speed_max_mps": 6}
    network = TwinNetwork.of({"n_ue": 30, "mobility": mobility, "duration_s": 10})
    rollout = network.rollout(20)
    rollout.start(spread_seeds(1, 20))
    sigma_mps = 5 * np.sqrt(2 / np.pi)
    before = rollout.state["x_mps"].copy()
    assert before.std() == pytest.approx(sigma_mps, rel=0.1)
    simulate(rollout, load_policy("load-srpt"), network.schema, 51)
    after = rollout.state["x_mps"]
    assert (after != before).mean() > 0.99
    inside = np.sign(after) == np.sign(before)  # who was turned at an edge says nothing
    assert after[inside].std() == pytest.approx(sigma_mps, rel=0.15)
