"""Shares that hold for a frame."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import py_agent.twin.environment.env as without_ns3
from py_agent.contract import Network
from py_agent.driver import play
from py_agent.drl.agent import Agent
from py_agent.drl.features import FEATURES
from py_agent.drl.policy import DrlPolicy
from py_agent.learning.learning_settings import LearningSettings
from py_agent.policies import load_policy
from py_agent.policies.association import LoadBalancing
from py_agent.policies.cell_work import WorkMeter
from py_agent.policies.held_shares import HeldPolicy, HeldShares, divided
from py_agent.policies.retraining import WithRetraining
from py_agent.policies.spare_time import SpareTime

QUOTA = {"compute": {"mode": "quota"}, "radio": {"bandwidth_mode": "quota"}}


@given(st.integers(0, 10_000), st.integers(1, 12))
def test_shares_add_up_to_one_in_every_group(seed, n):
    rng = np.random.default_rng(seed)
    group = rng.integers(-1, 3, n).astype(np.int32)
    need, weight = rng.exponential(0.3, n), rng.uniform(0.1, 2.0, n)
    share = divided(need, weight, group)
    assert (share >= 0).all()
    for one in np.unique(group):
        assert share[group == one].sum() == pytest.approx(1, abs=1e-5)
    # All get what they need, or all have too little alike.
    asked = np.array([need[group == one].sum() for one in group])
    assert (share >= need / np.maximum(asked, 1) - 1e-6).all()


def seen(settings, rate_hz=2.0, slots=150):
    chosen = {"n_ue": 8, "n_bs": 2, "traffic": {"rate_hz": rate_hz}, **settings}
    env = without_ns3.make_learning(chosen)
    known = {**env.settings.model_dump(), "learning": LearningSettings().model_dump()}
    network = Network("cellular", known, env.schema)
    policy = WithRetraining(load_policy("load-equal"), SpareTime())
    policy.begin(network, 1)
    observation, _ = env.reset(seed=2)
    *_, last = play(env, policy, network, observation, slots)
    env.close()
    return network, last.after


@pytest.mark.parametrize("settings", [{}, QUOTA])
def test_nobody_is_left_without_a_share_for_a_frame(settings):
    network, observation = seen(settings, rate_hz=0.5)
    work = WorkMeter(network).measure(observation)
    shares = HeldShares(network).divide(work, observation, work.training_s)
    assert sorted(shares) == ["bandwidth_share", "compute_share", "training_share"]
    assert all((share > 0).all() for share in shares.values())


def test_quotas_follow_what_a_frame_needs_and_shares_that_return_do_not():
    network, observation = seen(QUOTA)
    backlog = np.zeros_like(observation["compute_backlog_cycles"])
    backlog[3, max(observation["serving_bs"][3], 0)] = 1e9
    loaded = {**observation, "compute_backlog_cycles": backlog}

    def share(settings):
        known = {**network.settings, **settings}
        work = WorkMeter(network).measure(loaded)
        held = HeldShares(Network("cellular", known, network.schema))
        others = observation["serving_bs"] == observation["serving_bs"][3]
        others[3] = False
        compute = held.divide(work, loaded, work.training_s)["compute_share"]
        return compute[3], compute[others]

    one, others = share(QUOTA)
    assert (one > 1.5 * others).all()
    one, others = share({"compute": {"mode": "work-conserving"}})
    assert others == pytest.approx(np.full(len(others), one))


def test_an_agent_that_says_nothing_is_the_rule_and_one_that_asks_for_more_gets_more():
    network, observation = seen(QUOTA)
    observation = {**observation, "slot_in_frame": np.zeros(1, np.int32)}
    for name in ("training_backlog_cycles", "training_backlog_samples"):
        observation[name] = np.ones_like(observation[name])  # so that none is submitted
    facts = {"training": {"timescale": "frame"}}

    def decided(outputs):
        layers = [(np.zeros((len(FEATURES), 4), np.float32), np.array(outputs, np.float32))]
        policy = DrlPolicy(LoadBalancing(), Agent(layers, [], "clip", 1.0, facts))
        policy.begin(network, 1)
        return policy.decide_slot(observation)

    rule = HeldPolicy(LoadBalancing())
    rule.begin(network, 1)
    expected, quiet = rule.decide_slot(observation), decided([0, 0, 0, 0])
    for name, share in expected.items():
        assert np.array_equal(share, quiet[name])
    more = decided([0, 0, 1, 0])["training_share"]
    assert more.sum() > quiet["training_share"].sum()


@pytest.mark.parametrize(("settings", "other"), [({}, "load-fill"), (QUOTA, "load-equal")])
def test_what_a_frame_needs_is_worth_more_than_equal_quotas(settings, other):
    """Deciding once a frame costs little where shares return, much where they are lost."""

    def tasks(name):
        env = without_ns3.make({"n_ue": 10, "n_bs": 2, "duration_s": 20.0, **settings})
        network = Network("cellular", env.settings.model_dump(), env.schema)
        policy = load_policy(name)
        policy.begin(network, 1)
        observation, _ = env.reset(seed=3)
        waiting = [
            slot.after["tasks_uploading"].sum() + slot.after["tasks_computing"].sum()
            for slot in play(env, policy, network, observation, 1000)
        ]
        env.close()
        return np.mean(waiting[200:])

    assert tasks("load-held") < 1.5 * tasks(other)


def test_the_former_name_still_loads():
    with pytest.warns(FutureWarning, match="policy single-load-srpt is now load-held"):
        assert isinstance(load_policy("single-load-srpt"), HeldPolicy)
