# SPDX-License-Identifier: MIT
"""What a scenario's settings say of LTE's links before anything has been measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from py_agent.radio.lte.parameters import (
    ChannelMap,
    ControlChannel,
    LteParameters,
    RateCurve,
    UplinkSinr,
)
from py_agent.radio.path_loss import PATH_LOSS

SUBCARRIERS_PER_RB = 12  # TS 36.211, 6.2.3
_RB_HZ = 180e3
_SUBCARRIER_HZ = 15e3
_THERMAL_DBM_PER_HZ = -174.0
_FIRST_AZIMUTH_DEG = 30.0
_RISE_DB = 3.0
SHANNON_GAP_DB = 7.42  # -ln(5 BER)/1.5 at 5e-5, Piro et al. 2010: link adaptation of ns-3
_MAC_EFFICIENCY = 0.6
_MAX_EFFICIENCY_BPS_PER_HZ = 5.5547  # 64-QAM at the highest code rate, TS 36.213 Table 7.2.3-1


def prior(settings: Mapping[str, Any]) -> LteParameters:
    """Link budgets and tables of `cellular` by its settings, nothing measured.

    Path loss is that without line of sight; calibration finds the mixture.

    Args:
        settings: all settings of the scenario, nested.

    Raises:
        KeyError: they are not those of such a network.
    """
    n_bs, radio, layout = settings["n_bs"], settings["radio"], settings["layout"]
    loss = PATH_LOSS[settings["channel"]["environment"]]
    loss_at_1m_db = loss.at_1m_db(radio["downlink_mhz"] / 1e3)
    reference_dbm = radio["bs_power_dbm"] - 10 * np.log10(
        SUBCARRIERS_PER_RB * radio["bandwidth_rb"]
    )
    noise_dbm = (
        _THERMAL_DBM_PER_HZ
        + 10 * np.log10(radio["bandwidth_rb"] * _RB_HZ)
        + radio["bs_noise_figure_db"]
    )
    return LteParameters(
        channel=ChannelMap(
            intercept_dbm=(float(reference_dbm - loss_at_1m_db),) * n_bs,
            exponent=(loss.per_decade_db / 10,) * n_bs,
            residual_sd_db=loss.sd_db + 3,  # line of sight, here and there, adds to the shadowing
            decorrelation_m=loss.decorrelation_m,
            bs_height_m=layout["bs_height_m"],
            azimuth_deg=_azimuth_deg(layout["sectors"], n_bs),
            sector_gain_dbi=layout["sector_gain_dbi"],
            sector_downtilt_deg=layout["sector_downtilt_deg"],
        ),
        uplink=UplinkSinr(
            reference_power_dbm=float(reference_dbm),
            max_power_dbm=radio["ue_power_dbm"],
            noise_dbm=float(noise_dbm),
            bandwidth_rb=radio["bandwidth_rb"],
            interference_rise_db=(_RISE_DB,) * n_bs,
        ),
        rate=_rate_curve(),
        control=ControlChannel(
            noise_dbm=_THERMAL_DBM_PER_HZ
            + 10 * float(np.log10(_SUBCARRIER_HZ))
            + radio["ue_noise_figure_db"]
        ),
    )


def _azimuth_deg(sectors: int, n_bs: int) -> tuple[float, ...]:
    """As the scenario turns its antennas: the cells of a site are neighbours in the list."""
    if sectors == 1:
        return ()
    return tuple(_FIRST_AZIMUTH_DEG + 360 * (bs % sectors) / sectors for bs in range(n_bs))


def _rate_curve() -> RateCurve:
    """Shannon's bound less the gap of ns-3's link adaptation, cut at 64-QAM."""
    sinr_db = np.arange(-10.0, 36.0, 3.0)
    efficiency = np.log2(1 + 10 ** ((sinr_db - SHANNON_GAP_DB) / 10))
    bps = _MAC_EFFICIENCY * _RB_HZ * np.minimum(efficiency, _MAX_EFFICIENCY_BPS_PER_HZ)
    return RateCurve(sinr_db=tuple(sinr_db.tolist()), bps_per_rb=tuple(bps.tolist()))
