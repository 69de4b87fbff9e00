# SPDX-License-Identifier: MIT
"""The constants of LTE's models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import pydantic

from py_agent.radio.parameters import (
    Decibel,
    Deviation,
    Finite,
    NotNegative,
    Part,
    Positive,
    RadioParameters,
    Share,
)


class ChannelMap(Part):
    """Received power over the plane: ``RSRP = intercept + gain − 10·exponent·log10(d) + residual``.

    d is the 3D distance in metres, at least 1. The gain is the antenna's of a sector, with φ from
    its main direction and θ below the horizon (TR 36.814, Table A.2.1.1-2)::

        gain = sector_gain − min(A_H + A_V, 25 dB)
        A_H = min(12 (φ/70°)², 25 dB), A_V = min(12 ((θ − downtilt)/10°)², 20 dB)

    The residual (shadowing, line of sight) of a link is a Gauss-Markov process in the distance that
    the user walks: ``ρ = exp(−Δ/decorrelation_m)`` (Gudmundson 1991; TR 38.901, 7.4.4).

    Attributes:
        intercept_dbm: RSRP at 1 m, ``[n_bs]``.
        exponent: ``[n_bs]``.
        residual_sd_db: stationary standard deviation of the residual, one for all links.
        decorrelation_m: walk over which its correlation falls to 1/e.
        measurement_sd_db: of one RSRP report.
        bs_height_m: antennas above the users' ground, for d.
        ue_height_m: the same of users.
        azimuth_deg: antennas' main directions from the x axis, ``[n_bs]``; empty: no sectors.
        sector_gain_dbi: of a sector's antenna in its main direction.
        sector_downtilt_deg: main direction below the horizon.
    """

    intercept_dbm: tuple[Decibel, ...]
    exponent: tuple[Positive, ...]
    residual_sd_db: Deviation = 8.0
    decorrelation_m: Positive = 50.0
    measurement_sd_db: Deviation = 0.5
    bs_height_m: NotNegative = 25.0
    ue_height_m: NotNegative = 1.5
    azimuth_deg: tuple[Finite, ...] = ()
    sector_gain_dbi: Decibel = 14.0
    sector_downtilt_deg: Finite = 15.0


class UplinkSinr(Part):
    """SINR of the uplink's sounding signal (SRS), which chooses the MCS, from received power.

    Full path-loss compensation, cut at full power. Sounding signals of other cells' users collide
    with it, always the same ones between two handovers; data do not (TS 36.211, 5.5.3).

    ``PL = reference_power − RSRP``; ``P = min(max_power, p0 + 10 log10(band) + PL)`` dBm over the
    whole band (TS 36.213, 5.1.1.1 with α = 1), and
    ``SINR = P − PL − noise − interference_rise + offset + correction``, at most `ceiling_db`.

    Attributes:
        reference_power_dbm: a base station's power per subcarrier (TS 36.214, 5.1.1).
        max_power_dbm: a user's.
        p0_dbm: wanted received power per resource block.
        noise_dbm: of a base station over the whole band, noise figure included.
        bandwidth_rb: resource blocks of the band.
        interference_rise_db: of colliding sounding signals and noise over noise, by cell,
            ``[n_bs]``.
        offset_db: what the formula misses, the same for everybody.
        sd_db: of a user's correction, which covers what both terms above leave open.
        correlation_s: time over which a correction's correlation falls to 1/e.
        ceiling_db: largest SINR.
    """

    reference_power_dbm: Decibel
    max_power_dbm: Decibel
    p0_dbm: Decibel = -80.0
    noise_dbm: Decibel
    bandwidth_rb: Annotated[int, pydantic.Field(gt=0)]
    interference_rise_db: tuple[Annotated[float, pydantic.Field(ge=0, le=300)], ...]
    offset_db: Decibel = 0.0
    sd_db: Deviation = 4.0
    correlation_s: Positive = 2.0
    ceiling_db: Decibel = 60.0


class RateKnots(Part):
    """Delivered bits by SINR, linear between knots and constant beyond; with headers, repetitions.

    Attributes:
        sinr_db: knots, rising, ``[n_knots]``.
        bps_per_rb: delivered bits per second and resource block, not falling, ``[n_knots]``.
    """

    sinr_db: tuple[Decibel, ...]
    bps_per_rb: tuple[NotNegative, ...]

    @pydantic.model_validator(mode="after")
    def _knots_rise(self) -> RateKnots:
        if len(self.sinr_db) != len(self.bps_per_rb) or len(self.sinr_db) < 2:
            raise ValueError("sinr_db and bps_per_rb must have the same length, 2 at least")
        pairs = list(zip(self.sinr_db, self.sinr_db[1:], strict=False))
        if any(b <= a for a, b in pairs):
            raise ValueError("sinr_db must rise")
        if any(b < a for a, b in zip(self.bps_per_rb, self.bps_per_rb[1:], strict=False)):
            raise ValueError("bps_per_rb must not fall")
        return self


class RateCurve(RateKnots):
    """Application rate of a user by the SINR of its sounding signal.

    ``rate = share · bandwidth_rb · bps_per_rb(SINR) · success · exp(correction)``; `success` is
    what the interference of other cells leaves, see `DataInterference`.

    Attributes:
        relative_sd: standard deviation of the logarithm of a slot's rate around the curve.
        correction_sd: the same of the part that stays with a user for a while.
        correction_correlation_s: for how long.
        largest_bps: more no user gets, whatever its share (a window of 32 packets in flight).
    """

    relative_sd: Deviation = 0.3
    correction_sd: Deviation = 0.2
    correction_correlation_s: Positive = 1.0
    largest_bps: Positive = 1e9


class Downlink(RateKnots):
    """Rate of a user that downloads.

    ``SINR = RSRP_serving / (Σ_c U_c · RSRP_c + noise)`` over the other cells, with U_c the busy
    part of a cell's downlink band (base stations send every busy block with the same power), and
    ``rate = share · bandwidth_rb · bps_per_rb(SINR) · decoded``, the latter as of `ControlChannel`.
    The knots are means over busy users of `cellular` in ns-3: its link adaptation follows the
    interference of the subframe before, so it gets less than Shannon's bound between them.
    """

    sinr_db: tuple[Decibel, ...] = (-8.75, -3.75, 1.25, 6.25, 12.5, 17.5, 22.5, 27.5)
    bps_per_rb: tuple[NotNegative, ...] = (
        *(2.3e4, 5.5e4, 9.9e4, 1.86e5, 3.3e5, 4.65e5),
        *(6.3e5, 6.8e5),
    )


class DataInterference(Part):
    """What the data of other cells' users do to a user's: its MCS does not allow for them.

    Users of a cell at once share its band: a grant is ``width = max(3, share · bandwidth_rb)``
    wide, sent with ``P = min(max_power, p0 + 10 log10(width) + PL)``, so that base station m
    receives ``D_nm = P_n − 10 log10(width_n) − PL_nm`` dBm per resource block. Of cell c, base
    station m hears ``X_cm``, the mean of D in dB over its users, weighted by their blocks, in a
    part ``U_c`` of the band, the busy one. Of the rate of a user n at m there remains ::

        success = Π_{c ≠ m} [1 − U_c + U_c / (1 + exp(−(S_c − need_n − margin)/slope))]
        S_c = D_nm − 10 log10(noise + 10^(X_cm/10)),  need_n = clip(sounded SINR, min, max)

    since the MCS follows the sounding signal: what that promised, the data must reach.

    Attributes:
        margin_db: SINR over the promised one at which half of the data are lost; repetitions
            (HARQ) make it negative.
        slope_db: how sharp the edge is.
        needed_min_db: the most robust MCS needs no more.
        needed_max_db: the fastest MCS needs no more.
    """

    margin_db: Decibel = -7.0
    slope_db: Deviation = 0.7
    needed_min_db: Decibel = -3.0
    needed_max_db: Decibel = 20.0


class ControlChannel(Part):
    """How well a user hears its cell, whose control channel all other cells' disturb always.

    ``SINR = RSRP_serving / (Σ_others RSRP + noise)``; a grant is decoded with
    ``P = 1 / (1 + exp(−(SINR − needed)/slope))``; one that is not is lost to everybody. A user that
    is out of sync for too long loses its radio link (TS 36.331, 5.3.11). A handover does not end
    such a spell (ns-3 goes on counting), but no more than `kept_s` of it counts in the new cell.

    Attributes:
        needed_db: SINR at which half of the grants are decoded.
        slope_db: how sharp the edge is.
        noise_dbm: of a user, per subcarrier.
        out_of_sync_db: SINR below which a user is out of sync (ns-3: LteUePhy::Qout).
        out_of_sync_s: how long until the link has failed (N310 · 0.2 s + T310).
        kept_s: of a spell, over a handover: one indication less than N310.
        lost_s: mean time without a cell after a radio link has failed.
        lost_sd_s: its standard deviation.
    """

    needed_db: Decibel = -9.0
    slope_db: Deviation = 2.0
    noise_dbm: Decibel = -123.2
    out_of_sync_db: Decibel = -5.0
    out_of_sync_s: Positive = 2.2
    kept_s: NotNegative = 1.0
    lost_s: Positive = 0.19
    lost_sd_s: NotNegative = 0.05


class FailureLaw(Part):
    """When a handover fails.

    With ``a = RSRP_serving − RSRP_target`` in dB,
    ``P(failure) = floor + (1 − floor) / (1 + exp(−(a − margin)/slope))``.

    Attributes:
        floor: probability of failure to the best of targets.
        margin_db: a at which half of the handovers fail.
        slope_db: how sharp the edge is.
    """

    floor: Share = 0.001
    margin_db: Decibel = 80.0
    slope_db: Deviation = 20.0


class LteParameters(RadioParameters):
    """All of them; arrays by base station have one entry for each.

    Example:
        >>> from py_agent.twin.environment.network import TwinNetwork
        >>> parameters = TwinNetwork.of({"n_ue": 2, "n_bs": 3}).parameters.radio
        >>> parameters.name, parameters.n_bs, len(parameters.channel.exponent)
        ('lte', 3, 3)
    """

    name: Literal["lte"] = "lte"
    channel: ChannelMap
    uplink: UplinkSinr
    rate: RateCurve
    downlink: Downlink = Downlink()
    interference: DataInterference = DataInterference()
    control: ControlChannel = ControlChannel()
    failure: FailureLaw = FailureLaw()

    @pydantic.model_validator(mode="after")
    def _same_base_stations(self) -> LteParameters:
        lengths = {
            "channel.intercept_dbm": len(self.channel.intercept_dbm),
            "channel.exponent": len(self.channel.exponent),
            "uplink.interference_rise_db": len(self.uplink.interference_rise_db),
        }
        if self.channel.azimuth_deg:
            lengths["channel.azimuth_deg"] = len(self.channel.azimuth_deg)
        if len(set(lengths.values())) != 1 or 0 in lengths.values():
            listed = ", ".join(f"{name} {n}" for name, n in lengths.items())
            raise ValueError(f"one number per base station, but lengths are {listed}")
        return self

    @property
    def n_bs(self) -> int:
        """Base stations."""
        return len(self.channel.intercept_dbm)

    @property
    def least_failure(self) -> float:
        """Probability that a handover to the best of targets fails."""
        return self.failure.floor

    @property
    def lost_link_s(self) -> tuple[float, float]:
        """Time until a user that has lost its link has a cell again: mean and sd."""
        return self.control.lost_s, self.control.lost_sd_s

    def described(self) -> Sequence[tuple[str, str]]:
        """The most telling constants and their values."""
        channel, uplink = self.channel, self.uplink
        rises = " ".join(f"{rise:.1f}" for rise in uplink.interference_rise_db)
        return (
            ("path-loss exponent by cell", " ".join(f"{n:.2f}" for n in channel.exponent)),
            ("spread of received power", f"{channel.residual_sd_db:.1f} dB"),
            ("decorrelation distance", f"{channel.decorrelation_m:.0f} m"),
            ("interference on sounding signals by cell", f"{rises} dB"),
            ("spread of their SINR", f"{uplink.sd_db:.1f} dB, for {uplink.correlation_s:.1f} s"),
            ("fastest upload", f"{self.rate.largest_bps / 1e6:.1f} Mbit/s"),
        )
