# SPDX-License-Identifier: MIT
"""Every user's links: how it is received, what its rate is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from py_agent import former_names
from py_agent.radio.busy import ENOUGH_BIT
from py_agent.radio.gauss_markov import GaussMarkov
from py_agent.radio.link_model import LinkReport
from py_agent.radio.lte.belief import LteBelief
from py_agent.radio.lte.channel_map import ChannelMapEstimator
from py_agent.radio.lte.laws import (
    antenna_gain_db,
    curve_rate_bps,
    decoded,
    density_dbm_per_rb,
    formula_sinr_db,
    grant_width_rb,
    log_distance,
    map_rsrp_dbm,
    success,
)
from py_agent.radio.lte.parameters import ChannelMap, LteParameters
from py_agent.radio.lte.rate_curve import RateCorrection, RateCurveLearner
from py_agent.radio.lte.reports import heard, sounded

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]
Users = NDArray[np.intp]

_SOUNDING_SD_DB = 1.0  # of one report of the sounding signal's SINR
_COUNTERS = ("delivered_bit", "to_deliver_bit")


class LteEstimator:
    """The chain of estimators; all arrays are those at each user's last report.

    Args:
        parameters: where to start.
        n_ue: users.
        bs_position_m: ``[n_bs, 2]``.
        online: whether the map and the rate curve go on learning.

    Attributes:
        parameters: in force now.

    Example:
        >>> from py_agent.twin.environment.network import TwinNetwork
        >>> network = TwinNetwork.of({"n_ue": 2, "n_bs": 2})
        >>> estimator = LteEstimator(
        ...     network.parameters.radio, 2, network.place.bs_position_m, online=True
        ... )
        >>> belief = estimator.belief(age_s=np.zeros(2), walked_m=np.zeros(2))
        >>> belief.residual_db.shape  # of nobody a report has come: none is known, all is doubtful
        (2, 2)
    """

    def __init__(
        self, parameters: LteParameters, n_ue: int, bs_position_m: Floats, *, online: bool
    ) -> None:
        channel, uplink = parameters.channel, parameters.uplink
        self.parameters = parameters
        self._bs_position_m = bs_position_m
        self._online = online
        self._map = ChannelMapEstimator(channel, n_ue)
        self._curve = RateCurveLearner(parameters.rate)
        self._residual = GaussMarkov(
            (n_ue, len(bs_position_m)), channel.residual_sd_db, channel.decorrelation_m
        )
        self._sounding = GaussMarkov((n_ue,), uplink.sd_db, uplink.correlation_s)
        self._rates = RateCorrection(parameters.rate, n_ue)
        self._position_m = np.zeros((n_ue, 2))
        self._serving = np.full(n_ue, -1, np.int32)
        self._other_cells_sinr_db = np.full(n_ue, np.nan)
        self._counted = {name: np.zeros(n_ue) for name in _COUNTERS}
        self._mapped: tuple[ChannelMap, Floats] | None = None  # what the map says, while it holds

    def advance(self, by_s: float) -> None:
        """Time passes."""
        self._rates.fade(by_s)

    def observe(self, report: LinkReport) -> None:
        """Take what some users have reported."""
        self._position_m, self._mapped = report.position_m, None
        self._serving = report.latest["serving_bs"].astype(np.int32)
        moved = report.users[report.changed]
        self._sounding.forget(moved)
        self._rates.forget(moved)
        self._take_powers(report)
        self._take_sounding(report)
        self._take_bits(report)

    def refresh(self) -> None:
        """A frame starts: put what has been learned of rates in force."""
        if self._online:
            self.parameters = self.parameters.model_copy(update={"rate": self._curve.curve()})

    def belief(self, age_s: Floats, walked_m: Floats) -> LteBelief:
        """What is believed, so long and so far after users' last reports, ``[n_ue]`` each."""
        everybody = np.arange(len(age_s))
        residual_db, residual_variance = self._residual.ahead(everybody, walked_m)
        sounding_db, sounding_variance = self._sounding.ahead(everybody, age_s)
        return LteBelief(
            parameters=self.parameters,
            bs_position_m=self._bs_position_m,
            residual_db=residual_db,
            residual_sd_db=np.sqrt(residual_variance),
            sinr_correction_db=sounding_db,
            sinr_correction_sd_db=np.sqrt(sounding_variance),
            rate_correction=self._rates.log_factor,
            rate_correction_sd=self._rates.sd,
        )

    def _take_powers(self, report: LinkReport) -> None:
        users, rsrp_dbm = report.users, report.values["rsrp_dbm"]
        measured = np.where(heard(rsrp_dbm), rsrp_dbm, np.nan)
        self._residual.advance(users, report.walked_m)
        located = report.located[users]
        users, measured = users[located], measured[located]
        if self._online:
            place_m = self._position_m[users]
            distance = log_distance(self.parameters, place_m, self._bs_position_m)
            gain_db = antenna_gain_db(self.parameters, place_m, self._bs_position_m)
            before_dbm = self._map_dbm()
            self._map.update(users, distance, measured - gain_db, report.walked_m[located])
            self.parameters = self.parameters.model_copy(
                update={"channel": self._map.channel_map()}
            )
            self._residual.sd = self.parameters.channel.residual_sd_db
            # What is believed of a link does not change because the map does.
            self._residual.mean += before_dbm - self._map_dbm()
        measured = measured - self._map_dbm()[users]
        self._residual.update(users, measured, self.parameters.channel.measurement_sd_db)

    def _take_sounding(self, report: LinkReport) -> None:
        """SINR of the sounding signal; without a cell it means nothing."""
        users = report.users
        bs = self._serving[users]
        self._sounding.advance(users, report.during_s)
        own = np.take_along_axis(self._rsrp_dbm()[users], np.maximum(bs, 0)[:, None], axis=1)[:, 0]
        error_db = self._sounded_db(report) - formula_sinr_db(self.parameters, own, bs)
        self._sounding.update(users, np.where(bs >= 0, error_db, np.nan), _SOUNDING_SD_DB)

    def _sounded_db(self, report: LinkReport) -> Floats:
        """NaN where there is none, or still that of another cell."""
        users, sinr_db = report.users, report.values["sinr_ul_db"]
        self._other_cells_sinr_db[users[report.changed]] = sinr_db[report.changed]
        old = sinr_db == self._other_cells_sinr_db[users]
        self._other_cells_sinr_db[users[~old]] = np.nan
        return np.where(sounded(sinr_db) & ~old, sinr_db, np.nan)

    def _take_bits(self, report: LinkReport) -> None:
        """What users that had enough to send have delivered on how many blocks."""
        users, values = report.users, report.values
        left_bit = np.maximum(values["upload_backlog_bit"] - values["upload_unconfirmed_bit"], 0.0)
        bits = values["delivered_bit"] - self._counted["delivered_bit"][users]
        rb_s = values["rb_used_ul"] * report.during_s
        counts = (report.during_s > 0) & ~report.changed & (self._serving[users] >= 0)
        counts &= (bits >= 0) & (rb_s > 0)
        counts &= (self._counted["to_deliver_bit"][users] >= ENOUGH_BIT) & (left_bit >= ENOUGH_BIT)
        if counts.any():
            passing = self._passing(report.latest["rb_used_ul"].astype(np.float64))
            self._learn_rates(users[counts], bits[counts], rb_s[counts], passing)
        self._count(users, {"delivered_bit": values["delivered_bit"], "to_deliver_bit": left_bit})

    def _learn_rates(self, users: Users, bits: Floats, rb_s: Floats, passing: Floats) -> None:
        sinr_db = self._sinr_db()[users]
        able_rb_s = rb_s * passing[users]
        whole_bps = curve_rate_bps(
            self.parameters, sinr_db, 1 / self.parameters.uplink.bandwidth_rb
        )
        self._rates.update(users, bits, whole_bps * able_rb_s)
        if self._online:
            self._curve.update(sinr_db, bits, able_rb_s)

    def _passing(self, used_rb: Floats) -> Floats:
        """Part of every user's clean rate that gets through, ``[n_ue]``.

        Args:
            used_rb: resource blocks that each user is granted, ``[n_ue]``.
        """
        bs = self._serving
        width_rb = grant_width_rb(self.parameters, used_rb, bs)
        rsrp_dbm = self._rsrp_dbm()
        density = density_dbm_per_rb(self.parameters, rsrp_dbm, bs, width_rb)
        passing = success(self.parameters, density, bs, used_rb, self._sinr_db())
        return passing * decoded(self.parameters, rsrp_dbm, bs)

    def _count(self, users: Users, values: Mapping[str, Floats]) -> None:
        for name, value in values.items():
            there = np.isfinite(value)
            self._counted[name][users[there]] = value[there]

    def _rsrp_dbm(self) -> Floats:
        """Believed received powers, ``[n_ue, n_bs]``."""
        believed: Floats = self._map_dbm() + self._residual.mean
        return believed

    def _sinr_db(self) -> Floats:
        """Believed SINR of the sounding signal, ``[n_ue]``."""
        bs = self._serving
        own = np.take_along_axis(self._rsrp_dbm(), np.maximum(bs, 0)[:, None], axis=1)[:, 0]
        believed: Floats = formula_sinr_db(self.parameters, own, bs) + self._sounding.mean
        return believed

    def _map_dbm(self) -> Floats:
        channel = self.parameters.channel
        if self._mapped is None or self._mapped[0] is not channel:
            map_dbm = map_rsrp_dbm(self.parameters, self._position_m, self._bs_position_m)
            self._mapped = channel, map_dbm
        return self._mapped[1]


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
