# SPDX-License-Identifier: MIT
"""A first guess of the uplink rate from downlink measurements."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_RB_HZ = 180e3  # 3GPP TS 36.211, 6.2.3
_SUBCARRIERS_PER_RB = 12
_THERMAL_DBM_PER_HZ = -174.0
_INTERFERENCE_RISE_DB = 3.0
_MAC_EFFICIENCY = 0.6
_MAX_EFFICIENCY_BPS_PER_HZ = 5.5  # 64-QAM at the highest code rate, TS 36.213 Table 7.2.3-1


@dataclasses.dataclass(frozen=True)
class LinkBudget:
    """Powers and bandwidth of a cell.

    Attributes:
        bandwidth_rb: resource blocks.
        bs_power_dbm: transmit power of a base station.
        ue_power_dbm: transmit power of a user.
        bs_noise_figure_db: of a base station's receiver.
    """

    bandwidth_rb: int
    bs_power_dbm: float
    ue_power_dbm: float
    bs_noise_figure_db: float = 5.0

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> LinkBudget:
        """Take the numbers from the settings of the cellular scenario."""
        radio = settings["radio"]
        return cls(**{field.name: radio[field.name] for field in dataclasses.fields(cls)})

    def uplink_rate_bps(self, rsrp_dbm: NDArray[Any]) -> NDArray[np.float64]:
        """Rate of a user that has the whole uplink band, at full power (Shannon, shortened).

        Path loss follows from the downlink: the power of one subcarrier minus the RSRP.

        Args:
            rsrp_dbm: ``[..., n_ue, n_bs]``.

        Returns:
            ``[..., n_ue, n_bs]``, positive.
        """
        bandwidth_hz = self.bandwidth_rb * _RB_HZ
        subcarrier_dbm = self.bs_power_dbm - 10 * np.log10(_SUBCARRIERS_PER_RB * self.bandwidth_rb)
        path_loss_db = subcarrier_dbm - rsrp_dbm.astype(np.float64)
        noise_dbm = _THERMAL_DBM_PER_HZ + self.bs_noise_figure_db + 10 * np.log10(bandwidth_hz)
        sinr_db = self.ue_power_dbm - path_loss_db - noise_dbm - _INTERFERENCE_RISE_DB
        efficiency = np.minimum(np.log2(1 + 10 ** (sinr_db / 10)), _MAX_EFFICIENCY_BPS_PER_HZ)
        rate_bps: NDArray[np.float64] = _MAC_EFFICIENCY * bandwidth_hz * efficiency
        return rate_bps
