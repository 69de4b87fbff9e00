# SPDX-License-Identifier: MIT
"""Properties of rollouts, whatever is decided in them and whoever stands beside whom."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from py_agent.engine import _engine
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.rollout.random_streams import spread_seeds

N_UE, N_BS, BATCH = 5, 3, 4
TRAFFIC = {"rate_hz": 6.0, "on_s": 1.0, "off_s": 0.5}
# States that mean "never" or "not yet".
ENDLESS = ("next_created_s",)
SEEDS = st.integers(0, 2**40)
FEW = settings(
    max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate], derandomize=True
)


@pytest.fixture(scope="module", params=["work-conserving", "quota"])
def network(request):
    radio, compute = {"bandwidth_mode": request.param}, {"mode": request.param}
    return TwinNetwork.of(
        {"n_ue": N_UE, "duration_s": 3.0, "traffic": TRAFFIC, "radio": radio, "compute": compute}
    )


def started(network, seeds, threads=1):
    rollout = network.rollout(len(seeds), threads)
    rollout.start(seeds)
    return rollout


def decisions(seed, slots, batch=BATCH):
    """Actions of every slot, `[batch, n_ue]`: any cells, any shares, some of them zero."""
    rng = np.random.default_rng(seed)
    for _ in range(slots):
        shares = np.maximum(rng.uniform(size=(2, batch, N_UE)), 0.3) - 0.3
        yield {
            "association": rng.integers(N_BS, size=(batch, N_UE)),
            "bandwidth_share": shares[0],
            "compute_share": shares[1],
        }


def assert_same_bits(one, other, rows=slice(None)):
    """The rollouts `rows` of one batch, and all of another."""
    for a, b in ((one.state, other.state), (one.links, other.links)):
        for name, values in a.items():
            assert np.array_equal(values[rows], b[name], equal_nan=True), name
    for name, values in one.tasks(rows).items():
        assert np.array_equal(values, other.tasks()[name], equal_nan=True), name


@FEW
@given(seed=SEEDS)
def test_all_is_finite_and_no_bit_is_lost(network, seed):
    rollout = started(network, spread_seeds(seed, BATCH))
    state = rollout.state
    sent_bit = np.zeros((BATCH, N_UE))
    for action in decisions(seed, 110):
        reward = rollout.step(action)
        assert np.isfinite(reward).all()
        assert (reward <= 1e-9).all()
        sent_bit += state["sent_bit"]
        assert state["created_bit"] == pytest.approx(sent_bit + state["queue_bit"], abs=4)
        for arrays in (state, rollout.links):
            for name, values in arrays.items():
                assert name in ENDLESS or np.isfinite(values).all(), name
    # What has left the radio has reached a server whole, or is on its way there.
    tasks = rollout.tasks()
    through = np.isfinite(tasks["uploaded_s"])
    through_bit = np.zeros((BATCH, N_UE))
    at = (tasks["rollout"][through], tasks["ue"][through])
    np.add.at(through_bit, at, tasks["size_bit"][through])
    assert (sent_bit - through_bit >= -1 - 1e-6 * sent_bit).all()


@FEW
@given(seed=SEEDS)
def test_a_rollout_does_not_depend_on_those_beside_it(network, seed):
    """Bit by bit, a batch is its rollouts one by one."""
    seeds = spread_seeds(seed, BATCH)
    together = started(network, seeds)
    alone = [started(network, seeds[i : i + 1]) for i in range(BATCH)]
    for action in decisions(seed, 60):
        reward = together.step(action)
        for i, rollout in enumerate(alone):
            part = {name: value[i : i + 1] for name, value in action.items()}
            assert rollout.step(part)[0] == reward[i]
    for i, rollout in enumerate(alone):
        assert_same_bits(together, rollout, slice(i, i + 1))


def test_nor_on_the_number_of_threads(network):
    seeds = spread_seeds(5, 100)
    one, other = started(network, seeds), started(network, seeds, threads=3)
    for action in decisions(5, 30, batch=100):
        assert np.array_equal(one.steps(action, 3), other.steps(action, 3))
    assert_same_bits(one, other)


@FEW
@given(seed=SEEDS, order=st.permutations(range(BATCH)))
def test_rollouts_may_stand_in_any_order(network, seed, order):
    seeds = spread_seeds(seed, BATCH)
    one, other = started(network, seeds), started(network, seeds[order])
    for action in decisions(seed, 60):
        reward = one.step(action)
        permuted = other.step({name: value[order] for name, value in action.items()})
        assert np.array_equal(permuted, reward[order])


@FEW
@given(seed=SEEDS, slots=st.integers(1, 60))
def test_a_copy_goes_the_same_way_and_leaves_the_first_alone(network, seed, slots):
    rollout = started(network, spread_seeds(seed, BATCH))
    for action in decisions(seed, slots):
        rollout.step(action)
    copied, other = rollout.copy(), rollout.copy(spread_seeds(seed + 1, BATCH))
    for action in decisions(seed + 1, 30):
        other.step(action)
    assert_same_bits(rollout, copied)
    for action in decisions(seed + 2, 30):
        assert np.array_equal(rollout.step(action), copied.step(action))
    assert_same_bits(rollout, copied)


SLOT_S = 0.02
FLOWS = st.lists(
    st.tuples(
        st.floats(0.0, 0.05),  # need_s
        st.floats(0.0, 1.0),  # weight
        st.floats(0.0, SLOT_S),  # present_s
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(flows=FLOWS, more=st.floats(0.01, 1.0), quota=st.booleans())
@example(
    flows=[(1 / 32, 0.5, 1 / 64), (0.0, 0.5, 1 / 64), (1 / 128, 0.75, 1 / 64)],
    more=0.5,
    quota=False,
)
def test_who_has_a_larger_share_gets_no_less(flows, more, quota):
    def offered_s(weight):
        sums = np.array([weight.sum()]) if quota else None
        resource = np.zeros(len(flows), np.int32)
        return _engine.laws.share_out(need_s, weight, present_s, resource, 1, SLOT_S, sums)

    need_s, weight, present_s = np.array(flows, order="F").T
    before_s = offered_s(weight)
    raised = weight.copy()
    raised[0] += more
    after_s = offered_s(raised)
    used_s, raised_s = np.minimum(before_s, need_s), np.minimum(after_s, need_s)
    lost_s = 0.0 if quota else SLOT_S - raised_s.sum()  # of work-conserving, in two rounds
    assert (before_s >= 0).all()
    assert (before_s <= present_s * (1 + 1e-9)).all()
    assert used_s.sum() <= SLOT_S * (1 + 1e-9)
    assert raised_s[0] + lost_s >= used_s[0] * (1 - 1e-9) - 1e-12


@FEW
@given(seed=SEEDS)
def test_a_whole_band_carries_at_least_what_a_part_does(network, seed):
    """Of one user, the others being silent in its favour; by the bits of the next slot."""
    rollout = started(network, spread_seeds(seed, BATCH))
    for action in decisions(seed, 30):
        rollout.step(action)
    (action,) = decisions(seed + 1, 1)
    sent_bit = []
    for share in (0.1, 0.4, 1.0):
        tried = rollout.copy()
        shares = action["bandwidth_share"].copy()
        shares[:, 0] = share
        tried.step({**action, "bandwidth_share": shares})
        sent_bit.append(tried.state["sent_bit"][:, 0])
    assert (sent_bit[1] >= sent_bit[0] * (1 - 1e-5)).all()
    assert (sent_bit[2] >= sent_bit[1] * (1 - 1e-5)).all()
