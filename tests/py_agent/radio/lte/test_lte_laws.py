# SPDX-License-Identifier: MIT
"""The formulas of LTE under the prior of the scenario's settings."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import ns3_scenarios
from ns3_bridge import LocalHost
from py_agent.radio.lte.laws import (
    curve_rate_bps,
    density_dbm_per_rb,
    failure_probability,
    formula_sinr_db,
    success,
)
from py_agent.radio.lte.parameters import FailureLaw
from py_agent.radio.lte.prior import prior as prior_of


@pytest.fixture(scope="module")
def prior():
    host = LocalHost(ns3_scenarios.program("cellular"), {"n_bs": 4})
    return prior_of(host.settings.model_dump())


def test_the_prior_is_the_link_budget_of_the_settings(prior):
    # 23 dBm over 25 RB; 43 dBm over 300 subcarriers; noise of 4.5 MHz and 5 dB.
    assert prior.n_bs == 4
    rsrp_dbm = np.array([-105.0])
    path_loss_db = 43 - 10 * np.log10(300) + 105
    expected_db = 23 - path_loss_db - (-174 + 10 * np.log10(4.5e6) + 5) - 3
    assert formula_sinr_db(prior, rsrp_dbm, np.array([0])) == pytest.approx([expected_db])


def test_threads_may_ask_at_once(prior):
    rsrp_dbm, bs = np.array([-105.0]), np.array([0])
    expected_db = formula_sinr_db(prior, rsrp_dbm, bs)

    def ask(thread):
        constants = [prior.model_copy() for _ in range(1000)]
        return [formula_sinr_db(ours, rsrp_dbm, bs) for ours in constants]

    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            found_db = [one for of_thread in pool.map(ask, range(4)) for one in of_thread]
    finally:
        sys.setswitchinterval(interval_s)
    np.testing.assert_array_equal(found_db, np.broadcast_to(expected_db, (4000, 1)))


def test_power_control_holds_strong_users_at_the_wanted_power(prior):
    wanted_db = -80 + 10 * np.log10(25) - prior.uplink.noise_dbm - 3
    sinr_db = formula_sinr_db(prior, np.array([-30.0, -40.0]), np.array([0, 1]))
    assert sinr_db == pytest.approx([wanted_db] * 2)


def test_a_rate_is_in_proportion_to_the_share(prior):
    whole = curve_rate_bps(prior, np.array([10.0]), 1.0)
    assert curve_rate_bps(prior, np.array([10.0]), 0.25) == pytest.approx(whole / 4)


def test_handovers_fail_by_half_at_the_margin_and_never_less_than_the_floor():
    law = FailureLaw(floor=0.1, margin_db=6.0, slope_db=2.0)
    chance = failure_probability(law, np.array([-1e3, 6.0, 1e3]))
    assert chance == pytest.approx([0.1, 0.55, 1.0])


def densities(prior, rsrp_dbm, bs):
    return density_dbm_per_rb(prior, np.array(rsrp_dbm), np.array(bs), np.full(len(bs), 25.0))


def test_idle_neighbours_disturb_nobody(prior):
    density = densities(prior, [[-90.0, -100, -120, -120], [-100.0, -90, -120, -120]], [0, 1])
    alone = success(prior, density, np.array([0, 1]), np.array([25.0, 0.0]), np.array([5.0, 5.0]))
    assert alone[0] == 1.0


def test_a_busy_neighbour_takes_the_rate_of_an_mcs_that_did_not_allow_for_it(prior):
    # Heard as loud as the wanted user: 0 dB where 15 dB were promised.
    density = densities(prior, [[-90.0, -100, -120, -120], [-90.0, -90, -120, -120]], [0, 1])
    used_rb = np.array([25.0, 25.0])
    bs = np.array([0, 1])
    assert success(prior, density, bs, used_rb, np.array([15.0, 15.0]))[0] < 0.01
    # A robust MCS gets through, half the band is half the damage.
    assert success(prior, density, bs, used_rb, np.array([-5.0, 15.0]))[0] > 0.99
    half = success(prior, density, bs, np.array([25.0, 12.5]), np.array([15.0, 15.0]))[0]
    assert half == pytest.approx(0.5, abs=0.01)
