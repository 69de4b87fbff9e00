# SPDX-License-Identifier: MIT
"""Constants of Wi-Fi's links, each in the unit of its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pydantic
from numpy.typing import NDArray

from py_agent.radio.parameters import (
    Decibel,
    Deviation,
    NotNegative,
    Part,
    Positive,
    RadioParameters,
    Share,
)

Floats = NDArray[np.float64]


class SnrMap(Part):
    """``SNR = at_1m − 10 exponent log10(d) + residual`` in dB, d in m from antenna to antenna.

    Attributes:
        at_1m_db: one per access point, ``[n_bs]``.
        exponent: of the path loss.
        residual_sd_db: spread of the residual over places: shadowing and line of sight.
        decorrelation_m: walk after which its correlation has fallen to 1/e.
        height_m: of access points over stations.
        heard_db: SNR below which one of the two does not hear the other: nothing arrives.
        beacon_db: SNR below which the station does not hear the access point.
    """

    at_1m_db: tuple[Decibel, ...]
    exponent: Positive
    residual_sd_db: Deviation
    decorrelation_m: Positive
    height_m: NotNegative
    heard_db: Decibel
    beacon_db: Decibel


class RateCurve(Part):
    """Delivered bits of a station alone on its channel by SNR, linear between knots.

    With preambles, contention with nobody, acknowledgements of MAC and transfers. Stations that
    send at once share the channel: each has its rate for its part of the airtime.

    Attributes:
        snr_db: knots, rising, ``[n_knots]``.
        bps_per_hz: delivered bits per second over the channel's width, ``[n_knots]``.
        width_hz: of the channel.
        relative_sd: standard deviation of the logarithm of a rate around the curve.

    Example:
        >>> curve = RateCurve(snr_db=(10, 20), bps_per_hz=(1, 2), width_hz=20e6)
        >>> curve.rate_bps(np.array([5.0, 15.0, 30.0]))
        array([20000000., 30000000., 40000000.])
    """

    snr_db: tuple[Decibel, ...]
    bps_per_hz: tuple[NotNegative, ...]
    width_hz: Positive
    relative_sd: Deviation = 0.2

    @pydantic.model_validator(mode="after")
    def _knots_rise(self) -> RateCurve:
        if len(self.snr_db) != len(self.bps_per_hz) or len(self.snr_db) < 2:
            raise ValueError("snr_db and bps_per_hz must have the same length, 2 at least")
        if any(b <= a for a, b in zip(self.snr_db, self.snr_db[1:], strict=False)):
            raise ValueError("snr_db must rise")
        return self

    def rate_bps(self, snr_db: NDArray[Any]) -> Floats:
        """Of a station alone, of any shape."""
        efficiency = np.interp(snr_db, self.snr_db, self.bps_per_hz)
        rate: Floats = np.maximum(self.width_hz * efficiency, _SLOWEST_BPS)
        return rate

    def cut_off(self, heard_db: float) -> RateCurve:
        """The same, and nothing below an SNR."""
        kept = [
            (snr_db, bps)
            for snr_db, bps in zip(self.snr_db, self.bps_per_hz, strict=True)
            if snr_db > heard_db
        ]
        at_edge = float(np.interp(heard_db, self.snr_db, self.bps_per_hz))
        knots = [(heard_db - _EDGE_DB, 0.0), (heard_db, at_edge), *kept]
        snr_db, bps_per_hz = zip(*knots, strict=True)
        return self.model_copy(update={"snr_db": snr_db, "bps_per_hz": bps_per_hz})


class Association(Part):
    """What a re-association costs.

    Attributes:
        failure: probability that an access point that is heard well does not answer.
        patience_s: time without a beacon after which a station takes its access point for lost.
        lost_s: mean time from then on until it has one again; rollouts take this.
        lost_sd_s: its standard deviation.
    """

    failure: Share = 0.02
    patience_s: NotNegative = 1.0
    lost_s: Positive = 0.1
    lost_sd_s: NotNegative = 0.05


class WifiParameters(RadioParameters):
    """All of them.

    Example:
        >>> from py_agent.twin.environment.network import TwinNetwork
        >>> network = TwinNetwork.of({"n_ue": 2, "n_bs": 3}, scenario="wifi")
        >>> network.parameters.radio.name, network.parameters.radio.n_bs
        ('wifi', 3)
    """

    name: Literal["wifi"] = "wifi"
    snr: SnrMap
    rate: RateCurve
    association: Association = Association()

    @property
    def n_bs(self) -> int:
        """Access points."""
        return len(self.snr.at_1m_db)

    @property
    def least_failure(self) -> float:
        """Probability that a re-association with the best of targets fails."""
        return self.association.failure

    @property
    def lost_link_s(self) -> tuple[float, float]:
        """Time until a station that has lost its access point has one again: mean and sd."""
        return self.association.lost_s, self.association.lost_sd_s

    def described(self) -> Sequence[tuple[str, str]]:
        """The most telling constants and their values."""
        fastest_bps = max(self.rate.bps_per_hz) * self.rate.width_hz
        return (
            ("path-loss exponent", f"{self.snr.exponent:.2f}"),
            ("spread of SNR", f"{self.snr.residual_sd_db:.1f} dB"),
            ("decorrelation distance", f"{self.snr.decorrelation_m:.0f} m"),
            ("fastest upload", f"{fastest_bps / 1e6:.1f} Mbit/s"),
        )


_SLOWEST_BPS = 1e4
_EDGE_DB = 0.1  # over which a rate falls to nothing
