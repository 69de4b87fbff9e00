"""The agent of rate control: what it remembers, and what it chooses."""

from __future__ import annotations

import numpy as np
import pytest

import ns3_scenarios
from py_agent.contract import MissingObservation, Network
from py_agent.driver import play
from py_agent.drl.errors import InvalidAgent
from py_agent.drl.flat_agent import FlatAgent
from py_agent.drl.rate_agent import RatePolicy, goodput_mbps
from py_agent.drl.rate_history import FEATURES, N_MCS, Exchange, LinkHistory
from py_agent.policies import load_policy

# IEEE 802.11ax-2021, 27.5: one stream, 20 MHz, 0.8 us.
RATES_MBPS = np.array([8.6, 17.2, 25.8, 34.4, 51.6, 68.8, 77.4, 86.0, 103.2, 114.7, 129.0, 143.4])


def constant(arrives):
    """A network that predicts the same whatever it sees."""
    bias = np.arctanh(2 * np.clip(np.array(arrives), 1e-6, 1 - 1e-6) - 1).astype(np.float32)
    layer = np.zeros((FEATURES, N_MCS), np.float32), bias, "Tanh"
    return FlatAgent([layer], ["ack_snr_db"])


def observed(mcs=5, sent=40, acknowledged=40, snr_db=20.0):
    return {
        "time_s": np.array([1.0]),
        "asks": np.array([1], np.int32),
        "mcs": np.array([mcs], np.int32),
        "sent_mpdus": np.array([sent], np.int32),
        "acknowledged_mpdus": np.array([acknowledged], np.int32),
        "ack_snr_db": np.array([snr_db], np.float32),
        "queue_mpdus": np.array([130], np.int32),
        "mcs_rate_mbps": RATES_MBPS.astype(np.float32),
    }


@pytest.fixture(scope="module")
def network():
    env = ns3_scenarios.make("rate-control")
    yield Network("rate-control", env.settings.model_dump(), env.schema)
    env.close()


def chosen(arrives, network, **seen):
    policy = RatePolicy(constant(arrives))
    policy.begin(network, seed=1)
    decision = policy.decide_slot(observed(**seen))
    assert decision["controller"].tolist() == [0]
    return int(decision["next_mcs"][0])


def test_the_mcs_with_most_expected_throughput_is_chosen(network):
    assert chosen([1.0] * 12, network) == 11
    assert chosen([1.0] * 6 + [0.4] * 6, network) == 5
    assert chosen([1.0] * 6 + [0.4] * 5 + [0.6], network) == 11


def test_a_missed_block_acknowledgement_is_asked_for_at_the_most_robust_mcs(network):
    assert chosen([1.0] * 12, network, acknowledged=0, snr_db=-100.0) == 0
    assert chosen([1.0] * 12, network, sent=0, acknowledged=0, snr_db=-100.0) == 0
    # A frame that went alone is sent again.
    assert chosen([1.0] * 12, network, sent=1, acknowledged=0, snr_db=-100.0) == 11
    # Nothing has been sent before the first frame.
    assert chosen([1.0] * 12, network, mcs=-1, sent=0, acknowledged=0, snr_db=-100.0) == 11


def test_time_that_goes_with_a_frame_counts_more_for_short_ones():
    full = goodput_mbps(RATES_MBPS, 130)
    alone = goodput_mbps(RATES_MBPS, 1)
    assert (np.diff(full) > 0).all()
    # 1544 byte at 143.4 Mbit/s are 86 us, beside 200 us.
    assert alone[-1] == pytest.approx(8 * 1544 / (86.1 + 200), rel=0.01)
    assert full[-1] > 0.85 * RATES_MBPS[-1]


def test_a_history_forgets():
    history = LinkHistory(8.6)
    assert not history.features().any()
    history.add(Exchange(1.0, 7, 40, 20, 30.0))
    soon = history.features()
    outcomes = slice(6 * 6 + 6, 6 * 6 + 6 + N_MCS)
    assert soon[outcomes][7] == pytest.approx(0.5 / 1.3)
    history.add(Exchange(3.0, 3, 40, 40, 10.0))
    later = history.features()
    assert later[outcomes][7] < 0.001
    assert later[outcomes][3] == pytest.approx(1 / 1.3, rel=0.01)
    assert later[6 * 6] == pytest.approx(10 / 40, rel=0.01)


def test_another_network_is_refused():
    layer = np.zeros((3, N_MCS), np.float32), np.zeros(N_MCS, np.float32), "Tanh"
    with pytest.raises(InvalidAgent, match="from 3 numbers to 12"):
        RatePolicy(FlatAgent([layer], ["ack_snr_db"]))


def test_another_scenario_is_refused(cellular):
    env = cellular(n_ue=2, n_bs=2)
    of_lte = Network("cellular", env.settings.model_dump(), env.schema)
    with pytest.raises(MissingObservation, match="controller"):
        load_policy("rate-agent").begin(of_lte, seed=1)


def test_it_delivers_more_than_minstrel_ht_where_the_channel_fades():
    def delivered_mbit(name):
        settings = {"duration_s": 2.0, "distance_m": 15.0, "fading": {"speed_mps": 1.4}}
        env = ns3_scenarios.make("rate-control", settings)
        network = Network("rate-control", env.settings.model_dump(), env.schema)
        policy = load_policy(name)
        policy.begin(network, seed=9100)
        observation, _ = env.reset(seed=9100)
        total = sum(slot.reward for slot in play(env, policy, network, observation))
        env.close()
        return total

    assert delivered_mbit("rate-agent") > 1.1 * delivered_mbit("minstrel-ht")
