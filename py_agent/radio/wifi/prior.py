# SPDX-License-Identifier: MIT
"""What a scenario's settings say of Wi-Fi links before anything has been measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.radio.path_loss import PATH_LOSS
from py_agent.radio.wifi.parameters import Association, RateCurve, SnrMap, WifiParameters

_THERMAL_DBM_PER_HZ = -174.0
NOT_HEARD_DBM = -82.0  # ns3::ThresholdPreambleDetectionModel::MinimumRssi
NO_SNR_DB = -20.0  # what stands for an access point that is not heard
NO_RSSI_DBM = -110.0
_UE_HEIGHT_M = 1.5
_CENTRE_GHZ = {"2.4": 2.437, "5": 5.5, "6": 6.5}
_BEACON_INTERVAL_S = 0.1024  # ns3::ApWifiMac::BeaconInterval
_MIXTURE_SD_DB = 5.0  # line of sight, here and there, adds to the shadowing

# Measured on ns-3 by the SNR of the access point's receiver: one station, 802.11ax, 20 MHz, one
# stream, A-MPDUs of 12,000 bytes, uploads without end.
_UPLINK_SNR_DB = (12.0, 14.0, 19.0, 23.0, 27.0, 31.5, 33.5, 35.0, 37.0)
_BPS_PER_HZ = (1.37, 1.62, 2.11, 2.59, 3.2, 3.2, 3.49, 3.64, 3.7)


def noise_power_dbm(radio: Mapping[str, Any]) -> float:
    """Of a receiver over the width of the channel, by the settings ``radio``."""
    width_hz = radio["width_mhz"] * 1e6
    return float(_THERMAL_DBM_PER_HZ + 10 * np.log10(width_hz) + radio["noise_figure_db"])


def channel_of_bs(settings: Mapping[str, Any]) -> NDArray[np.int64]:
    """Number of each access point's channel from 0, by all settings of `wifi`, ``[n_bs]``."""
    n_bs = settings["n_bs"]
    n_channels = settings["radio"].get("channels", 0) or n_bs  # older runs have no such setting
    channels: NDArray[np.int64] = np.arange(n_bs) % n_channels
    return channels


def prior(settings: Mapping[str, Any]) -> WifiParameters:
    """Link budget and rates of `wifi` by its settings, nothing measured.

    Path loss is that without line of sight; calibration finds the mixture.

    Args:
        settings: all settings of the scenario, nested.

    Raises:
        KeyError: they are not those of such a network.
    """
    radio, layout = settings["radio"], settings["layout"]
    loss = PATH_LOSS[settings["channel"]["environment"]]
    width_hz = radio["width_mhz"] * 1e6
    noise_dbm = noise_power_dbm(radio)
    # What is observed is the SNR at the station; access points send with another power.
    over_uplink_db = radio["ap_power_dbm"] - radio["station_power_dbm"]
    beacon_db = float(NOT_HEARD_DBM - noise_dbm)
    heard_db = beacon_db + max(over_uplink_db, 0.0)
    at_1m_dbm = radio["ap_power_dbm"] - loss.at_1m_db(_CENTRE_GHZ[radio["band_ghz"]])
    return WifiParameters(
        snr=SnrMap(
            at_1m_db=(float(at_1m_dbm - noise_dbm),) * settings["n_bs"],
            exponent=loss.per_decade_db / 10,
            residual_sd_db=loss.sd_db + _MIXTURE_SD_DB,
            decorrelation_m=loss.decorrelation_m,
            height_m=layout["bs_height_m"] - _UE_HEIGHT_M,
            heard_db=heard_db,
            beacon_db=beacon_db,
        ),
        rate=RateCurve(
            snr_db=tuple(snr_db + over_uplink_db for snr_db in _UPLINK_SNR_DB),
            bps_per_hz=_BPS_PER_HZ,
            width_hz=width_hz,
        ).cut_off(heard_db),
        association=Association(patience_s=radio["missed_beacons"] * _BEACON_INTERVAL_S),
    )
