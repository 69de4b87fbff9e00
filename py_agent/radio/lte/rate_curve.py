# SPDX-License-Identifier: MIT
"""Learns how many bits a resource block carries at which SINR, and for whom the curve is wrong."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from py_agent.radio.lte.parameters import RateCurve

Floats = NDArray[np.float64]

_PRIOR_RB_S = 2.0  # a knot's prior counts like so many resource blocks times seconds
_PRIOR_BIT = 2e4  # a user's curve counts like so many bits
_PACKET_BIT = 11_008.0  # a packet arrives as a whole: 1,376 bytes


class RateCurveLearner:
    """Weighted means of bits per resource block around the knots, made not to fall.

    A slot's bits and blocks go to the two nearest knots as linear interpolation weighs them; the
    curve at a knot is bits over blocks, made monotone by pooling neighbours that fall
    (isotonic regression; Barlow and Brunk 1972).

    Args:
        prior: where to start.
        prior_rb_s: how much it counts.

    Example:
        >>> prior = RateCurve(sinr_db=(0.0, 10.0), bps_per_rb=(1e5, 3e5))
        >>> learner = RateCurveLearner(prior)
        >>> learner.update(np.array([10.0]), bits=np.array([8e6]), rb_s=np.array([20.0]))
        >>> learner.curve().bps_per_rb[0] == 1e5, learner.curve().bps_per_rb[1] > 3e5
        (True, True)
    """

    def __init__(self, prior: RateCurve, prior_rb_s: float = _PRIOR_RB_S) -> None:
        self._prior = prior
        self._knots = np.asarray(prior.sinr_db)
        self._weight = np.full(len(self._knots), prior_rb_s)
        self._bits = self._weight * np.asarray(prior.bps_per_rb)

    def update(self, sinr_db: Floats, bits: Floats, rb_s: Floats) -> None:
        """Learn from slots.

        Args:
            sinr_db: of the sounding signal, ``[n]``.
            bits: delivered, ``[n]``.
            rb_s: resource blocks times seconds that could carry, i.e. times `success`, ``[n]``.
        """
        knots = self._knots
        at = np.clip(sinr_db, knots[0], knots[-1])
        low = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
        part = (at - knots[low]) / (knots[low + 1] - knots[low])
        for index, share in ((low, 1 - part), (low + 1, part)):
            np.add.at(self._bits, index, share * bits)
            np.add.at(self._weight, index, share * rb_s)

    def curve(self) -> RateCurve:
        """The curve in force."""
        level = isotonic_regression(self._bits / self._weight, weights=self._weight)
        return self._prior.model_copy(update={"bps_per_rb": tuple(level.x.tolist())})


class RateCorrection:
    """By which factor each user's rate is better or worse than the curve and `success` say.

    Bits that came over bits that were predicted, both fading with ``correction_correlation_s``,
    with 20 kbit of both beforehand.

    Args:
        curve: with the constants.
        n_ue: users.

    Example:
        >>> curve = RateCurve(sinr_db=(0.0, 10.0), bps_per_rb=(1e5, 3e5))
        >>> correction = RateCorrection(curve, n_ue=2)
        >>> correction.update(np.array([0]), bits=np.array([2e5]), predicted_bit=np.array([1e5]))
        >>> factor = np.exp(correction.log_factor)
        >>> bool(1.5 < factor[0] < 2.0), float(factor[1])
        (True, 1.0)
    """

    def __init__(self, curve: RateCurve, n_ue: int) -> None:
        self._curve = curve
        self._observed = np.zeros(n_ue)
        self._predicted = np.zeros(n_ue)

    def update(self, users: NDArray[np.intp], bits: Floats, predicted_bit: Floats) -> None:
        """Bits of users since their last report, and what was predicted, ``[n]`` each."""
        self._observed[users] += bits
        self._predicted[users] += predicted_bit

    def fade(self, by_s: float) -> None:
        """Time passes for all."""
        rho = np.exp(-by_s / self._curve.correction_correlation_s)
        self._observed *= rho
        self._predicted *= rho

    def forget(self, users: NDArray[np.intp]) -> None:
        """Nothing is known any more of these users, e.g. in a new cell."""
        self._observed[users] = self._predicted[users] = 0.0

    @property
    def log_factor(self) -> Floats:
        """Logarithm of the factor, ``[n_ue]``."""
        factor: Floats = np.log((self._observed + _PRIOR_BIT) / (self._predicted + _PRIOR_BIT))
        return factor

    @property
    def sd(self) -> Floats:
        """Standard deviation of the logarithm, ``[n_ue]``; a packet more or less counts, too."""
        known = self._predicted / (self._predicted + _PRIOR_BIT)
        packet = _PACKET_BIT / (self._observed + _PRIOR_BIT) / np.sqrt(12)
        variance = (1 - known) * self._curve.correction_sd**2 + (known * packet) ** 2
        deviation: Floats = np.sqrt(variance)
        return deviation
