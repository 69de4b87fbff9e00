"""The model that the agent of TCP flows learns in, beside ns-3."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import ns3_scenarios
from py_agent.contract import Network
from py_agent.driver import play
from py_agent.drl.tcp_agent import FastTcp
from py_agent.drl.tcp_features import N_ACTIONS, N_FEATURES

sys.path.insert(0, str(Path(__file__).parents[3] / "examples" / "tcp"))
from fluid_model import MOST_FLOWS, PACKET_BIT, FluidModel, Networks

RATE_BPS, RTT_S = 8e6, 0.06


def model_of(n_flows, **changes):
    def draw(count, generator):
        drawn = Networks.draw(count, generator)
        fixed = {
            **{"n_flows": n_flows, "packets_per_s": RATE_BPS / PACKET_BIT, "rtt_s": RTT_S},
            **{"buffer_packets": 120, "loss_rate": 0, "cross_share": 0, "starts_s": 0, **changes},
        }
        for name, value in fixed.items():
            getattr(drawn, name)[:] = value
        return drawn

    return FluidModel(1, seed=1, draw=draw)


def settled(model, decided, steps=100):
    """Features of the first flow and utility: means when nothing changes any more."""
    seen = [model.step(decided)[:2] for _ in range(steps)][steps // 2 :]
    return np.mean([f[0] for f, _ in seen], axis=0), float(np.mean([u for _, u in seen]))


@pytest.mark.parametrize("n_flows", [1, 2])
def test_round_trips_under_fast_tcp_are_those_of_ns3(n_flows):
    features, _ = settled(model_of(n_flows), np.zeros((MOST_FLOWS, N_ACTIONS)))
    settings = {"n_flows": n_flows, "duration_s": 5, "path": {"rtt_s": RTT_S}}
    settings |= {"flows": {"start_spread_s": 0.1}, "bottleneck": {"rate_mbps": RATE_BPS / 1e6}}
    env = ns3_scenarios.make("tcp", settings)
    network = Network("tcp", env.settings.model_dump(), env.schema)
    policy = FastTcp()
    policy.begin(network, seed=1)
    observation, _ = env.reset(seed=1)
    seen = [slot.after for slot in play(env, policy, network, observation)]
    env.close()
    later = seen[len(seen) // 2 :]
    least_s = np.mean([o["min_rtt_s"] for o in later])
    in_ns3 = np.log(np.mean([o["rtt_s"] for o in later]) / least_s)
    assert features[0] == pytest.approx(in_ns3, abs=0.04)
    assert in_ns3 > 0.02


def test_what_does_not_fit_into_the_buffer_is_lost():
    most = np.ones((MOST_FLOWS, N_ACTIONS))
    features, utility = settled(model_of(2, buffer_packets=5), most)
    assert features[2] > 1  # ten times the lost share
    assert utility < settled(model_of(2), -0.3 * most)[1]


def test_features_are_finite_and_utilities_at_most_those_of_a_link_without_a_queue():
    model = FluidModel(32, seed=2)
    generator = np.random.default_rng(1)
    for _ in range(60):
        decided = generator.uniform(-1, 1, (32 * MOST_FLOWS, N_ACTIONS))
        features, utility, _ = model.step(decided)
        assert features.shape == (32 * MOST_FLOWS, N_FEATURES)
        assert np.isfinite(features).all()
        assert utility.max() < 0.05
