# SPDX-License-Identifier: MIT
"""What the twin knows about a kind of network: the constants of its models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pydantic

from ns3_bridge.settings import dotted
from py_agent import former_names, whole_files
from py_agent.radio.errors import UnknownRadio
from py_agent.radio.link_model import load_radio
from py_agent.radio.parameters import (
    Deviation,
    NotNegative,
    Part,
    Period,
    Positive,
    RadioParameters,
    Share,
)
from py_agent.twin.errors import InvalidParameters

Place = Annotated[float, pydantic.Field(ge=-1e9, le=1e9)]  # metres
_FASTEST_MPS = 1e5
_RAREST_HZ = 1e-6
_SMALLEST_M = 1e-3  # side of an area, at whose edges users turn round


class Delays(Part):
    """What passes beside transmission and computation.

    Attributes:
        grant_s: from the creation of a task to its first bit on the air (scheduling request,
            buffer status report, grant), when nothing of its user is being sent.
        core_s: from the base station to the edge server.
        report_s: from the arrival of a bit at the edge to its acknowledgement at the user.
        pipeline_s: time that the upload of a task takes beside its bits over its rate (HARQ, last
            segment), the mean.
        pipeline_sd_s: its standard deviation from task to task.
        result_s: what the download of a result takes beside its bits over its rate.
        window_bit: results of a user that may be sent and not acknowledged: 32 packets of the
            scenarios' transport. The acknowledgements wait behind the user's own uploads, of which
            it keeps as much in its modem.
    """

    grant_s: NotNegative = 0.010
    core_s: NotNegative = 0.001
    report_s: NotNegative = 0.010
    pipeline_s: NotNegative = 0.010
    pipeline_sd_s: NotNegative = 0.005
    result_s: NotNegative = 0.003
    window_bit: Positive = 352_256.0


class HandoverLaw(Part):
    """How long a handover interrupts; the radio knows when it fails.

    The interruption is log-normal; a user whose handover failed is back after `outage_s`.

    Attributes:
        start_s: from command to leaving the source station; rollouts count it as nothing.
        interruption_median_s: time without a station.
        interruption_sigma: standard deviation of its logarithm.
        outage_s: mean time without a station after a failure.
        outage_sd_s: its standard deviation.
    """

    start_s: NotNegative = 0.005
    interruption_median_s: Positive = 0.016
    interruption_sigma: NotNegative = 1.0
    outage_s: NotNegative = 0.43
    outage_sd_s: NotNegative = 0.02


class TaskLaw(Part):
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
    """

    rate_hz: NotNegative = 1.0
    on_s: Period = 2.0
    off_s: NotNegative = 2.0
    size_model: Literal["uniform", "lognormal"] = "uniform"
    size_min_bit: Positive = 1e5
    size_max_bit: Positive = 7e5
    size_median_bit: Positive = 3e5
    size_sigma: Deviation = 1.0
    cycles_per_bit: Positive = 1e3
    cycles_ue_spread: Share = 0.0
    cycles_task_spread: Share = 0.0

    @pydantic.field_validator("rate_hz")
    @classmethod
    def _is_none_or_comes_about(cls, rate_hz: float) -> float:
        """The next task is found pause by pause."""
        if 0 < rate_hz < _RAREST_HZ:
            raise ValueError(f"must be 0 or at least {_RAREST_HZ:g}")
        return rate_hz


class Traffic(TaskLaw):
    """The law of all users' tasks, unless they are of several classes, and results.

    Attributes:
        result_bit: result that the user downloads.
        result_ratio: and this part of the size.
    """

    result_bit: NotNegative = 0.0
    result_ratio: NotNegative = 0.0


class TrafficClass(TaskLaw):
    """The law of some users' tasks.

    Attributes:
        name: of the class.
        users: how many; classes follow each other as their users do.
    """

    name: str
    users: Annotated[int, pydantic.Field(gt=0)]


GAUSS_MARKOV_STEP_S = 1.0  # with which the scenarios draw a velocity from the one before


class MobilityLaw(Part):
    """How users move: straight legs, a new velocity now and then.

    Attributes:
        speed_min_mps: slowest leg.
        speed_max_mps: fastest leg; speeds are uniform between both when a leg begins.
        turn_s: mean length of a leg.
        position_sd_m: of one position report.
        velocity_sd_mps: of one velocity report.
        area_m: where users are, ``(min x, min y, max x, max y)``; they turn round at its edges.
    """

    speed_min_mps: Annotated[float, pydantic.Field(ge=0, le=_FASTEST_MPS)] = 1.0
    speed_max_mps: Annotated[float, pydantic.Field(ge=1e-9, le=_FASTEST_MPS)] = 15.0
    turn_s: Period = 30.0
    position_sd_m: Positive = 0.1
    velocity_sd_mps: Positive = 0.1
    area_m: tuple[Place, Place, Place, Place] = (-1e6, -1e6, 1e6, 1e6)

    @pydantic.model_validator(mode="after")
    def _area_has_sides(self) -> MobilityLaw:
        left_m, bottom_m, right_m, top_m = self.area_m
        if min(right_m - left_m, top_m - bottom_m) < _SMALLEST_M:
            raise ValueError(
                f"area_m = {self.area_m}: must be (min x, min y, max x, max y), with sides of "
                f"{_SMALLEST_M:g} m at least"
            )
        return self


class Compute(Part):
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


class Timing(Part):
    """The two timescales.

    Attributes:
        slot_s: length of a slot.
        slots_per_frame: slots from one association decision to the next.
    """

    slot_s: Period = 0.02
    slots_per_frame: Annotated[int, pydantic.Field(gt=0, le=100_000)] = 50


class Provenance(Part):
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


def _radio_part(value: Any) -> Any:
    """Constants of a radio as its plug-in reads them."""
    if isinstance(value, RadioParameters):
        return value
    name = value.get("name") if isinstance(value, Mapping) else None
    if not isinstance(name, str):
        raise ValueError("must be a mapping with the name of a radio")
    try:
        part = load_radio(name).Parameters
    except UnknownRadio as error:
        raise ValueError(str(error)) from None
    return part.model_validate(value)


class TwinParameters(Part):
    """The constants of all models of the twin, in one file.

    `py_agent.twin.model.prior.prior_parameters` makes them of a scenario's settings; calibration
    replaces what runs can teach.

    Attributes:
        version: of this format; files of version 1 are read, too.
        bandwidth_mode: whether the share of an idle user's band is given to the others.
        traffic_classes: of users with several laws of traffic; none: all follow `traffic`.
        radio: of the access network, in the form of its plug-in.

    Example:
        >>> from py_agent.twin.environment.network import TwinNetwork
        >>> parameters = TwinNetwork.of({"n_ue": 2, "n_bs": 3}).parameters
        >>> parameters.n_bs
        3
        >>> parameters.replaced(traffic={"rate_hz": 2.5}).traffic.rate_hz
        2.5
    """

    version: Literal[2] = 2
    provenance: Provenance = Provenance()
    timing: Timing = Timing()
    radio: Annotated[
        pydantic.SerializeAsAny[RadioParameters], pydantic.BeforeValidator(_radio_part)
    ]
    bandwidth_mode: Literal["work-conserving", "quota"] = "work-conserving"
    delays: Delays = Delays()
    handover: HandoverLaw = HandoverLaw()
    traffic: Traffic = Traffic()
    traffic_classes: tuple[TrafficClass, ...] = ()
    mobility: MobilityLaw = MobilityLaw()
    compute: Compute

    @pydantic.model_validator(mode="before")
    @classmethod
    def _of_version_1(cls, values: Any) -> Any:
        """Version 1 had the constants of LTE beside all others."""
        if not isinstance(values, dict) or values.get("version") != 1:
            return values
        moved = dict(values)
        parts = ("channel", "uplink", "rate", "interference", "control")
        radio = {"name": "lte", **{name: moved.pop(name) for name in parts if name in moved}}
        if isinstance(moved.get("handover"), dict):
            law = moved["handover"]
            moved["handover"] = {k: v for k, v in law.items() if not k.startswith("failure_")}
            radio["failure"] = {
                k.removeprefix("failure_"): v for k, v in law.items() if k.startswith("failure_")
            }
        return {**moved, "version": 2, "radio": radio}

    @pydantic.model_validator(mode="after")
    def _same_base_stations(self) -> TwinParameters:
        servers = len(self.compute.capacity_hz)
        if not servers or servers != self.radio.n_bs:
            raise ValueError(
                f"one number per base station, but compute.capacity_hz has {servers} and radio "
                f"{self.radio.n_bs}"
            )
        return self

    @property
    def n_bs(self) -> int:
        """Base stations."""
        return len(self.compute.capacity_hz)

    def replaced(self, **parts: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> TwinParameters:
        """A copy with some values replaced and everything checked.

        Args:
            parts: by part, e.g. ``traffic={"rate_hz": 2.0}``; parts of the radio's constants
                likewise, e.g. ``channel={"residual_sd_db": 6.0}``; of `traffic_classes` all.

        Raises:
            InvalidParameters: a value makes no sense.
        """
        values = self.model_dump()
        for name, part in parts.items():
            whole = values if name in values else values["radio"]
            whole[name] = {**whole.get(name, {}), **part} if isinstance(part, Mapping) else part
        return _checked(values, "parameters")

    def save(self, path: Path | str) -> None:
        """Write as JSON.

        Raises:
            InvalidParameters: the file cannot be written.
        """
        try:
            whole_files.replace_text(Path(path), self.model_dump_json(indent=2) + "\n")
        except OSError as error:
            raise InvalidParameters(f"cannot write {path}: {error}") from error

    @classmethod
    def load(cls, path: Path | str) -> TwinParameters:
        """Read what `save` wrote.

        Raises:
            InvalidParameters: no such file, no JSON, another version, or a value makes no sense;
                the message names it.
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
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
    lines = []
    for item in error.errors()[:5]:
        where = dotted(item["loc"])
        seen = (
            ""
            if isinstance(item["input"], dict | str) and not where
            else f", got {item['input']!r:.60}"
        )
        lines.append(f"{where or 'the whole'}: {item['msg']}{seen}")
    return f"{name}: " + "; ".join(lines)


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
