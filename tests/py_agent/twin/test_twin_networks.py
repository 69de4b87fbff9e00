# SPDX-License-Identifier: MIT
"""The twin beside networks of every kind that `cellular` knows, on real ns-3."""

import numpy as np
import pytest

import ns3_scenarios
from py_agent.learning.env import LearningEnv
from py_agent.learning.learning_settings import LearningSettings
from py_agent.policies import Network
from py_agent.twin.twin import Twin

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
    error_db = (estimate.rsrp_dbm() - observation["rsrp_dbm"])[heard]
    assert np.median(np.abs(error_db)) < 1
    assert (estimate.compute.tasks == observation["tasks_computing"].sum(axis=1)).all()
    assert ((estimate.target_bs == -1) | (estimate.target_bs != estimate.serving_bs)).all()


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
