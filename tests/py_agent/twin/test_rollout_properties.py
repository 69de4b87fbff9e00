# SPDX-License-Identifier: MIT
"""Properties of the futures, whatever is decided in them and whoever stands beside whom."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.rollout.random_streams import RandomStreams, spread_seeds
from py_agent.twin.rollout.rows import copy_of
from py_agent.twin.rollout.sharing import share_out

N_UE, N_BS, BATCH = 5, 3, 4
TRAFFIC = {"rate_hz": 6.0, "on_s": 1.0, "off_s": 0.5}
BIT_TOLERANCE = {"atol": 4.0, "rtol": 1e-5}
REWARD_TOLERANCE = {"atol": 1e-5, "rtol": 1e-4}
# States that mean "never" or "not yet".
ENDLESS = ("created_s", "uploaded_s", "done_s", "next_created_s", "next_arrival_s", "left_s")
SEEDS = st.integers(0, 2**40)
# Always the same: rounding may, very rarely, turn a comparison in a future and with it the future.
FEW = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
)


@pytest.fixture(scope="module", params=["work-conserving", "quota"])
def network(request):
    radio, compute = {"bandwidth_mode": request.param}, {"mode": request.param}
    return TwinNetwork.of(
        {"n_ue": N_UE, "duration_s": 3.0, "traffic": TRAFFIC, "radio": radio, "compute": compute}
    )


def started(network, seeds):
    rollout = network.rollout(len(seeds))
    rollout.start(seeds)
    return rollout


def decisions(seed, slots, batch=BATCH):
    """Actions of every slot, `[batch, n_ue]`: any cells, any shares, some of them zero."""
    generator = torch.Generator().manual_seed(seed % 2**31)
    for _ in range(slots):
        shares = torch.rand(3, batch, N_UE, generator=generator).clamp_min(0.3) - 0.3
        yield {
            "association": torch.randint(N_BS, (batch, N_UE), generator=generator),
            "bandwidth_share": shares[0],
            "compute_share": shares[1],
        }


def tensors(value, path=""):
    for field in dataclasses.fields(value):
        member = getattr(value, field.name)
        if isinstance(member, torch.Tensor):
            yield f"{path}{field.name}", member
        else:
            yield from tensors(member, f"{field.name}.")


def assert_same(one, other):
    """To rounding: torch computes the last elements of a tensor, or a small one, by other code."""
    for (name, a), (_, b) in zip(tensors(one), tensors(other), strict=True):
        large = name.endswith(("_bit", "_bps", "_cycles"))
        torch.testing.assert_close(
            a, b, rtol=1e-4, atol=1.0 if large else 1e-3, equal_nan=True, msg=name
        )


@FEW
@given(seed=SEEDS)
def test_all_is_finite_and_no_bit_is_lost(network, seed):
    rollout = started(network, spread_seeds(seed, BATCH, torch.device("cpu")))
    sent_bit = torch.zeros(BATCH, N_UE)
    for action in decisions(seed, 110):
        reward = rollout.step(action)
        uploads, tasks = rollout.state.uploads, rollout.state.tasks
        assert torch.isfinite(reward).all()
        assert (reward <= 1e-6).all()
        sent_bit += uploads.sent_bit
        torch.testing.assert_close(
            uploads.created_bit.float(), sent_bit + uploads.queue_bit, **BIT_TOLERANCE
        )
        # What has left the radio has reached a server whole, or is on its way there.
        number = torch.arange(tasks.size_bit.shape[-1])
        through_bit = (tasks.size_bit * (number < uploads.sent[..., None])).sum(-1)
        part = sent_bit - through_bit
        assert (part >= -BIT_TOLERANCE["atol"] - 1e-5 * sent_bit).all()
        for name, tensor in tensors(rollout.state):
            if name.split(".")[-1] not in ENDLESS and tensor.is_floating_point():
                assert torch.isfinite(tensor).all(), name


@FEW
@given(seed=SEEDS)
def test_a_future_does_not_depend_on_those_beside_it(network, seed):
    """A batch is its futures one by one."""
    seeds = spread_seeds(seed, BATCH, torch.device("cpu"))
    together = started(network, seeds)
    alone = [started(network, seeds[i : i + 1]) for i in range(BATCH)]
    for action in decisions(seed, 60):
        reward = together.step(action)
        for i, rollout in enumerate(alone):
            part = {name: value[i : i + 1] for name, value in action.items()}
            torch.testing.assert_close(rollout.step(part), reward[i : i + 1], **REWARD_TOLERANCE)
    for i, rollout in enumerate(alone):
        n_tasks = rollout.state.tasks.size_bit.shape[-1]
        part = copy_of(together.state)
        for name, tensor in list(tensors(part)):
            owner, _, leaf = name.rpartition(".")
            row = tensor[i : i + 1]
            if owner == "tasks":
                row = row[..., :n_tasks]
            setattr(getattr(part, owner) if owner else part, leaf, row)
        assert_same(part, rollout.state)


@FEW
@given(seed=SEEDS, order=st.permutations(range(BATCH)))
def test_futures_may_stand_in_any_order(network, seed, order):
    seeds = spread_seeds(seed, BATCH, torch.device("cpu"))
    order = torch.tensor(order)
    one, other = started(network, seeds), started(network, seeds[order])
    for action in decisions(seed, 60):
        reward = one.step(action)
        permuted = other.step({name: value[order] for name, value in action.items()})
        torch.testing.assert_close(permuted, reward[order], **REWARD_TOLERANCE)


@FEW
@given(seed=SEEDS, order=st.permutations(range(N_UE)), slots=st.integers(11, 48))
def test_users_may_stand_in_any_order(network, seed, order, slots):
    """Over a slot without random numbers, which belong to places; to rounding: sums are ordered."""
    parameters = network.parameters.replaced(delays={"pipeline_sd_s": 0.0})
    network = dataclasses.replace(network, parameters=parameters)
    order = torch.tensor(order)
    one = started(network, spread_seeds(seed, BATCH, torch.device("cpu")))
    other = network.rollout(BATCH)
    slots += (slots + 1) % one.slots_per_measurement == 0
    for action in decisions(seed, slots):
        one.step(action)
    other.streams = RandomStreams(one.streams.seeds)
    other.state = copy_of(one.state)
    for name, tensor in list(tensors(other.state)):
        owner, _, leaf = name.rpartition(".")
        if tensor.dim() > 1 and tensor.shape[1] == N_UE:
            setattr(getattr(other.state, owner) if owner else other.state, leaf, tensor[:, order])
    (action,) = decisions(seed + 1, 1)
    reward = one.step(action)
    permuted = other.step({name: value[:, order] for name, value in action.items()})
    torch.testing.assert_close(permuted, reward, **REWARD_TOLERANCE)
    for name in ("queue_bit", "sent_bit", "head_bit", "band_s"):
        a, b = (getattr(rollout.state.uploads, name) for rollout in (one, other))
        torch.testing.assert_close(b, a[:, order], rtol=1e-4, atol=1.0)
    torch.testing.assert_close(
        other.state.servers.work_cycles,
        one.state.servers.work_cycles[:, order],
        rtol=1e-4,
        atol=1e3,
    )


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
def test_who_has_a_larger_share_gets_no_less(flows, more, quota):
    def offered_s(weight):
        sums = weight.sum()[None] if quota else None
        return share_out(need_s, weight, present_s, resource, 1, SLOT_S, sums)

    need_s, weight, present_s = torch.tensor(flows, dtype=torch.float32).T
    resource = torch.zeros(len(flows), dtype=torch.int64)
    before_s = offered_s(weight)
    raised = weight.clone()
    raised[0] += more
    after_s = offered_s(raised)
    used_s = torch.minimum(before_s, need_s)
    assert (before_s >= 0).all()
    assert (before_s <= present_s * (1 + 1e-6)).all()
    assert float(used_s.sum()) <= SLOT_S * (1 + 1e-5)
    assert float(torch.minimum(after_s, need_s)[0]) >= float(used_s[0]) * (1 - 1e-5) - 1e-9


@FEW
@given(seed=SEEDS)
def test_a_whole_band_carries_at_least_what_a_part_does(network, seed):
    """Of one user, the others being silent in its favour; by the bits of the next slot."""
    rollout = started(network, spread_seeds(seed, BATCH, torch.device("cpu")))
    for action in decisions(seed, 30):
        rollout.step(action)
    (action,) = decisions(seed + 1, 1)
    state = copy_of(rollout.state)
    sent_bit = []
    for share in (0.1, 0.4, 1.0):
        rollout.state = copy_of(state)
        shares = action["bandwidth_share"].clone()
        shares[:, 0] = share
        rollout.step({**action, "bandwidth_share": shares})
        sent_bit.append(rollout.state.uploads.sent_bit[:, 0])
    assert (sent_bit[1] >= sent_bit[0] * (1 - 1e-5)).all()
    assert (sent_bit[2] >= sent_bit[1] * (1 - 1e-5)).all()
