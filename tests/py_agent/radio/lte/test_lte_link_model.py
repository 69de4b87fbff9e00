# SPDX-License-Identifier: MIT
"""What LTE's plug-in tells policies, of observations made by hand."""

import numpy as np
import pytest

import ns3_scenarios
from ns3_bridge import LocalHost
from py_agent.policies import Network
from py_agent.radio.errors import UnknownRadio
from py_agent.radio.link_model import candidates, link_model_of, load_radio, strongest
from py_agent.radio.lte.reports import NOT_HEARD_DBM, NOT_SOUNDED_DB


@pytest.fixture(scope="module")
def network():
    host = LocalHost(ns3_scenarios.program("cellular"), {"n_ue": 2, "n_bs": 2})
    return Network("cellular", host.settings.model_dump(), host.schema)


@pytest.fixture
def observation():
    return {
        "rsrp_dbm": np.array([[-100.0, -107.0], [-140.0, -90.0]], np.float32),
        "sinr_ul_db": np.array([10.0, -30.0], np.float32),
        "serving_bs": np.array([0, 1], np.int32),
        "rb_used_ul": np.array([5.0, 0.0], np.float32),
    }


def test_the_rate_by_hand(network, observation):
    # Path loss 18.23 − (−100) = 118.23 dB; noise −174 + 5 + 66.53 = −102.47 dBm;
    # SINR 23 − 118.23 + 102.47 − 3 = 4.24 dB. ns-3's link adaptation takes 7.42 dB off:
    # 0.6 · 4.5 MHz · log2(1 + 10^(−0.318)) = 1.53 Mbit/s, between knots slightly more.
    rate_bps = link_model_of(network).rate_bps(observation)
    assert rate_bps[0, 0] == pytest.approx(1.53e6, rel=0.05)
    assert rate_bps[1, 0] < 1e5  # where it hears nothing
    assert rate_bps[0, 1] < rate_bps[0, 0] < rate_bps[1, 1]


def test_a_sounded_link_is_believed_more_than_its_received_power(network, observation):
    link = link_model_of(network)
    rate_bps = link.serving_rate_bps(observation)
    # 0.6 · 4.5 MHz · log2(1 + 10^0.258) = 4.02 Mbit/s at 10 dB
    assert rate_bps[0] == pytest.approx(4.02e6, rel=0.05)
    assert rate_bps[1] == link.rate_bps(observation)[1, 1]  # has not been sounded yet


def test_a_grant_is_part_of_the_band(network, observation):
    assert link_model_of(network).granted(observation) == pytest.approx([0.2, 0.0])


def test_stations_are_candidates_within_the_window(network, observation):
    strength_db = link_model_of(network).strength_db(observation)
    assert strongest(strength_db).tolist() == [0, 1]
    assert candidates(strength_db, 6.0).tolist() == [[True, False], [False, True]]
    assert candidates(strength_db, 7.0).tolist() == [[True, True], [False, True]]


def test_what_stands_for_nothing_is_what_the_scenario_declares(network):
    fields = {field.name: field for field in network.schema.observations}
    assert fields["rsrp_dbm"].missing == NOT_HEARD_DBM
    assert fields["sinr_ul_db"].missing == NOT_SOUNDED_DB


@pytest.mark.parametrize(
    ("name", "message"), [("let", "did you mean lte"), ("", "declares no radio")]
)
def test_a_radio_that_nobody_knows_is_named(name, message):
    with pytest.raises(UnknownRadio, match=message):
        load_radio(name)
