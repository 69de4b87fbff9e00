"""Rollouts that start from an estimate, and policies in them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import ks_2samp

import ns3_scenarios
from py_agent.driver import play
from py_agent.policies import Network, load_policy
from py_agent.radio.lte.belief import LteBelief
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.model.estimate import NetworkEstimate, TaskQueue
from py_agent.twin.rollout.observation import Observer
from py_agent.twin.rollout.random_streams import spread_seeds
from py_agent.twin.rollout.simulate import simulate, simulate_each
from py_agent.twin.rollout.start import rollouts_of

N_UE, N_BS = 4, 3


@pytest.fixture(scope="module")
def network():
    return TwinNetwork.of({"n_ue": N_UE, "duration_s": 4.0})


def queue(size_bit, remaining, age_s, bs):
    size_bit = np.array(size_bit, float)
    return TaskQueue(
        size_bit=size_bit,
        remaining=np.array(remaining, float),
        cycles=1e3 * size_bit,
        age_s=np.array(age_s, float),
        bs=np.array(bs, np.int32),
        remaining_sd=np.zeros(N_UE),
    )


@pytest.fixture
def estimate(network):
    """User 0 sends one task and has two at servers, user 1 sends two, user 3 has no cell."""
    zeros = np.zeros(N_UE)
    nobody = np.full(N_UE, -1, np.int32)
    return NetworkEstimate(
        time_s=7.12,
        slot_in_frame=6,
        parameters=network.parameters,
        present=np.ones(N_UE, bool),
        away_s=zeros,
        position_m=np.array([[0.0, 200.0], [-200.0, -100.0], [200.0, -100.0], [10.0, 10.0]]),
        position_sd_m=np.full(N_UE, 0.5),
        velocity_mps=np.array([[10.0, 0.0], [0.0, 5.0], [1.0, 1.0], [0.0, -3.0]]),
        velocity_sd_mps=np.full(N_UE, 0.1),
        bs_position_m=np.asarray(network.place.bs_position_m, float),
        links=LteBelief(
            parameters=network.parameters.radio,
            bs_position_m=np.asarray(network.place.bs_position_m, float),
            residual_db=np.zeros((N_UE, N_BS)),
            residual_sd_db=np.full((N_UE, N_BS), 2.0),
            sinr_correction_db=zeros,
            sinr_correction_sd_db=np.ones(N_UE),
            rate_correction=zeros,
            rate_correction_sd=np.full(N_UE, 0.1),
        ),
        serving_bs=np.array([0, 1, 2, -1], np.int32),
        target_bs=nobody,
        gap_s=np.array([0, 0, 0, 0.1]),
        gap_sd_s=np.array([0, 0, 0, 0.02]),
        on_probability=np.array([0.0, 0.0, 1.0, 0.5]),
        rate_hz=np.array([1.0, 1.0, 4.0, 1.0]),
        rate_sd_hz=np.full(N_UE, 0.01),
        mean_bit=np.full(N_UE, 4e5),
        cycles_per_bit=np.full(N_UE, 1e3),
        upload=queue(
            [[4e5, 0], [3e5, 5e5], [0, 0], [0, 0]],
            [[1e5, 0], [3e5, 5e5], [0, 0], [0, 0]],
            [[0.3, 0], [0.2, 0.1], [0, 0], [0, 0]],
            np.full((N_UE, 2), -1),
        ),
        compute=queue(
            [[2e5, 6e5], [0, 0], [0, 0], [0, 0]],
            [[1e8, 6e8], [0, 0], [0, 0], [0, 0]],
            [[0.9, 0.6], [0, 0], [0, 0], [0, 0]],
            [[1, 0], [-1, -1], [-1, -1], [-1, -1]],
        ),
        download_bit=zeros,
        tasks_created=np.array([9.0, 5, 0, 0]),
        tasks_completed=np.array([6.0, 3, 0, 0]),
        created_bit=np.array([4e6, 2e6, 0, 0]),
        models=None,
        age_s={},
        latest={},
    )


def test_rollouts_begin_where_the_estimate_is(network, estimate):
    rollout = rollouts_of(estimate, network.place.settings, 64, horizon_s=2.0, seed=1)
    observer = Observer(network.schema, rollout)
    first = {name: observer.array(name) for name in observer.fields}
    assert first["time_s"][0] == pytest.approx(7.12)
    assert (first["slot_in_frame"] == 6).all()
    assert np.abs(first["position_m"].mean(0) - estimate.position_m).max() < 0.5
    assert 0.3 < first["position_m"].std(0).mean() < 0.7
    assert np.abs(first["rsrp_dbm"].mean(0) - estimate.strength_db()).max() < 1.5
    assert first["serving_bs"][0].tolist() == [0, 1, 2, -1]
    assert first["tasks_uploading"][0].tolist() == [1, 2, 0, 0]
    assert first["upload_backlog_bit"][0].tolist() == [1e5, 8e5, 0, 0]
    assert first["tasks_computing"][0, 0].tolist() == [1, 1, 0]
    assert first["compute_head_cycles"][0, 0].tolist() == [6e8, 1e8, 0]
    assert first["tasks_created"][0].tolist() == [9, 5, 0, 0]
    assert first["tasks_completed"][0].tolist() == [6, 3, 0, 0]
    assert first["oldest_age_s"][0] == pytest.approx([0.9, 0.2, 0, 0], abs=1e-5)


def test_open_tasks_go_on_and_are_done(network, estimate):
    rollout = rollouts_of(estimate, network.place.settings, 32, horizon_s=3.0, seed=1)
    outcome = simulate(rollout, load_policy("strongest-equal"), network.schema, 150)
    tasks = rollout.tasks()
    assert np.isfinite(tasks["done_s"][tasks["created_s"] < 6 * rollout.slot_s]).mean() > 0.95
    oldest = (tasks["ue"] == 0) & np.isclose(tasks["created_s"], 6 * rollout.slot_s - 0.9)
    assert oldest.sum() == 32
    served_s = tasks["done_s"][oldest] - 6 * rollout.slot_s
    assert served_s.min() >= 1e8 / 2e9 - 1e-9  # alone at server 1
    assert outcome.delay_s.min() > 0
    assert (rollout.state["cell"] >= 0).all()
    # In rollouts from an estimate, time goes on and delays of open tasks count from their creation.
    assert outcome.delay_s.max() > 0.9


def test_policies_side_by_side_decide_as_each_alone(network, estimate):
    names = ("load-srpt", "random", "strongest-equal")
    arguments = (estimate, network.place.settings, 8, 1.0, 1)
    alone = [
        simulate(rollouts_of(*arguments), load_policy(name), network.schema, 50) for name in names
    ]
    together = simulate_each(
        rollouts_of(*arguments, copies=3), [load_policy(name) for name in names], network.schema, 50
    )
    for one, other in zip(alone, together, strict=True):
        for field in dataclasses.fields(one):
            assert np.array_equal(getattr(one, field.name), getattr(other, field.name)), field.name


def test_doubt_spreads_with_time(network, estimate):
    rollout = rollouts_of(estimate, network.place.settings, 256, horizon_s=3.0, seed=1)
    spread_m = [rollout.position_m().std(0).mean()]
    for _ in range(2):
        simulate(rollout, load_policy("strongest-equal"), network.schema, 60)
        spread_m.append(rollout.position_m().std(0).mean())
    assert spread_m[0] < spread_m[1] < spread_m[2]


def test_who_is_seen_resting_is_likely_in_a_long_pause(estimate):
    longest_s = 6.0
    pauses = {"model": "random-waypoint", "pause_max_s": longest_s}
    network = TwinNetwork.of({"n_ue": N_UE, "mobility": pauses})
    seen = dataclasses.replace(estimate, velocity_mps=np.zeros((N_UE, 2)))  # but for its error
    rollout = rollouts_of(seen, network.place.settings, 512, longest_s, seed=1)
    cells = {"association": np.ones((512, N_UE), int), "compute_share": np.ones((512, N_UE))}
    resting = []
    for _ in range(round(longest_s / rollout.slot_s)):
        resting.append((rollout.velocity_mps() == 0).all(axis=-1).mean())
        rollout.step(cells)
    assert sum(resting) * rollout.slot_s == pytest.approx(longest_s / 3, rel=0.05)


def test_an_estimate_without_tasks_starts_as_well(network, estimate):
    empty = queue(*[np.zeros((N_UE, 1))] * 3, np.full((N_UE, 1), -1))
    quiet = dataclasses.replace(estimate, upload=empty, compute=empty, rate_hz=np.zeros(N_UE))
    rollout = rollouts_of(quiet, network.place.settings, 4, horizon_s=1.0, seed=1)
    outcome = simulate(rollout, load_policy("strongest-equal"), network.schema, 50)
    assert outcome.delay_s.size <= 4  # rates are not known exactly
    assert (outcome.reward <= 0).all()


@pytest.mark.parametrize("name", ["strongest-equal", "strongest-proportional", "load-sqrt", "srpt"])
def test_all_at_once_a_policy_decides_as_one_by_one(network, name):
    outcomes = []
    for batched in (True, False):
        rollout = network.rollout(3)
        rollout.start(spread_seeds(4, 3))
        policy = load_policy(name)
        policy.batched = batched
        outcomes.append(simulate(rollout, policy, network.schema, 120))
    assert np.array_equal(outcomes[0].reward, outcomes[1].reward)
    assert np.array_equal(outcomes[0].delay_s, outcomes[1].delay_s)


@pytest.mark.parametrize("names", [["load-srpt"], ["random", "strongest-equal"]])
def test_block_by_block_rollouts_are_those_of_one_batch(network, monkeypatch, names):
    outcomes, watched = [], []
    for users in (10_000, 3 * N_UE):  # at once
        monkeypatch.setattr("py_agent.twin.rollout.rollout._USERS_IN_CACHE", users)
        rollout = network.rollout(8 * len(names))
        rollout.start(spread_seeds(4, rollout.batch))
        simulate(rollout, load_policy("strongest-equal"), network.schema, 7)
        found = simulate_each(
            rollout,
            [load_policy(name) for name in names],
            network.schema,
            60,
            watch=lambda part: watched.append(part.batch),
        )
        outcomes.append([*found, rollout.state["queue_bit"].copy(), rollout.oldest_age_s()])
    assert set(watched) == {8 * len(names), 3, 2}
    for one, other in zip(*outcomes, strict=True):
        if isinstance(one, np.ndarray):
            assert np.array_equal(one, other)
        else:
            for field in dataclasses.fields(one):
                assert np.array_equal(getattr(one, field.name), getattr(other, field.name))


def test_rules_decide_on_batches_of_networks_with_unlike_users(network):
    rollout = network.rollout(8)
    rollout.start(spread_seeds(4, 8))
    simulate(rollout, load_policy("random"), network.schema, 60)
    observer = Observer(network.schema, rollout)
    whole = {field: observer.array(field) for field in observer.fields}
    for name in ("strongest-equal", "strongest-proportional", "load-sqrt", "srpt"):
        policy = load_policy(name)
        policy.begin(Network("cellular", network.place.settings, network.schema), seed=1)
        for decide in (policy.decide_frame, policy.decide_slot):
            together = decide(whole)
            for i in range(8):
                alone = decide({field: value[i] for field, value in whole.items()})
                for field, value in alone.items():
                    assert np.array_equal(value, together[field][i]), (name, field)


def test_delays_are_about_those_of_ns3():
    settings = {
        "n_ue": 8,
        "duration_s": 4.0,
        "traffic": {"off_s": 0.0, "rate_hz": 2.0, "size_min_bit": 5e4, "size_max_bit": 3e5},
    }
    network = TwinNetwork.of(settings)
    rollout = network.rollout(32)
    rollout.start(spread_seeds(1, 32))
    predicted = simulate(rollout, load_policy("load-sqrt"), network.schema, 200).delay_s
    real = []
    for seed in (1, 2):
        env = ns3_scenarios.make("cellular", settings)
        policy = load_policy("load-sqrt")
        known = Network("cellular", network.place.settings, network.schema)
        policy.begin(known, seed=1)
        observation, _ = env.reset(seed=seed)
        for _ in play(env, policy, known, observation):
            pass
        tasks = env.take_records()["task"]
        real.append(np.where(np.isnan(tasks["done_s"]), 5.0, tasks["done_s"]) - tasks["created_s"])
        env.close()
    measured = np.concatenate(real)
    assert len(measured) > 80
    assert ks_2samp(measured, predicted).statistic < 0.2
    assert predicted.mean() == pytest.approx(measured.mean(), rel=0.4)
