# SPDX-License-Identifier: MIT
"""Learns path-loss exponent and intercept of every base station from received powers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.radio.lte.parameters import ChannelMap

Floats = NDArray[np.float64]

_INTERCEPT_SD_DB = 15.0  # of the prior, at the typical distance
_EXPONENT_SD = 0.7
_TYPICAL_LOG_DISTANCE = 2.4  # 250 m
_EXPONENT_RANGE = (1.5, 6.0)


class ChannelMapEstimator:
    """Recursive least squares of ``RSRP = a − 10·b·(log10(d) − 2.4)``, per base station.

    In information form: ``Λ ← Λ + w x xᵀ/σ²``, ``y ← y + w x z/σ²``, θ = Λ⁻¹ y. Residuals of one
    walk are correlated (Gudmundson 1991), so a report weighs ``w = 1 − exp(−2Δ/decorrelation)``
    with the walk Δ since the user's last one: who stands still teaches nothing new.

    Args:
        prior: where to start.
        n_ue: users.

    Example:
        >>> prior = ChannelMap(intercept_dbm=(-30.0,), exponent=(3.5,))
        >>> learner = ChannelMapEstimator(prior, n_ue=1)
        >>> log_distance = np.array([[2.4]])
        >>> expected_dbm = -30 - 35 * log_distance
        >>> for _ in range(20):  # it hears 10 dB less than expected, at places far from each other
        ...     learner.update(np.array([0]), log_distance, expected_dbm - 10, np.array([500.0]))
        >>> learner.channel_map().intercept_dbm[0] < -35
        True
    """

    def __init__(self, prior: ChannelMap, n_ue: int) -> None:
        self._prior = prior
        exponent = np.asarray(prior.exponent)
        at_typical = np.asarray(prior.intercept_dbm) - 10 * exponent * _TYPICAL_LOG_DISTANCE
        theta = np.stack([at_typical, exponent], axis=-1)
        precision = np.diag([1 / _INTERCEPT_SD_DB**2, 1 / _EXPONENT_SD**2])
        n_bs = len(exponent)
        self._information = np.tile(precision, (n_bs, 1, 1))
        self._vector = np.einsum("bij,bj->bi", self._information, theta)
        # Half a dozen independent residuals' worth of belief in the prior's spread.
        self._square_sum = 6 * prior.residual_sd_db**2
        self._square_weight = 6.0
        self._seen = np.zeros((n_ue, n_bs), bool)

    def update(
        self, users: NDArray[np.intp], log_distance: Floats, rsrp_dbm: Floats, walked_m: Floats
    ) -> None:
        """Learn from reports.

        Args:
            users: ``[n]``, each once.
            log_distance: log10 of the 3D distance, ``[n, n_bs]``.
            rsrp_dbm: less the antennas' gain, ``[n, n_bs]``; NaN: not heard.
            walked_m: since the user's last report, ``[n]``.
        """
        heard = np.isfinite(rsrp_dbm)
        fresh = 1 - np.exp(-2 * walked_m / self._prior.decorrelation_m)
        weight = np.where(self._seen[users], fresh[:, None], 1.0) * heard  # [n, n_bs]
        self._seen[users] |= heard
        x = np.stack([np.ones_like(log_distance), -10 * (log_distance - _TYPICAL_LOG_DISTANCE)], -1)
        z = np.where(heard, rsrp_dbm, 0.0)
        scaled = weight / self.residual_sd_db**2
        self._information += np.einsum("nb,nbi,nbj->bij", scaled, x, x)
        self._vector += np.einsum("nb,nbi,nb->bi", scaled, x, z)
        # Against the map that has learned from them: the first ones would blame a wrong prior.
        squares = (z - np.einsum("nbi,bi->nb", x, self._theta())) ** 2
        self._square_sum += float((weight * squares).sum())
        self._square_weight += float(weight.sum())

    @property
    def residual_sd_db(self) -> float:
        """Spread around the map, learned with it."""
        return float(np.sqrt(self._square_sum / self._square_weight))

    def sd_db(self, log_distance: Floats) -> Floats:
        """Standard deviation of the map itself, ``[..., n_bs]``."""
        x = np.stack([np.ones_like(log_distance), -10 * (log_distance - _TYPICAL_LOG_DISTANCE)], -1)
        covariance = np.linalg.inv(self._information)
        variance: Floats = np.einsum("...bi,bij,...bj->...b", x, covariance, x)
        return np.sqrt(variance)

    def channel_map(self) -> ChannelMap:
        """The map in force."""
        theta = self._theta()
        exponent = np.clip(theta[:, 1], *_EXPONENT_RANGE)
        intercept_dbm = theta[:, 0] + 10 * exponent * _TYPICAL_LOG_DISTANCE
        return self._prior.model_copy(
            update={
                "intercept_dbm": tuple(intercept_dbm.tolist()),
                "exponent": tuple(exponent.tolist()),
                "residual_sd_db": self.residual_sd_db,
            }
        )

    def _theta(self) -> Floats:
        theta: Floats = np.linalg.solve(self._information, self._vector[..., None])[..., 0]
        return theta
