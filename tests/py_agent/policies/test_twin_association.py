"""The twin's association, on real ns-3."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import ns3_scenarios
from py_agent.policies import Network
from py_agent.policies.placement import within_places
from py_agent.policies.rollout_association import RolloutAssociation
from py_agent.policies.twin_association import TwinAssociation, predicted_rate_bps

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
    good = sampling.cost_s(chosen[-1][1], estimate)
    assert sampling.cost_s(chosen[-1][1], estimate) == good  # the same rollouts again
    rsrp_dbm = estimate.strength_db()
    bad = sampling.cost_s(rsrp_dbm.argmin(axis=1).astype(np.int32), estimate)
    assert bad > good
