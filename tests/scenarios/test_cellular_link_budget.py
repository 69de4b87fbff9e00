"""What users and base stations receive, against link budgets computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ns3_bridge import InvalidSetting

STANDING = {"speed_min_mps": 0.01, "speed_max_mps": 0.01}
NO_SHADOWING = {"shadowing": False}
N_RB = 25
THERMAL_DBM_PER_HZ = -174.0
SUBCARRIER_DBM = 43 - 10 * np.log10(12 * N_RB)


def db(ratio):
    return 10 * np.log10(ratio)


def linear(decibel):
    return 10 ** (np.asarray(decibel, np.float64) / 10)


def uplink_power_dbm(path_loss_db):
    # Open loop, TS 36.213 5.1.3.1 with ns-3's P0 = -80 dBm and full compensation, over all blocks.
    return np.minimum(23, -80 + db(N_RB) + path_loss_db)


def uplink_path_loss_db(downlink_db, downlink_mhz, uplink_mhz):
    # TR 38.901 Table 7.4.1-1: UMa within the break point distance goes with 20 log10(f).
    return downlink_db - 20 * np.log10(downlink_mhz / uplink_mhz)


def test_sinr_without_interference_is_that_of_the_link_budget(cellular):
    env = cellular(n_ue=6, n_bs=1, mobility=STANDING, channel=NO_SHADOWING)
    observation = env.reset(seed=1)[0]
    path_loss_db = SUBCARRIER_DBM - observation["rsrp_dbm"][:, 0]
    noise_dbm = THERMAL_DBM_PER_HZ + db(N_RB * 180e3)
    downlink_db = 43 - path_loss_db - (noise_dbm + 9)
    assert observation["sinr_dl_db"] == pytest.approx(downlink_db, abs=0.05)
    uplink_loss_db = uplink_path_loss_db(path_loss_db, 2120, 1930)
    uplink_db = uplink_power_dbm(path_loss_db) - uplink_loss_db - (noise_dbm + 5)
    assert observation["sinr_ul_db"] == pytest.approx(uplink_db, abs=0.05)


def test_noise_figures_count(cellular):
    def sinr(radio):
        env = cellular(n_ue=3, n_bs=1, mobility=STANDING, radio=radio)
        observation = env.reset(seed=1)[0]
        return observation["sinr_dl_db"], observation["sinr_ul_db"]

    usual, noisy = sinr({}), sinr({"ue_noise_figure_db": 12, "bs_noise_figure_db": 10})
    assert usual[0] - noisy[0] == pytest.approx(3, abs=0.01)
    assert usual[1] - noisy[1] == pytest.approx(5, abs=0.01)


def test_a_loaded_neighbour_costs_what_its_signal_weighs(cellular):
    # Control channels interfere in every subframe; SINR from them, rather than from the rare data.
    env = cellular(
        n_ue=2,
        n_bs=2,
        mobility=STANDING,
        channel=NO_SHADOWING,
        layout={"site_distance_m": 200},
        ns3_attributes={"ns3::LteHelper::UsePdschForCqiGeneration": "false"},
    )
    checked = 0
    for seed in range(1, 9):
        observation = env.reset(seed=seed)[0]
        serving = observation["serving_bs"]
        received = linear(observation["rsrp_dbm"])
        noise = linear(THERMAL_DBM_PER_HZ + db(15e3) + 9)
        wanted = received[[0, 1], serving]
        all_cells = received.sum(axis=1)
        assert observation["sinr_dl_db"] == pytest.approx(
            db(wanted / (all_cells - wanted + noise)), abs=0.05
        )
        # TS 36.214 5.1.3, as ns-3 has it: two reference subcarriers of a block count as RSSI.
        rsrq_db = db(received / (2 * (all_cells + noise))[:, None])
        heard = observation["rsrq_db"] > -34
        assert observation["rsrq_db"][heard] == pytest.approx(rsrq_db[heard], abs=0.05)

        # In the uplink the two users sound at once, each in its own cell.
        if serving[0] == serving[1] or (observation["rsrp_dbm"] <= -140).any():
            continue
        path_loss_db = SUBCARRIER_DBM - observation["rsrp_dbm"]
        power_dbm = uplink_power_dbm(path_loss_db[[0, 1], serving])
        at_bs = linear(power_dbm[:, None] - uplink_path_loss_db(path_loss_db, 2120, 1930))
        noise = linear(THERMAL_DBM_PER_HZ + db(N_RB * 180e3) + 5)
        own, other = at_bs[[0, 1], serving], at_bs[[1, 0], serving]
        assert observation["sinr_ul_db"] == pytest.approx(db(own / (other + noise)), abs=0.1)
        assert (other > noise / 10).any()
        checked += 1
    assert checked >= 2


@pytest.mark.parametrize(
    ("downlink_mhz", "uplink_mhz"), [(806.0, 847.0), (1842.5, 1747.5), (2655.0, 2535.0)]
)
def test_path_loss_follows_the_carrier(cellular, downlink_mhz, uplink_mhz):
    # Carriers of the bands 20, 3 and 7. In line of sight, within the break point distance.
    def observe(mhz):
        env = cellular(
            n_ue=2,
            n_bs=1,
            mobility=STANDING,
            channel=NO_SHADOWING,
            layout={"site_distance_m": 20},
            radio={"downlink_mhz": mhz},
        )
        return env.reset(seed=1)[0]

    here, usual = observe(downlink_mhz), observe(2120)
    gain_db = 20 * np.log10(2120 / downlink_mhz)
    assert here["rsrp_dbm"] - usual["rsrp_dbm"] == pytest.approx(gain_db, abs=0.01)
    # Power control makes up for the downlink's path loss, not for the uplink's.
    uplink_gain_db = 20 * np.log10(downlink_mhz / uplink_mhz) - 20 * np.log10(2120 / 1930)
    assert here["sinr_ul_db"] - usual["sinr_ul_db"] == pytest.approx(uplink_gain_db, abs=0.01)


@pytest.mark.parametrize("downlink_mhz", [2300, 2111, 2120.05, 2999])
def test_a_carrier_outside_the_bands_is_refused(cellular, downlink_mhz):
    message = rf"radio\.downlink_mhz = {downlink_mhz:g}.*5 MHz lies in one of .*2110–2170"
    with pytest.raises(InvalidSetting, match=message):
        cellular(radio={"downlink_mhz": downlink_mhz})
