# SPDX-License-Identifier: MIT
"""Every user's links: where it is, how it is received, what its rate is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.twin.estimation.channel_map import ChannelMapEstimator
from py_agent.twin.estimation.gauss_markov import GaussMarkov
from py_agent.twin.estimation.motion import MotionFilter
from py_agent.twin.estimation.rate_curve import RateCorrection, RateCurveLearner
from py_agent.twin.model.parameters import ChannelMap, TwinParameters
from py_agent.twin.model.radio_model import (
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

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]
Users = NDArray[np.intp]

_NOT_HEARD_DBM = -139.9
_SOUNDING_SD_DB = 1.0  # of one report of the sounding signal's SINR


class RadioState:
    """The chain of radio estimators; all arrays are those at each user's last report.

    Args:
        parameters: where to start.
        n_ue: users.
        bs_position_m: ``[n_bs, 2]``.
        online: whether the map and the rate curve go on learning.

    Attributes:
        motion: positions and velocities.
        residual: RSRP over the map, ``[n_ue, n_bs]``.
        sounding: SINR of the sounding signal over the formula, ``[n_ue]``.
        rates: rate over the curve, ``[n_ue]``.
        parameters: in force now.
    """

    def __init__(
        self, parameters: TwinParameters, n_ue: int, bs_position_m: Floats, *, online: bool
    ) -> None:
        channel, uplink = parameters.channel, parameters.uplink
        self.parameters = parameters
        self._bs_position_m = bs_position_m
        self._online = online
        self.motion = MotionFilter(parameters.mobility, n_ue)
        self._map = ChannelMapEstimator(channel, n_ue)
        self._curve = RateCurveLearner(parameters.rate)
        self.residual = GaussMarkov(
            (n_ue, len(bs_position_m)), channel.residual_sd_db, channel.decorrelation_m
        )
        self.sounding = GaussMarkov((n_ue,), uplink.sd_db, uplink.correlation_s)
        self.rates = RateCorrection(parameters.rate, n_ue)
        self._serving = np.full(n_ue, -1, np.int32)
        self._mapped: tuple[ChannelMap, Floats] | None = None  # what the map says, while it holds

    def locate(
        self, users: Users, during_s: Floats, position_m: Floats, velocity_mps: Floats
    ) -> Floats:
        """Take reports of places; return what users have walked since their last ones, ``[n]``."""
        self._mapped = None
        before_m = self.motion.position_m[users]
        known = self.motion.known[users]
        self.motion.advance(users, during_s)
        self.motion.update(users, position_m, velocity_mps)
        walked_m = np.linalg.norm(self.motion.position_m[users] - before_m, axis=1)
        return np.where(known, walked_m, 0.0)

    def hear(self, users: Users, walked_m: Floats, rsrp_dbm: Floats) -> None:
        """Take reports of received powers, ``[n, n_bs]``; NaN or -140: not heard."""
        measured = np.where(rsrp_dbm > _NOT_HEARD_DBM, rsrp_dbm, np.nan)
        self.residual.advance(users, walked_m)
        located = self.motion.known[users]
        users, measured = users[located], measured[located]
        if self._online:
            place_m = self.motion.position_m[users]
            distance = log_distance(self.parameters, place_m, self._bs_position_m)
            gain_db = antenna_gain_db(self.parameters, place_m, self._bs_position_m)
            before_dbm = self._map_dbm()
            self._map.update(users, distance, measured - gain_db, walked_m[located])
            self.parameters = self.parameters.model_copy(
                update={"channel": self._map.channel_map()}
            )
            self.residual.sd = self.parameters.channel.residual_sd_db
            # What is believed of a link does not change because the map does.
            self.residual.mean += before_dbm - self._map_dbm()
        measured = measured - self._map_dbm()[users]
        self.residual.update(users, measured, self.parameters.channel.measurement_sd_db)

    def sound(self, users: Users, during_s: Floats, sinr_db: Floats, bs: Integers) -> None:
        """Take reports of the sounding signal, ``[n]`` each; without a cell they mean nothing."""
        self.sounding.advance(users, during_s)
        own = np.take_along_axis(self.rsrp_dbm()[users], np.maximum(bs, 0)[:, None], axis=1)[:, 0]
        error_db = sinr_db - formula_sinr_db(self.parameters, own, bs)
        self.sounding.update(users, np.where(bs >= 0, error_db, np.nan), _SOUNDING_SD_DB)

    def change_cell(self, users: Users) -> None:
        """These users are served by another cell than before."""
        self.sounding.forget(users)
        self.rates.forget(users)

    def carried(self, users: Users, bits: Floats, rb_s: Floats, success_now: Floats) -> None:
        """Take what users that had enough to send have delivered.

        Args:
            users: ``[n]``.
            bits: delivered since the last report, ``[n]``.
            rb_s: resource blocks times seconds granted meanwhile, ``[n]``.
            success_now: of `success`, ``[n_ue]``.
        """
        sinr_db = self.sinr_db(self._serving)[users]
        able_rb_s = rb_s * success_now[users]
        whole_bps = curve_rate_bps(
            self.parameters, sinr_db, 1 / self.parameters.uplink.bandwidth_rb
        )
        self.rates.update(users, bits, whole_bps * able_rb_s)
        if self._online:
            self._curve.update(sinr_db, bits, able_rb_s)

    def refresh_curve(self) -> None:
        """Put what has been learned of rates in force; called once in a while."""
        if self._online:
            self.parameters = self.parameters.model_copy(update={"rate": self._curve.curve()})

    def serve(self, bs: Integers) -> None:
        """Serving base stations of all users, ``[n_ue]``; -1: none."""
        self._serving = bs

    def success(self, used_rb: Floats) -> Floats:
        """Part of every user's clean rate that gets through, ``[n_ue]``.

        Args:
            used_rb: resource blocks that each user is granted, ``[n_ue]``.
        """
        bs = self._serving
        width_rb = grant_width_rb(self.parameters, used_rb, bs)
        rsrp_dbm = self.rsrp_dbm()
        density = density_dbm_per_rb(self.parameters, rsrp_dbm, bs, width_rb)
        passing = success(self.parameters, density, bs, used_rb, self.sinr_db(bs))
        return passing * decoded(self.parameters, rsrp_dbm, bs)

    def rsrp_dbm(self) -> Floats:
        """Believed received powers, ``[n_ue, n_bs]``."""
        believed: Floats = self._map_dbm() + self.residual.mean
        return believed

    def sinr_db(self, bs: Integers) -> Floats:
        """Believed SINR of the sounding signal, ``[n_ue]``."""
        own = np.take_along_axis(self.rsrp_dbm(), np.maximum(bs, 0)[:, None], axis=1)[:, 0]
        believed: Floats = formula_sinr_db(self.parameters, own, bs) + self.sounding.mean
        return believed

    def map_sd_db(self, position_m: Floats) -> Floats:
        """Standard deviation of the map at places, ``[n_ue, n_bs]``."""
        return self._map.sd_db(log_distance(self.parameters, position_m, self._bs_position_m))

    def _map_dbm(self) -> Floats:
        channel = self.parameters.channel
        if self._mapped is None or self._mapped[0] is not channel:
            said = map_rsrp_dbm(self.parameters, self.motion.position_m, self._bs_position_m)
            self._mapped = channel, said
        return self._mapped[1]
