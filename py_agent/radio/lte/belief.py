# SPDX-License-Identifier: MIT
"""What is believed of LTE's links at one moment, and what follows from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Observation
from py_agent.radio.lte.laws import (
    curve_rate_bps,
    decoded,
    density_dbm_per_rb,
    failure_probability,
    formula_sinr_db,
    grant_width_rb,
    map_rsrp_dbm,
    success,
)
from py_agent.radio.lte.parameters import LteParameters

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]

SLOWEST_BPS = 1e4


@dataclasses.dataclass(frozen=True)
class LteBelief:
    """The belief of `LteEstimator`, extrapolated to one moment.

    Attributes:
        parameters: in force.
        bs_position_m: ``[n_bs, 2]``.
        residual_db: RSRP over what the map says, ``[n_ue, n_bs]``.
        residual_sd_db: ``[n_ue, n_bs]``.
        sinr_correction_db: uplink SINR over what `UplinkSinr` says, ``[n_ue]``; fades with
            ``uplink.correlation_s``.
        sinr_correction_sd_db: ``[n_ue]``.
        rate_correction: logarithm of a user's rate over what `RateCurve` says, ``[n_ue]``; fades
            with ``rate.correction_correlation_s``.
        rate_correction_sd: ``[n_ue]``.

    Example:
        >>> from py_agent.twin.environment.network import TwinNetwork
        >>> network = TwinNetwork.of({"n_ue": 2, "n_bs": 2})
        >>> parameters, bs_m = network.parameters.radio, network.place.bs_position_m
        >>> link, user = np.zeros((2, 2)), np.zeros(2)
        >>> belief = LteBelief(parameters, bs_m, link, link, user, user, user, user)
        >>> strength_db = belief.strength_db(bs_m)  # each user below a station of its own
        >>> bool(strength_db[0, 0] > strength_db[0, 1])
        True
    """

    parameters: LteParameters
    bs_position_m: Floats
    residual_db: Floats
    residual_sd_db: Floats
    sinr_correction_db: Floats
    sinr_correction_sd_db: Floats
    rate_correction: Floats
    rate_correction_sd: Floats

    def uncertain(self) -> Mapping[str, tuple[Floats, Floats]]:
        """Residuals and corrections, mean and standard deviation of each."""
        return {
            "residual_db": (self.residual_db, self.residual_sd_db),
            "sinr_correction_db": (self.sinr_correction_db, self.sinr_correction_sd_db),
            "rate_correction": (self.rate_correction, self.rate_correction_sd),
        }

    def map_dbm(self, position_m: Floats) -> Floats:
        """RSRP by the channel map alone, ``[n_ue, n_bs]``."""
        return map_rsrp_dbm(self.parameters, position_m, self.bs_position_m)

    def strength_db(self, position_m: Floats) -> Floats:
        """Expected RSRP in dBm, ``[n_ue, n_bs]``."""
        expected: Floats = self.map_dbm(position_m) + self.residual_db
        return expected

    def strength_ahead_db(
        self, position_m: Floats, position_sd_m: Floats, walked_m: Floats
    ) -> tuple[Floats, Floats]:
        """Expected RSRP after a walk and its standard deviation, ``[n_ue, n_bs]`` each.

        The residual fades over the walk, what it leaves open is the map's spread. Not knowing the
        place costs what the path loss changes over its standard deviation.
        """
        channel = self.parameters.channel
        kept = self._kept(walked_m)
        flat_m = np.linalg.norm(position_m[:, None] - self.bs_position_m, axis=2)
        height_m = channel.bs_height_m - channel.ue_height_m
        slope_db_per_m = 4.343 * np.asarray(channel.exponent) / np.hypot(flat_m, max(height_m, 1.0))
        variance = (
            (kept * self.residual_sd_db) ** 2
            + (1 - kept**2) * channel.residual_sd_db**2
            + (slope_db_per_m * position_sd_m[:, None]) ** 2
        )
        return self.map_dbm(position_m) + kept * self.residual_db, np.sqrt(variance)

    def rate_ahead_bps(self, position_m: Floats, walked_m: Floats) -> Floats:
        """Rate of users alone in each cell after a walk, ``[n_ue, n_bs]``."""
        rsrp_dbm = self.map_dbm(position_m) + self._kept(walked_m) * self.residual_db
        cells = np.broadcast_to(np.arange(rsrp_dbm.shape[-1], dtype=np.int32), rsrp_dbm.shape)
        sinr_db = formula_sinr_db(self.parameters, rsrp_dbm, cells)
        return np.maximum(curve_rate_bps(self.parameters, sinr_db, 1.0), SLOWEST_BPS)

    def serving_rate_bps(
        self, position_m: Floats, serving_bs: Integers, latest: Observation
    ) -> tuple[Floats, Floats]:
        """Rate by the whole band, and the sd of its logarithm, ``[n_ue]`` each.

        With the interference of whoever has been granted blocks in the last slot.
        """
        parameters = self.parameters
        rsrp_dbm = self.strength_db(position_m)
        own_dbm = np.take_along_axis(rsrp_dbm, np.maximum(serving_bs, 0)[:, None], axis=1)[:, 0]
        sinr_db = formula_sinr_db(parameters, own_dbm, serving_bs) + self.sinr_correction_db
        used_rb = latest["rb_used_ul"].astype(np.float64)
        width_rb = grant_width_rb(parameters, used_rb, serving_bs)
        density = density_dbm_per_rb(parameters, rsrp_dbm, serving_bs, width_rb)
        passing = success(parameters, density, serving_bs, used_rb, sinr_db)
        passing = passing * decoded(parameters, rsrp_dbm, serving_bs)
        band_rb = parameters.uplink.bandwidth_rb
        clean_bps = band_rb * curve_rate_bps(parameters, sinr_db, 1 / band_rb)
        rate_bps: Floats = clean_bps * passing * np.exp(self.rate_correction)
        return rate_bps, np.hypot(self.rate_correction_sd, parameters.rate.relative_sd)

    def failure(self, position_m: Floats, serving_bs: Integers) -> Floats:
        """Probability that a handover to each cell fails, ``[n_ue, n_bs]``."""
        rsrp_dbm = self.strength_db(position_m)
        own_dbm = np.take_along_axis(rsrp_dbm, np.maximum(serving_bs, 0)[:, None], axis=1)
        return failure_probability(self.parameters.failure, own_dbm - rsrp_dbm)

    def _kept(self, walked_m: Floats) -> Floats:
        """What a walk leaves of the residual, ``[n_ue, 1]``."""
        kept: Floats = np.exp(-walked_m[:, None] / self.parameters.channel.decorrelation_m)
        return kept
