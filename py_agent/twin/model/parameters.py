# SPDX-License-Identifier: MIT
"""What the twin knows about a kind of network: the constants of its models."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic

from py_agent.twin.errors import InvalidParameters

Positive = Annotated[float, pydantic.Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, pydantic.Field(ge=0, allow_inf_nan=False)]
Finite = Annotated[float, pydantic.Field(allow_inf_nan=False)]
Share = Annotated[float, pydantic.Field(ge=0, le=1)]


class _Part(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class ChannelMap(_Part):
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

    intercept_dbm: tuple[Finite, ...]
    exponent: tuple[Positive, ...]
    residual_sd_db: Positive = 8.0
    decorrelation_m: Positive = 50.0
    measurement_sd_db: Positive = 0.5
    bs_height_m: NotNegative = 25.0
    ue_height_m: NotNegative = 1.5
    azimuth_deg: tuple[Finite, ...] = ()
    sector_gain_dbi: Finite = 14.0
    sector_downtilt_deg: Finite = 15.0


class UplinkSinr(_Part):
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

    reference_power_dbm: Finite
    max_power_dbm: Finite
    p0_dbm: Finite = -80.0
    noise_dbm: Finite
    bandwidth_rb: Annotated[int, pydantic.Field(gt=0)]
    interference_rise_db: tuple[NotNegative, ...]
    offset_db: Finite = 0.0
    sd_db: Positive = 4.0
    correlation_s: Positive = 2.0
    ceiling_db: Finite = 60.0


class RateCurve(_Part):
    """Application rate of a user by the SINR of its sounding signal.

    ``rate = share · bandwidth_rb · bps_per_rb(SINR) · success · exp(correction)``: bps_per_rb is
    linear between the knots and constant beyond; it holds headers and repetitions. `success` is
    what the interference of other cells leaves, see `DataInterference`.

    Attributes:
        sinr_db: knots, rising, ``[n_knots]``.
        bps_per_rb: delivered bits per second and resource block, not falling, ``[n_knots]``.
        relative_sd: standard deviation of the logarithm of a slot's rate around the curve.
        correction_sd: the same of the part that stays with a user for a while.
        correction_correlation_s: for how long.
        largest_bps: more no user gets, whatever its share (a window of 32 packets in flight).
    """

    sinr_db: tuple[Finite, ...]
    bps_per_rb: tuple[NotNegative, ...]
    relative_sd: Positive = 0.3
    correction_sd: Positive = 0.2
    correction_correlation_s: Positive = 1.0
    largest_bps: Positive = 1e9

    @pydantic.model_validator(mode="after")
    def _knots_rise(self) -> RateCurve:
        if len(self.sinr_db) != len(self.bps_per_rb) or len(self.sinr_db) < 2:
            raise ValueError("sinr_db and bps_per_rb must have the same length, 2 at least")
        pairs = list(zip(self.sinr_db, self.sinr_db[1:], strict=False))
        if any(b <= a for a, b in pairs):
            raise ValueError("sinr_db must rise")
        if any(b < a for a, b in zip(self.bps_per_rb, self.bps_per_rb[1:], strict=False)):
            raise ValueError("bps_per_rb must not fall")
        return self


class DataInterference(_Part):
    """What the data of other cells' users do to a user's: its MCS does not foresee them.

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

    margin_db: Finite = -7.0
    slope_db: Positive = 0.7
    needed_min_db: Finite = -3.0
    needed_max_db: Finite = 20.0


class ControlChannel(_Part):
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

    needed_db: Finite = -9.0
    slope_db: Positive = 2.0
    noise_dbm: Finite = -123.2
    out_of_sync_db: Finite = -5.0
    out_of_sync_s: Positive = 2.2
    kept_s: NotNegative = 1.0
    lost_s: Positive = 0.19
    lost_sd_s: NotNegative = 0.05


class Delays(_Part):
    """What passes beside transmission and computation.

    Attributes:
        grant_s: from the creation of a task to its first bit on the air (scheduling request,
            buffer status report, grant), when nothing of its user is being sent.
        core_s: from the base station to the edge server.
        report_s: from the arrival of a bit at the edge to its acknowledgement at the user.
        pipeline_s: time that the upload of a task takes beside its bits over its rate (HARQ, last
            segment), the mean.
        pipeline_sd_s: its standard deviation from task to task.
    """

    grant_s: NotNegative = 0.010
    core_s: NotNegative = 0.001
    report_s: NotNegative = 0.010
    pipeline_s: NotNegative = 0.010
    pipeline_sd_s: NotNegative = 0.005


class HandoverLaw(_Part):
    """How long a handover interrupts, and when it fails.

    The interruption is log-normal. With ``a = RSRP_serving − RSRP_target`` in dB,
    ``P(failure) = floor + (1 − floor) / (1 + exp(−(a − margin)/b))``; a user whose handover failed
    is back after `outage_s`.

    Attributes:
        start_s: from command to leaving the source cell.
        interruption_median_s: time without a cell.
        interruption_sigma: standard deviation of its logarithm.
        failure_floor: probability of failure to the best of targets.
        failure_margin_db: margin at which half of the handovers fail.
        failure_slope_db: b.
        outage_s: mean time without a cell after a failure.
        outage_sd_s: its standard deviation.
    """

    start_s: NotNegative = 0.005
    interruption_median_s: Positive = 0.016
    interruption_sigma: NotNegative = 1.0
    failure_floor: Share = 0.001
    failure_margin_db: Finite = 80.0
    failure_slope_db: Positive = 20.0
    outage_s: NotNegative = 0.43
    outage_sd_s: NotNegative = 0.02


class Traffic(_Part):
    """When users create tasks, and of which size and work.

    On-off: exponential periods, Poisson while on. Every other model is followed as Poisson with
    ``off_s = 0``. Sizes are uniform, or log-normal, between two bounds; the work of a task is its
    size times its user's cycles per bit, which vary from task to task by
    ``cycles_task_spread``, uniformly.

    Attributes:
        rate_hz: tasks per second while on.
        on_s: mean length of an active period.
        off_s: mean length of a pause; 0: always on.
        size_model: distribution of sizes.
        size_min_bit: smallest task.
        size_max_bit: largest task.
        size_median_bit: log-normal: median before the bounds cut.
        size_sigma: log-normal: standard deviation of the logarithm.
        cycles_per_bit: mean over users.
        cycles_ue_spread: between users, part of the mean, uniform.
        cycles_task_spread: between a user's tasks, part of its mean, uniform.
        result_bit: result that the user downloads.
        result_ratio: and this part of the size.
    """

    rate_hz: NotNegative = 1.0
    on_s: Positive = 2.0
    off_s: NotNegative = 2.0
    size_model: Literal["uniform", "lognormal"] = "uniform"
    size_min_bit: Positive = 1e5
    size_max_bit: Positive = 7e5
    size_median_bit: Positive = 3e5
    size_sigma: Positive = 1.0
    cycles_per_bit: Positive = 1e3
    cycles_ue_spread: Share = 0.0
    cycles_task_spread: Share = 0.0
    result_bit: NotNegative = 0.0
    result_ratio: NotNegative = 0.0


class MobilityLaw(_Part):
    """How users walk: straight legs, a new velocity now and then.

    Attributes:
        speed_min_mps: slowest leg.
        speed_max_mps: fastest leg; speeds are uniform between both when a leg begins.
        turn_s: mean length of a leg.
        position_sd_m: of one position report.
        velocity_sd_mps: of one velocity report.
        area_m: where users are, ``(min x, min y, max x, max y)``; they turn round at its edges.
    """

    speed_min_mps: NotNegative = 1.0
    speed_max_mps: Positive = 15.0
    turn_s: Positive = 30.0
    position_sd_m: Positive = 0.1
    velocity_sd_mps: Positive = 0.1
    area_m: tuple[Finite, Finite, Finite, Finite] = (-1e6, -1e6, 1e6, 1e6)


class Compute(_Part):
    """The edge servers.

    Attributes:
        capacity_hz: cycles per second, ``[n_bs]``.
        mode: what becomes of an idle user's share.
        cycles_per_sample: of retraining.
        migration_s: rest of a retraining job whose user has changed cells.
    """

    capacity_hz: tuple[Positive, ...]
    mode: Literal["work-conserving", "quota"] = "work-conserving"
    cycles_per_sample: Positive = 1e6
    migration_s: NotNegative = 0.05


class Timing(_Part):
    """The two timescales.

    Attributes:
        slot_s: length of a slot.
        slots_per_frame: slots from one association decision to the next.
    """

    slot_s: Positive = 0.02
    slots_per_frame: Annotated[int, pydantic.Field(gt=0)] = 50


class Provenance(_Part):
    """Where the numbers come from.

    Attributes:
        source: ``prior`` (the scenario's settings alone) or ``calibrated``.
        scenario: name of the physical network.
        seeds: runs that were learnt from.
        policies: theirs, in the same order.
        slots: how many slots that were, in all.
        ns3_twin_version: of the program that wrote this.
    """

    source: Literal["prior", "calibrated"] = "prior"
    scenario: str = "cellular"
    seeds: tuple[int, ...] = ()
    policies: tuple[str, ...] = ()
    slots: int = 0
    ns3_twin_version: str = ""


class TwinParameters(_Part):
    """The constants of all models of the twin, in one file.

    `py_agent.twin.model.prior.prior_parameters` makes them of a scenario's settings; calibration
    replaces what runs can teach.

    Attributes:
        version: of this format.
        bandwidth_mode: whether the share of an idle user's band is given to the others.
    """

    version: Literal[1] = 1
    provenance: Provenance = Provenance()
    timing: Timing = Timing()
    channel: ChannelMap
    uplink: UplinkSinr
    rate: RateCurve
    interference: DataInterference = DataInterference()
    control: ControlChannel = ControlChannel()
    bandwidth_mode: Literal["work-conserving", "quota"] = "work-conserving"
    delays: Delays = Delays()
    handover: HandoverLaw = HandoverLaw()
    traffic: Traffic = Traffic()
    mobility: MobilityLaw = MobilityLaw()
    compute: Compute

    @pydantic.model_validator(mode="after")
    def _same_base_stations(self) -> TwinParameters:
        lengths = {
            "channel.intercept_dbm": len(self.channel.intercept_dbm),
            "channel.exponent": len(self.channel.exponent),
            "uplink.interference_rise_db": len(self.uplink.interference_rise_db),
            "compute.capacity_hz": len(self.compute.capacity_hz),
        }
        if self.channel.azimuth_deg:
            lengths["channel.azimuth_deg"] = len(self.channel.azimuth_deg)
        if len(set(lengths.values())) != 1 or 0 in lengths.values():
            said = ", ".join(f"{name} {n}" for name, n in lengths.items())
            raise ValueError(f"one number per base station, but lengths are {said}")
        return self

    @property
    def n_bs(self) -> int:
        """Base stations."""
        return len(self.compute.capacity_hz)

    def replaced(self, **parts: Mapping[str, Any]) -> TwinParameters:
        """A copy with some values replaced and everything checked.

        Args:
            parts: by part, e.g. ``channel={"residual_sd_db": 6.0}``.

        Raises:
            InvalidParameters: a value makes no sense.
        """
        values = self.model_dump()
        for name, part in parts.items():
            values[name] = {**values[name], **part}
        return _checked(values, "parameters")

    def save(self, path: Path) -> None:
        """Write as JSON.

        Raises:
            InvalidParameters: the file cannot be written.
        """
        try:
            path.write_text(self.model_dump_json(indent=2) + "\n")
        except OSError as error:
            raise InvalidParameters(f"cannot write {path}: {error}") from error

    @classmethod
    def load(cls, path: Path) -> TwinParameters:
        """Read what `save` wrote.

        Raises:
            InvalidParameters: no such file, no JSON, another version, or a value makes no sense;
                the message names it.
        """
        try:
            text = path.read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidParameters(f"cannot read {path}: {error}") from error
        try:
            return cls.model_validate_json(text)
        except pydantic.ValidationError as error:
            raise InvalidParameters(_explain(error, str(path))) from None


def _checked(values: Any, name: str) -> TwinParameters:
    try:
        return TwinParameters.model_validate(values)
    except pydantic.ValidationError as error:
        raise InvalidParameters(_explain(error, name)) from None


def _explain(error: pydantic.ValidationError, name: str) -> str:
    said = []
    for item in error.errors()[:5]:
        where = ".".join(map(str, item["loc"]))
        seen = (
            ""
            if isinstance(item["input"], dict | str) and not where
            else f", got {item['input']!r:.60}"
        )
        said.append(f"{where or 'the whole'}: {item['msg']}{seen}")
    return f"{name}: " + "; ".join(said)
