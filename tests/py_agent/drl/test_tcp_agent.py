"""Policies that set the windows of TCP flows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ns3_scenarios
from py_agent.contract import MissingObservation, Network
from py_agent.driver import play
from py_agent.drl.errors import InvalidAgent
from py_agent.drl.flat_agent import FlatAgent
from py_agent.drl.tcp_agent import FastTcp, TcpAgent, asking
from py_agent.drl.tcp_features import FIELDS, N_ACTIONS, N_FEATURES, FlowFeatures, next_windows
from py_agent.policies import load_policy

JUDGED = sorted((Path(__file__).parents[3] / "examples" / "tcp").glob("*.yaml"))


def seen(**fields):
    given = {"rtt_s": 0.05, "min_rtt_s": 0.04, "delivery_rate_mbps": 5.0, "loss_share": 0.0}
    given |= {"cwnd_packets": 20.0, "inflight_packets": 18.0, "asks": 2, **fields}
    shape = np.broadcast_shapes(*(np.shape(value) for value in given.values()), (1,))
    return {name: np.broadcast_to(np.asarray(v), shape) for name, v in given.items()}


def test_features_of_a_flow_depend_on_its_own_past_alone():
    features = FlowFeatures(2)
    first = features.of(seen(rtt_s=[0.05, 0.08]), np.array([0, 1]))
    again = features.of(seen(rtt_s=[0.05, 0.04]), np.array([0]))
    assert first.shape == (2, N_FEATURES)
    assert first.dtype == np.float32
    assert again[0, 1] == 0  # its round trip has not changed
    alone = FlowFeatures(1)
    alone.of(seen(), np.array([0]))
    assert again[0] == pytest.approx(alone.of(seen(), np.array([0]))[0], abs=1e-6)


def test_features_stay_finite_where_nothing_arrives():
    features = FlowFeatures(1)
    observation = seen(delivery_rate_mbps=0.0, loss_share=1.0, cwnd_packets=1.0)
    assert np.isfinite(features.of(observation, np.array([0]))).all()


def test_windows_grow_until_what_is_decided_waits_and_double_at_most():
    flow = np.array([0])
    middle, most = np.zeros((1, N_ACTIONS)), np.ones((1, N_ACTIONS))
    assert next_windows(seen(), flow, middle)[0] == pytest.approx(20)  # 4 of 20 packets wait
    assert next_windows(seen(cwnd_packets=5.0), flow, most)[0] == 10
    assert next_windows(seen(cwnd_packets=1.0, rtt_s=4.0), flow, -most)[0] == 2


def test_a_flow_keeps_its_window_until_a_round_trip_is_measured():
    observation = seen(asks=[1, 2, 2, 0], rtt_s=[0, 0, 0.05, 0.05], cwnd_packets=[0, 9, 9, 9])
    assert asking(observation).tolist() == [2]


@pytest.mark.parametrize("name", ["fast-tcp", "tcp-agent"])
def test_it_keeps_the_queue_short_and_the_link_full(name):
    settings = {"duration_s": 5, "bottleneck": {"rate_mbps": 8, "buffer_bdp": 3}}
    totals, rtts_s = [], []
    for policy in (load_policy(name), load_policy("cubic")):
        env = ns3_scenarios.make("tcp", settings)
        network = Network("tcp", env.settings.model_dump(), env.schema)
        policy.begin(network, seed=1)
        observation, _ = env.reset(seed=1)
        slots = list(play(env, policy, network, observation))
        env.close()
        totals.append(sum(slot.reward for slot in slots))
        rtts_s.append(np.mean([slot.after["rtt_s"] for slot in slots[len(slots) // 2 :]]))
    assert totals[0] > 0.5 * totals[1]  # both are negative
    assert rtts_s[0] < 0.055 < rtts_s[1]


def test_the_agent_that_ships_is_small():
    assert TcpAgent.file.stat().st_size < 200_000


def test_a_file_for_something_else_is_refused(tmp_path):
    file = tmp_path / "other.npz"
    FlatAgent([(np.zeros((3, 2), np.float32), np.zeros(2, np.float32), "Tanh")], FIELDS).save(file)
    with pytest.raises(InvalidAgent, match="observes 3 numbers and decides 2"):
        TcpAgent(file)


def test_other_scenarios_are_refused():
    env = ns3_scenarios.make("cellular", {"n_ue": 2, "n_bs": 2})
    network = Network("cellular", env.settings.model_dump(), env.schema)
    with pytest.raises(MissingObservation, match="which cellular does not observe"):
        FastTcp().begin(network, seed=1)
    env.close()


@pytest.mark.parametrize("file", JUDGED, ids=lambda file: file.stem)
def test_the_settings_in_which_agents_are_judged_are_those_of_the_scenario(file):
    from py_agent.experiment.networks import make_scenario
    from py_agent.experiment.run_settings import load_run_settings

    run = load_run_settings(file, {}, [])
    make_scenario(run).close()
    assert run.settings["duration_s"] == 20
