from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import py_agent.twin.environment.env as without_ns3
from py_agent.contract import Network
from py_agent.driver import play
from py_agent.engine import _engine
from py_agent.policies.association import Strongest
from py_agent.policies.fill import FillPolicy, fill
from py_agent.policies.groups import Groups

N = 7


@given(
    hnp.arrays(np.float64, (2, N), elements=st.floats(-5, 5)),
    hnp.arrays(np.float64, (2, N), elements=st.floats(0, 3)),
    hnp.arrays(np.int32, (2, N), elements=st.integers(-1, 2)),
    st.floats(0, 1),
)
def test_shares_are_a_division_of_every_group(priority, need, group, alike):
    shares = fill(priority, need, group, alike)
    assert ((shares >= 0) & (shares <= 1)).all()
    for row in range(2):
        for name in np.unique(group[row]):
            members = group[row] == name
            assert np.isclose(shares[row][members].sum(), 1, atol=1e-5)
            assert (shares[row][members] >= alike / members.sum() - 1e-5).all()


@given(
    hnp.arrays(np.float64, N, elements=st.floats(-5, 5), unique=True),
    hnp.arrays(np.float64, N, elements=st.floats(0.01, 2)),
)
def test_nobody_gets_anything_before_those_ahead_have_what_they_need(priority, need):
    shares = fill(priority, need, np.zeros(N, np.int32)).astype(float)
    order = np.argsort(-priority)
    for first, second in itertools.pairwise(order):
        if shares[second] > 1e-6:
            assert shares[first] >= need[first] - 1e-6


@pytest.mark.parametrize(
    ("mode", "least"), [("work-conserving", _engine.laws.FILL_ALIKE / N), ("quota", 0.0)]
)
def test_nobody_is_without_a_share_where_idle_shares_go_to_others(mode, least):
    settings = {"n_ue": N, "n_bs": 1, "radio": {"bandwidth_mode": mode}}
    env = without_ns3.make({**settings, "traffic": {"rate_hz": 20}})  # more than the band carries
    network = Network("cellular", env.settings.model_dump(), env.schema)
    policy = FillPolicy(Strongest())
    policy.begin(network, seed=1)
    slots = play(env, policy, network, env.reset(seed=1)[0], 200, copies=True)
    shares = np.array([slot.action["bandwidth_share"] for slot in slots])
    assert shares.min() == pytest.approx(least)
    env.close()


def test_a_batch_is_its_networks_one_by_one():
    rng = np.random.default_rng(1)
    priority, need = rng.normal(size=(4, N)), rng.uniform(0, 1, (4, N))
    group = rng.integers(0, 3, (4, N)).astype(np.int32)
    together = fill(priority, need, group)
    for i in range(4):
        assert np.array_equal(together[i], fill(priority[i], need[i], group[i]))


def test_what_nobody_needs_is_there_for_what_may_come():
    shares = fill(np.array([1.0, 0.0, 0.0]), np.array([0.4, 0.0, 0.0]), np.zeros(3, np.int32))
    assert np.allclose(shares, [0.6, 0.2, 0.2])


@given(
    hnp.arrays(np.int32, (2, N), elements=st.integers(-1, 2)),
    hnp.arrays(np.float64, (2, N), elements=st.floats(0, 5)),
)
def test_sums_over_groups_are_those_of_their_members(group, value):
    groups = Groups(group)
    total, ahead = groups.of_users(groups.total(value)), groups.ahead(value)
    for row, one in itertools.product(range(2), range(N)):
        same = group[row] == group[row, one]
        assert np.isclose(total[row, one], value[row][same].sum())
        assert np.array_equal(ahead[row, one], same & (value[row] < value[row, one]))
