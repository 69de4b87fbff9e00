"""The twin's association, on real ns-3."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import ns3_scenarios
import py_agent.twin.environment.env as without_ns3
from py_agent.driver import play
from py_agent.learning.learning_settings import LearningSettings
from py_agent.policies import Network, rollout_association
from py_agent.policies.association import LoadBalancing
from py_agent.policies.fill import FillPolicy, training_tasks
from py_agent.policies.placement import within_places
from py_agent.policies.retraining import WithRetraining
from py_agent.policies.rollout_association import RolloutAssociation
from py_agent.policies.spare_time import SpareTime
from py_agent.policies.twin_association import TwinAssociation, predicted_rate_bps
from py_agent.twin.estimation.twin import Twin
from py_agent.twin.rollout.observation import Observer
from py_agent.twin.rollout.rollout import Rollout
from py_agent.twin.rollout.start import rollouts_of

SETTINGS = {"n_ue": 8, "n_bs": 2, "duration_s": 2.5, "traffic": {"rate_hz": 2}}
EQUAL = np.full(8, 1 / 8, np.float32)


@pytest.fixture(scope="module")
def followed():
    """A rule after two frames, and what it saw and chose."""
    env = ns3_scenarios.make("cellular", SETTINGS)
    rule = TwinAssociation()
    network = Network("cellular", env.settings.model_dump(), env.schema)
    rule.begin(network)
    observation, info = env.reset(seed=3)
    chosen = []
    truncated = False
    while not truncated:
        rule.watch(observation)
        if info["slot"] % 50 == 0:
            chosen.append((observation, rule.associate(observation)))
        action = {"association": chosen[-1][1], "compute_share": EQUAL, "bandwidth_share": EQUAL}
        observation, _, _, truncated, info = env.step(action)
    env.close()
    return rule, chosen, network


def test_users_are_sent_where_they_are_heard(followed):
    _, chosen, _ = followed
    for observation, association in chosen:
        rsrp_dbm = observation["rsrp_dbm"]
        weaker_db = rsrp_dbm.max(axis=1) - rsrp_dbm[np.arange(8), association]
        assert weaker_db.max() < 6 + 2  # the twin's belief is not the measurement
        assert association.dtype == np.int32


def test_a_user_that_walks_to_a_base_station_is_predicted_there(followed):
    rule, _, _ = followed
    estimate = rule.twin.estimate()
    towards = estimate.bs_position_m[1] - estimate.position_m
    distance_m = np.linalg.norm(towards, axis=1, keepdims=True)
    moving = dataclasses.replace(estimate, velocity_mps=20 * towards / distance_m)
    far = distance_m[:, 0] > 150
    assert far.any()
    now, later = predicted_rate_bps(moving, 0.0), predicted_rate_bps(moving, 5.0)
    # Shadowing fades from what it is towards what it is on average: that may cost some a little.
    assert np.median(later[far, 1] / now[far, 1]) > 1.1
    stands = dataclasses.replace(estimate, velocity_mps=np.zeros((8, 2)))
    assert np.array_equal(predicted_rate_bps(stands, 5.0), predicted_rate_bps(stands, 0.0))


def test_a_base_station_has_no_more_users_than_places(followed):
    rule, _, _ = followed
    estimate = rule.twin.estimate()
    placement = rule.placement(estimate)
    everybody = dataclasses.replace(placement, allowed=np.ones((8, 2), bool))
    found = within_places(everybody, np.zeros(8, np.int32), places=4)
    assert np.bincount(found, minlength=2).tolist() == [4, 4]


def test_sampled_futures_tell_a_good_association_from_a_bad_one(followed):
    rule, chosen, network = followed
    estimate = rule.twin.estimate()
    sampling = RolloutAssociation(rollouts=8, horizon_frames=1.0)
    sampling.begin(network)
    worst = estimate.strength_db().argmin(axis=1).astype(np.int32)
    good, again, bad = sampling.costs_s([chosen[-1][1]] * 2 + [worst], estimate, 8, seed=1)
    assert np.array_equal(good, again)  # all meet the same random numbers
    assert bad.mean() > good.mean()
    # Nothing is found that does worse than where the search began.
    found = sampling.surest(sampling.search([worst, chosen[-1][1]], estimate), estimate)
    assert sampling.tried > 4
    costs_s = sampling.costs_s([found, chosen[-1][1]], estimate, 64, seed=2).mean(axis=1)
    assert costs_s[0] < 1.02 * costs_s[1]


@pytest.mark.parametrize("busy", [0, 7])
def test_where_time_is_short_those_who_wait_for_most_work_are_moved(followed, monkeypatch, busy):
    rule, chosen, network = followed
    estimate = rule.twin.estimate()
    remaining = estimate.compute.remaining.copy()
    remaining[busy, 0] = 1e12
    queue = dataclasses.replace(estimate.compute, remaining=remaining)
    monkeypatch.setattr(rollout_association, "_SIMULATED", 8 * 4)  # one candidate a round
    sampling = RolloutAssociation(rounds=2, rollouts=4, window_db=100.0)
    sampling.begin(network)
    start = chosen[-1][1]
    found = sampling.search([start], dataclasses.replace(estimate, compute=queue))
    assert [np.flatnonzero(tried != start).tolist() for tried in found[1:]] == [[busy]]


@pytest.mark.parametrize("mode", ["quota", "work-conserving"])
@pytest.mark.parametrize("retrains", [False, True])
@pytest.mark.parametrize("result_ratio", [0, 3])
def test_the_engine_fills_as_the_policy_does(mode, retrains, result_ratio):
    make = without_ns3.make_learning if retrains else without_ns3.make
    modes = {"compute": {"mode": mode}, "radio": {"bandwidth_mode": mode}}
    env = make({**SETTINGS, **modes, "traffic": {"rate_hz": 2, "result_ratio": result_ratio}})
    known = {**env.settings.model_dump(), "learning": LearningSettings().model_dump()}
    network = Network("cellular", known, env.schema)
    policy = FillPolicy(LoadBalancing())
    beside = WithRetraining(policy, SpareTime()) if retrains else policy
    beside.begin(network, 1)
    observation, _ = env.reset(seed=1)
    twin = Twin(network)
    for slot in play(env, beside, network, observation, 100):
        observation = slot.after
        twin.observe(observation)
    estimate = twin.estimate()
    stays = np.maximum(estimate.serving_bs, 0).astype(np.int32)
    rows = np.tile(stays, (64, 1))

    def started():
        return rollouts_of(estimate, known, 64, 1.0, seed=1)

    asked, filled = started(), started()
    seen = Observer(env.schema, asked)
    policy.begin(network, 1)
    cost_s = np.zeros(64)
    samples = np.zeros((64, 8), np.int32)
    for _ in range(50):
        decision = {**policy.decide_slot(seen.lazily()), "association": rows}
        cost_s -= Rollout.step(asked, {**decision, "retrain_samples": samples})
    tasks = None
    if retrains:
        deficit = np.maximum(0.8 - estimate.models.accuracy, 0)
        tasks = np.tile(training_tasks(estimate.models.virtual_queue, deficit), (64, 1))
    of_engine_s = -filled.fill_steps(rows, 50, tasks).sum(axis=0)
    # The engine knows what a slot brings, the policy what was last observed.
    assert of_engine_s.mean() == pytest.approx(cost_s.mean(), rel=0.08)
    assert np.corrcoef(of_engine_s, cost_s)[0, 1] > 0.95
    env.close()
