# SPDX-License-Identifier: MIT
"""A twin's belief of Wi-Fi links, from reports of SNR."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Observation
from py_agent.radio.gauss_markov import GaussMarkov
from py_agent.radio.link_model import LinkReport
from py_agent.radio.wifi.laws import failure_probability, map_snr_db
from py_agent.radio.wifi.parameters import WifiParameters
from py_agent.radio.wifi.prior import NO_SNR_DB

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]

_MEASUREMENT_SD_DB = 0.1  # reports are values of the channel's model


class WifiEstimator:
    """Follows the residual of every link over what the map says.

    Args:
        parameters: constants.
        n_ue: stations.
        bs_position_m: ``[n_bs, 2]``.

    Example:
        >>> from py_agent.twin.environment.network import TwinNetwork
        >>> network = TwinNetwork.of({"n_ue": 2, "n_bs": 3}, scenario="wifi")
        >>> places_m = np.array([[0.0, 0.0], [50.0, 0.0], [0.0, 50.0]])
        >>> estimator = WifiEstimator(network.parameters.radio, 2, places_m)
        >>> belief = estimator.belief(np.zeros(2), np.zeros(2))
        >>> belief.strength_db(np.array([[0.0, 0.0], [50.0, 0.0]])).argmax(axis=1)
        array([0, 1])
    """

    def __init__(self, parameters: WifiParameters, n_ue: int, bs_position_m: Floats) -> None:
        self.parameters = parameters
        self._bs_position_m = bs_position_m
        self._residual = GaussMarkov(
            (n_ue, len(bs_position_m)),
            parameters.snr.residual_sd_db,
            parameters.snr.decorrelation_m,
        )

    def advance(self, by_s: float) -> None:
        """Time passes: links change with the walk alone."""

    def observe(self, report: LinkReport) -> None:
        """Take what some users have reported; an access point that is not heard tells little."""
        self._residual.advance(report.users, report.walked_m)
        located = report.located[report.users]
        users = report.users[located]
        snr_db = report.values["snr_db"][located]
        heard = snr_db > NO_SNR_DB
        expected_db = map_snr_db(self.parameters.snr, report.position_m, self._bs_position_m)[users]
        measured = np.where(heard, snr_db - expected_db, np.nan)
        self._residual.update(users, measured, _MEASUREMENT_SD_DB)

    def refresh(self) -> None:
        """Nothing is learned slowly."""

    def belief(self, age_s: Floats, walked_m: Floats) -> WifiBelief:
        """What is believed, so far after users' last reports, ``[n_ue]`` each."""
        everybody = np.arange(len(age_s))
        mean, variance = self._residual.ahead(everybody, walked_m)
        return WifiBelief(self.parameters, self._bs_position_m, mean, np.sqrt(variance))


@dataclasses.dataclass(frozen=True)
class WifiBelief:
    """The belief of `WifiEstimator`, extrapolated to one moment.

    Attributes:
        parameters: in force.
        bs_position_m: ``[n_bs, 2]``.
        residual_db: SNR over what the map says, ``[n_ue, n_bs]``.
        residual_sd_db: ``[n_ue, n_bs]``.

    Example:
        >>> from py_agent.twin.environment.network import TwinNetwork
        >>> network = TwinNetwork.of({"n_ue": 2, "n_bs": 3}, scenario="wifi")
        >>> estimator = WifiEstimator(network.parameters.radio, 2, np.zeros((3, 2)))
        >>> estimator.belief(np.zeros(2), np.zeros(2)).residual_db.shape
        (2, 3)
    """

    parameters: WifiParameters
    bs_position_m: Floats
    residual_db: Floats
    residual_sd_db: Floats

    def uncertain(self) -> Mapping[str, tuple[Floats, Floats]]:
        """The residuals."""
        return {"residual_db": (self.residual_db, self.residual_sd_db)}

    def strength_db(self, position_m: Floats) -> Floats:
        """Expected SNR, ``[n_ue, n_bs]``."""
        expected: Floats = self._map_db(position_m) + self.residual_db
        return expected

    def strength_ahead_db(
        self, position_m: Floats, position_sd_m: Floats, walked_m: Floats
    ) -> tuple[Floats, Floats]:
        """The same and its standard deviation after a walk, ``[n_ue, n_bs]`` each."""
        snr = self.parameters.snr
        kept = np.exp(-walked_m / snr.decorrelation_m)[:, None]
        flat_m = np.linalg.norm(position_m[:, None] - self.bs_position_m, axis=2)
        slope_db_per_m = 4.343 * snr.exponent / np.hypot(flat_m, max(snr.height_m, 1.0))
        variance = (
            (kept * self.residual_sd_db) ** 2
            + (1 - kept**2) * snr.residual_sd_db**2
            + (slope_db_per_m * position_sd_m[:, None]) ** 2
        )
        return self._map_db(position_m) + kept * self.residual_db, np.sqrt(variance)

    def rate_ahead_bps(self, position_m: Floats, walked_m: Floats) -> Floats:
        """Rate of users alone at each access point after a walk, ``[n_ue, n_bs]``."""
        expected_db, _ = self.strength_ahead_db(position_m, np.zeros(len(position_m)), walked_m)
        return self.parameters.rate.rate_bps(expected_db)

    def serving_rate_bps(
        self, position_m: Floats, serving_bs: Integers, latest: Observation
    ) -> tuple[Floats, Floats]:
        """Rate of users alone on their channel, and the sd of its logarithm, ``[n_ue]`` each."""
        strength_db = self.strength_db(position_m)
        own = np.maximum(serving_bs, 0)[:, None]
        own_db = np.take_along_axis(strength_db, own, axis=1)[:, 0]
        rate = self.parameters.rate
        return rate.rate_bps(own_db), np.full(len(own_db), rate.relative_sd)

    def failure(self, position_m: Floats, serving_bs: Integers) -> Floats:
        """Probability that a re-association to each access point fails, ``[n_ue, n_bs]``."""
        return failure_probability(self.parameters, self.strength_db(position_m))

    def _map_db(self, position_m: Floats) -> Floats:
        return map_snr_db(self.parameters.snr, position_m, self.bs_position_m)
