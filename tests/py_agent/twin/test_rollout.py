# SPDX-License-Identifier: MIT
"""Rollouts: what must hold of every slot, whatever happens in it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from py_agent.engine import _engine
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.rollout.observation import Observer, server_time_s
from py_agent.twin.rollout.random_streams import Stream, spread_seeds

SMALL = {"n_ue": 6, "duration_s": 4.0}


@pytest.fixture(scope="module")
def network():
    return TwinNetwork.of(SMALL)


def started(network, batch=16, seed=1):
    rollout = network.rollout(batch)
    rollout.start(spread_seeds(seed, batch))
    return rollout


def action(rollout, association=None):
    share = np.full((rollout.batch, rollout.n_ue), 1 / rollout.n_ue)
    if association is None:
        association = rollout.state["strength_db"].argmax(axis=-1)
    return {"association": association, "bandwidth_share": share, "compute_share": share}


def random_cells(rollout, rng):
    return rng.integers(rollout.n_bs, size=(rollout.batch, rollout.n_ue))


def sums(values, groups, shape):
    """Of values by groups, tuples of indices."""
    found = np.zeros(shape)
    np.add.at(found, groups, values)
    return found


def test_bits_and_cycles_are_conserved_in_every_slot(network):
    rollout = started(network)
    rng = np.random.default_rng(1)
    state, capacity_hz = rollout.state, np.array(rollout.parameters.compute.capacity_hz)
    sent_bit = np.zeros((rollout.batch, rollout.n_ue))
    served = np.zeros((rollout.batch, rollout.n_bs))
    for slot in range(1, 151):
        rollout.step(action(rollout, random_cells(rollout, rng)))
        sent_bit += state["sent_bit"]
        served += server_time_s(rollout) * capacity_hz
        tasks = rollout.tasks()
        assert (tasks["created_s"] < slot * rollout.slot_s).all()
        created_bit = sums(tasks["size_bit"], (tasks["rollout"], tasks["ue"]), sent_bit.shape)
        assert np.array_equal(created_bit, state["created_bit"])
        assert created_bit == pytest.approx(sent_bit + state["queue_bit"], rel=1e-6, abs=1)
        there = tasks["bs"] >= 0
        at = (tasks["rollout"][there], tasks["bs"][there])
        got = sums(tasks["cycles"][there], at, served.shape)
        left = state["work_cycles"].sum(axis=1)
        assert got == pytest.approx(served + left, rel=1e-6, abs=1e3)
        assert (state["tasks"].sum(axis=-1) == state["arrived"] - state["done"]).all()
        assert (state["queue_bit"] >= 0).all()
        assert (state["work_cycles"] >= 0).all()
        assert (server_time_s(rollout) <= rollout.slot_s * (1 + 1e-6)).all()


def test_rewards_add_up_to_minus_all_delays(network):
    rollout = started(network)
    rng = np.random.default_rng(2)
    total = sum(rollout.step(action(rollout, random_cells(rollout, rng))) for _ in range(150))
    tasks, now_s = rollout.tasks(), 150 * rollout.slot_s
    end_s = np.where(np.isnan(tasks["done_s"]), now_s, tasks["done_s"])
    delays_s = sums(end_s - tasks["created_s"], tasks["rollout"], rollout.batch)
    assert np.isfinite(tasks["done_s"]).sum() > 50
    assert -total == pytest.approx(delays_s, rel=1e-9)


def test_tasks_pass_their_stages_in_order(network):
    rollout = started(network)
    for _ in range(150):
        rollout.step(action(rollout))
    tasks = rollout.tasks()
    done = np.isfinite(tasks["done_s"])
    assert (tasks["uploaded_s"][done] > tasks["created_s"][done]).all()
    # A task that arrives in the slot in which its flow would run dry is served up to a slot early.
    served_s = (tasks["done_s"] - tasks["uploaded_s"])[done]
    slack_s = served_s - tasks["cycles"][done] / rollout.parameters.compute.capacity_hz[0]
    assert (slack_s > -rollout.slot_s).all()
    assert (slack_s > -1e-6).mean() > 0.97
    for who in range(rollout.batch * rollout.n_ue):
        own = tasks["rollout"] * rollout.n_ue + tasks["ue"] == who
        assert (np.diff(tasks["created_s"][own]) >= 0).all()
        assert (np.diff(tasks["uploaded_s"][own & np.isfinite(tasks["uploaded_s"])]) >= 0).all()


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
    rollout = started(dataclasses.replace(network, parameters=parameters), batch=1, seed=3)
    for _ in range(150):
        rollout.step(action(rollout))
    tasks, delays = rollout.tasks(), parameters.delays
    upload_s = 4e5 / rollout.links["full_rate_bps"][0, 0]
    expected_s = delays.grant_s + upload_s + delays.pipeline_s + delays.core_s + 4e8 / 2e9
    assert tasks["done_s"][0] - tasks["created_s"][0] == pytest.approx(expected_s, abs=1e-3)


def test_who_has_lost_its_link_is_no_handover_under_way(network):
    rollout = started(network, batch=1, seed=3)
    observer = Observer(network.schema, rollout)
    states = network.schema.observation("handover_state").enum
    rollout.state["commanded"][:] = states["DONE"]
    rollout.state["back_s"][:] = 10.0
    assert (observer.array("handover_state") == states["PENDING"]).all()
    rollout.state["cell"][:] = -1
    assert (observer.array("handover_state") == states["DONE"]).all()


def test_same_seeds_give_the_same_bits_and_others_do_not(network):
    def play(seed):
        rollout = started(network, seed=seed)
        rewards = np.array([rollout.step(action(rollout)) for _ in range(60)])
        return np.concatenate([rewards.ravel(), rollout.state["strength_db"].ravel()])

    assert np.array_equal(play(1), play(1))
    assert not np.array_equal(play(1), play(2))


def test_policies_meet_the_same_walks_and_tasks(network):
    one, other = started(network), started(network)
    rng = np.random.default_rng(3)
    for _ in range(100):
        one.step(action(one))
        other.step(action(other, random_cells(other, rng)))
    assert np.array_equal(one.position_m(), other.position_m())
    assert np.array_equal(one.links["residual_db"], other.links["residual_db"])
    assert np.array_equal(one.tasks()["created_s"], other.tasks()["created_s"])


def test_some_rollouts_start_anew_and_the_others_go_on(network):
    whole, mixed = started(network, seed=5), started(network, seed=5)
    rows = np.array([2, 7])
    rewards = []
    for slot in range(120):
        if slot == 33:
            mixed.start(spread_seeds(5, 16)[rows], rows)
        rewards.append((whole.step(action(whole)), mixed.step(action(mixed))))
    others = [i for i in range(16) if i not in (2, 7)]
    of_whole, of_mixed = np.array(rewards).swapaxes(0, 1)
    assert np.array_equal(of_whole[:, others], of_mixed[:, others])
    assert np.array_equal(of_whole[:87, rows], of_mixed[33:, rows])
    assert mixed.state["slot"].tolist() == [87 if i in (2, 7) else 120 for i in range(16)]


def test_several_slots_at_once_are_those_one_by_one(network):
    one, other = started(network), started(network)
    taken = action(one)
    by_one = np.array([one.step(taken) for _ in range(70)])
    assert np.array_equal(by_one, other.steps(taken, 70))


def test_random_numbers_are_uniform_and_streams_independent():
    seeds = spread_seeds(7, 2000)
    legs = _engine.uniform(seeds, Stream.LEG, 3, 50)
    places = _engine.uniform(seeds, Stream.PLACE, 3, 50)
    later = _engine.uniform(seeds, Stream.LEG, 4, 50)
    counts, _ = np.histogram(legs, 20, (0, 1))
    assert (np.abs(counts - 5000) < 5 * 5000**0.5).all()
    for other in (places, later, np.roll(legs, 1, 0), np.roll(legs, 1, 1)):
        assert abs(np.corrcoef(legs.ravel(), other.ravel())[0, 1]) < 5 / 1e5**0.5
    noise = _engine.noise(seeds, Stream.RESIDUAL, 1, 50)
    assert abs(float(noise.mean())) < 0.02
    assert float(noise.var()) == pytest.approx(1, abs=0.02)
    normal = _engine.normal(seeds, Stream.PIPELINE, 1, 50)
    assert float(normal.std()) == pytest.approx(1, abs=0.02)
    assert float((np.abs(normal) > 1.959964).mean()) == pytest.approx(0.05, abs=0.004)


def test_who_hardly_hears_its_cell_gets_nothing_and_is_lost():
    network = TwinNetwork.of(
        {"n_ue": 4, "duration_s": 4.0, "mobility": {"model": "static"}, "slots_per_frame": 1000}
    )
    rollout = started(network, batch=32)
    state, links = rollout.state, rollout.links

    def serve(cell):
        state["cell"][:] = cell
        rollout.radio.serve(rollout.engine)
        return links["full_rate_bps"].copy()

    weakest = state["strength_db"].argmin(axis=-1)
    best = state["strength_db"].argmax(axis=-1)
    good_bps, poor_bps = serve(best), serve(weakest)
    unheard, heard = links["control_db"] < -14, links["control_db"] > 0
    assert unheard.sum() > 10
    assert (poor_bps[unheard] < 0.05 * good_bps[unheard]).all()
    for _ in range(150):
        rollout.step(action(rollout, weakest))
    assert (state["losses"][unheard] == 1).all()
    assert (state["losses"][heard] == 0).all()
    assert (state["cell"][unheard] == best[unheard]).all()


def test_impossible_actions_are_told(network):
    rollout = started(network)
    taken = action(rollout, np.full((16, 6), 3))
    with pytest.raises(ValueError, match="association = 3: must be from 0 to 2"):
        rollout.step(taken)
    with pytest.raises(ValueError, match="compute_share has 6 numbers, but 96 are needed"):
        rollout.step({**action(rollout), "compute_share": np.ones((1, 6))})
