"""Futures in torch: what must hold of every slot, whatever happens in it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.rollout.random_streams import RandomStreams, Stream, spread_seeds

SMALL = {"n_ue": 6, "duration_s": 4.0}


@pytest.fixture(scope="module")
def network():
    return TwinNetwork.of(SMALL)


def started(network, batch=16, seed=1):
    rollout = network.rollout(batch)
    rollout.start(spread_seeds(seed, batch, rollout.device))
    return rollout


def action(rollout, association=None):
    share = torch.full((rollout.batch, rollout.n_ue), 1 / rollout.n_ue)
    if association is None:
        association = rollout.state.links.rsrp_dbm.argmax(-1)
    return {"association": association, "bandwidth_share": share, "compute_share": share}


def random_cells(rollout, generator):
    return torch.randint(rollout.n_bs, (rollout.batch, rollout.n_ue), generator=generator)


def test_bits_and_cycles_are_conserved_in_every_slot(network):
    rollout = started(network)
    generator = torch.Generator().manual_seed(1)
    sent_bit = torch.zeros(rollout.batch, rollout.n_ue)
    served = torch.zeros(rollout.batch, rollout.n_bs)
    for slot in range(1, 151):
        rollout.step(action(rollout, random_cells(rollout, generator)))
        state = rollout.state
        uploads, servers, tasks = state.uploads, state.servers, state.tasks
        sent_bit += uploads.sent_bit
        served += (servers.used_s * rollout.edge_law.capacity_hz).sum(1)
        exists = tasks.created_s < slot * rollout.slot_s
        created_bit = (tasks.size_bit * exists).sum(-1)
        torch.testing.assert_close(created_bit.double(), uploads.created_bit)
        torch.testing.assert_close(created_bit, sent_bit + uploads.queue_bit, atol=2, rtol=1e-5)
        for bs in range(rollout.n_bs):
            got = (tasks.cycles * (tasks.bs == bs)).sum((1, 2))
            left = servers.work_cycles[..., bs].sum(1)
            torch.testing.assert_close(got, served[:, bs] + left, rtol=1e-4, atol=1e3)
        assert (servers.tasks.sum(-1) == uploads.arrived - servers.done.sum(-1)).all()
        assert (uploads.queue_bit >= 0).all()
        assert (servers.used_s.sum(1) <= rollout.slot_s * (1 + 1e-5)).all()


def test_rewards_add_up_to_minus_all_delays(network):
    rollout = started(network)
    generator = torch.Generator().manual_seed(2)
    total = sum(rollout.step(action(rollout, random_cells(rollout, generator))) for _ in range(150))
    tasks, now_s = rollout.state.tasks, 150 * rollout.slot_s
    end_s = torch.where(tasks.done_s.isnan(), now_s, tasks.done_s)
    delays_s = torch.where(tasks.created_s < now_s, end_s - tasks.created_s, 0.0)
    assert (tasks.done_s < now_s).sum() > 50
    torch.testing.assert_close(-total, delays_s.sum((1, 2)), rtol=1e-4, atol=1e-3)


def test_tasks_pass_their_stages_in_order(network):
    rollout = started(network)
    for _ in range(150):
        rollout.step(action(rollout))
    tasks = rollout.state.tasks
    done = ~tasks.done_s.isnan()
    assert (tasks.uploaded_s[done] > tasks.created_s[done]).all()
    # A task that arrives in the slot in which its flow would run dry is served up to a slot early.
    served_s = (tasks.done_s - tasks.uploaded_s)[done]
    slack_s = served_s - tasks.cycles[done] / rollout.edge_law.capacity_hz[0]
    assert (slack_s > -rollout.slot_s).all()
    assert (slack_s > -1e-4).double().mean() > 0.97
    uploaded_s = tasks.uploaded_s
    known = torch.isfinite(uploaded_s[..., 1:])
    assert (uploaded_s[..., 1:] >= uploaded_s[..., :-1])[known].all()


def test_a_single_user_takes_as_long_as_by_hand():
    network = TwinNetwork.of(
        {
            "n_ue": 1,
            "n_bs": 1,
            "duration_s": 3.0,
            "mobility": {"model": "static"},
            "traffic": {"model": "periodic", "rate_hz": 0.5, "size_min_bit": 4e5,
                        "size_max_bit": 4e5},
        }
    )  # fmt: skip
    parameters = network.parameters.replaced(
        delays={"pipeline_sd_s": 0.0},
        rate={"correction_sd": 1e-6},
        uplink={"sd_db": 1e-6},
        channel={"residual_sd_db": 1e-6},
    )
    rollout = TwinNetwork(
        network.settings, network.schema, network.ns3_version, parameters, network.place
    ).rollout(1)
    rollout.start(spread_seeds(3, 1, rollout.device))
    one = torch.ones(1, 1)
    for _ in range(150):
        rollout.step({"association": torch.zeros(1, 1, dtype=torch.int64),
                      "bandwidth_share": one, "compute_share": one})  # fmt: skip
    tasks = rollout.state.tasks
    delays = parameters.delays
    upload_s = 4e5 / float(rollout.state.links.full_rate_bps[0, 0])
    expected_s = delays.grant_s + upload_s + delays.pipeline_s + delays.core_s + 4e8 / 2e9
    assert float(tasks.done_s[0, 0, 0] - tasks.created_s[0, 0, 0]) == pytest.approx(
        expected_s, abs=2e-3
    )


def test_same_seeds_give_the_same_bits_and_others_do_not(network):
    def play(seed):
        rollout = started(network, seed=seed)
        rewards = torch.stack([rollout.step(action(rollout)) for _ in range(60)])
        return torch.cat([rewards.flatten(), rollout.state.links.rsrp_dbm.flatten()])

    assert torch.equal(play(1), play(1))
    assert not torch.equal(play(1), play(2))


def test_policies_meet_the_same_walks_and_tasks(network):
    one, other = started(network), started(network)
    generator = torch.Generator().manual_seed(3)
    for _ in range(100):
        one.step(action(one))
        other.step(action(other, random_cells(other, generator)))
    assert torch.equal(one.position_m(), other.position_m())
    assert torch.equal(one.state.links.residual_db, other.state.links.residual_db)
    assert torch.equal(one.state.tasks.created_s, other.state.tasks.created_s)


def test_some_futures_start_anew_and_the_others_go_on(network):
    whole, mixed = started(network, seed=5), started(network, seed=5)
    rows = torch.tensor([2, 7])
    for slot in range(120):
        if slot == 33:
            mixed.start(mixed.streams.seeds[rows].clone(), rows)
        whole.step(action(whole))
        mixed.step(action(mixed))
    others = [i for i in range(16) if i not in (2, 7)]
    assert torch.equal(
        whole.state.uploads.created_bit[others], mixed.state.uploads.created_bit[others]
    )
    assert mixed.state.slot.tolist() == [87 if i in (2, 7) else 120 for i in range(16)]


def test_random_numbers_are_uniform_and_streams_independent():
    streams = RandomStreams(spread_seeds(7, 2000, torch.device("cpu")))
    rows = torch.arange(2000)
    legs = streams.uniform(Stream.LEG, rows, 3, 50)
    places = streams.uniform(Stream.PLACE, rows, 3, 50)
    later = streams.uniform(Stream.LEG, rows, 4, 50)
    counts = torch.histc(legs, 20, 0, 1)
    assert ((counts - 5000).abs() < 5 * 5000**0.5).all()
    for other in (places, later, legs.roll(1, 0), legs.roll(1, 1)):
        assert abs(np.corrcoef(legs.flatten(), other.flatten())[0, 1]) < 5 / 1e5**0.5
    each = streams.uniform_each(
        Stream.LEG, rows, torch.full_like(rows, 3), torch.full_like(rows, 17)
    )
    assert torch.equal(each, legs[:, 17])
    noise = streams.noise(Stream.RESIDUAL, rows, 1, 50)
    assert abs(float(noise.mean())) < 0.02
    assert float(noise.var()) == pytest.approx(1, abs=0.02)


def test_who_hardly_hears_its_cell_gets_nothing_and_is_lost():
    network = TwinNetwork.of(
        {"n_ue": 4, "duration_s": 4.0, "mobility": {"model": "static"}, "slots_per_frame": 1000}
    )
    rollout = started(network, batch=32)
    state = rollout.state
    weakest = state.links.rsrp_dbm.argmin(-1)
    best = state.links.rsrp_dbm.argmax(-1)
    state.connections.cell = weakest.clone()
    rollout.link_law.rate(state.links, weakest)
    control_db = state.links.control_db.clone()
    unheard, heard = control_db < -14, control_db > 0
    assert unheard.sum() > 10
    poor_bps = state.links.full_rate_bps.clone()
    rollout.link_law.rate(state.links, best)
    assert (poor_bps[unheard] < 0.05 * state.links.full_rate_bps[unheard]).all()
    rollout.link_law.rate(state.links, weakest)
    for _ in range(150):
        rollout.step(action(rollout, weakest))
    losses = state.connections.losses
    assert (losses[unheard] == 1).all()
    assert (losses[heard] == 0).all()
    moved = state.connections.cell
    assert (moved[unheard] == rollout.state.links.rsrp_dbm.argmax(-1)[unheard]).all()
