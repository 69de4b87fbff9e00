from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from py_agent.policies.fill import fill
from py_agent.policies.groups import Groups

N = 7


@given(
    hnp.arrays(np.float64, (2, N), elements=st.floats(-5, 5)),
    hnp.arrays(np.float64, (2, N), elements=st.floats(0, 3)),
    hnp.arrays(np.int32, (2, N), elements=st.integers(-1, 2)),
)
def test_shares_are_a_division_of_every_group(priority, need, group):
    shares = fill(priority, need, group)
    assert ((shares >= 0) & (shares <= 1)).all()
    for row in range(2):
        for name in np.unique(group[row]):
            assert np.isclose(shares[row][group[row] == name].sum(), 1, atol=1e-5)


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
