# SPDX-License-Identifier: MIT
"""The settings of a run: what, by whom, with which seed."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pydantic

import ns3_scenarios
from ns3_bridge import InvalidSetting
from ns3_bridge.seeds import LARGEST_SEED
from ns3_bridge.settings import as_mapping, dotted
from py_agent import former_names, yaml_text
from py_agent.experiment.errors import UntrustedCode
from py_agent.learning.learning_settings import LearningSettings
from py_agent.policies.retraining import RETRAINING_RULES

_KINDS = {"ns3": "ns-3 attributes", "learning": "settings of users' models"}


class RunSettings(pydantic.BaseModel):
    """Settings of one run, as a YAML file holds them.

    Example:
        >>> run = RunSettings(policy="load-fill", settings={"n_ue": 10, "traffic": {"rate_hz": 2}})
        >>> run.scenario, run.seed
        ('cellular', 1)
    """

    model_config = pydantic.ConfigDict(extra="forbid", allow_inf_nan=False)

    scenario: str = pydantic.Field("cellular", description="name, or path of a scenario program")
    policy: str = pydantic.Field(
        "rollout-fill", description="name, package.module:Class or file.py:Class"
    )
    seed: int = pydantic.Field(1, ge=0, le=LARGEST_SEED, description="ns-3's run number")
    retrain: str | None = pydantic.Field(
        None,
        description="users' models drift and this rule retrains them, or the policy does; "
        "absent: no models",
    )
    retrain_options: dict[str, float] = pydantic.Field(
        default_factory=dict, description="arguments of that rule, e.g. idle_margin of spare"
    )
    learning: LearningSettings = pydantic.Field(
        default=LearningSettings(), description="of users' data and models"
    )
    deadline_s: float = pydantic.Field(60.0, gt=0, description="longest wait for one slot")
    log: str = pydantic.Field(
        "",
        description="what ns-3 logs to ns3.log of the run folder, as in its NS_LOG, "
        "e.g. LteUeRrc=level_info,LteEnbRrc=warn",
    )
    pcap: bool = pydantic.Field(
        False, description="packets of the wired links are captured in pcap/ of the run folder"
    )
    runs_dir: Path = pydantic.Field(Path("runs"), description="where run folders are made")
    settings: Annotated[dict[str, Any], pydantic.BeforeValidator(as_mapping)] = pydantic.Field(
        default_factory=dict, description="of the scenario, nested; the rest is default"
    )
    ns3: dict[str, Any] = pydantic.Field(
        default_factory=dict, description="ns-3 attributes, e.g. ns3::LteUePhy::NoiseFigure"
    )

    @pydantic.field_validator("retrain")
    @classmethod
    def _is_registered(cls, name: str | None) -> str | None:
        if name not in (None, "policy", *RETRAINING_RULES):
            raise ValueError(f"known: {', '.join(RETRAINING_RULES)}, policy")
        return name


def check_data(config: Path, values: Mapping[str, Any], *, can_trust: bool = True) -> None:
    """Check that a file names nothing to be started or imported that is not installed.

    Args:
        config: the file, for the message.
        values: what it holds, as far as it counts.
        can_trust: there is an option ``--trust``, for the message.

    Raises:
        UntrustedCode: it does.
    """
    do = "where it comes from, give --trust, or name" if can_trust else "where it comes from, name"
    scenario, policy = str(values.get("scenario") or ""), str(values.get("policy") or "")
    if scenario and scenario not in ns3_scenarios.names() and "/" in scenario:
        raise UntrustedCode(
            f"{config} names the program {scenario}, which would be started: if you know {do} it "
            f"yourself (--scenario {scenario})"
        )
    if ":" in policy.partition("=")[0]:
        raise UntrustedCode(
            f"{config} names the policy {policy}, whose module would be imported: if you know "
            f"{do} it yourself (--policy {policy})"
        )


def load_run_settings(
    config: Path | None,
    overrides: Mapping[str, Any],
    assignments: Sequence[str],
    *,
    is_trusted: bool = False,
    unused: Collection[str] = (),
) -> RunSettings:
    """Merge a YAML file, command-line options and ``--set`` assignments; the later wins.

    Args:
        config: YAML file, or None.
        overrides: values of `RunSettings` fields; None means not given.
        assignments: ``name=value`` of scenario settings (``mobility.speed_max_mps=20``), ns-3
            attributes (``ns3::LteUePhy::NoiseFigure=7``) or settings of the learning plant
            (``learning.target_accuracy=0.85``); values are read as YAML.
        is_trusted: the file may name code that is not installed. Otherwise it is data alone,
            whoever wrote it; what `overrides` name is the caller's own.
        unused: of ``ns3`` and ``learning``, what the caller has no use for: assigned, it is
            refused.

    Raises:
        InvalidSetting: a file that is no mapping, an unknown or wrong setting, a bad assignment.
        UntrustedCode: the file names a program or a module of somebody's own.
    """
    in_file = yaml_text.read_mapping(config) if config else {}
    # Assignments are written into copies: the caller's groups serve other runs, too.
    given = {name: copy.deepcopy(v) for name, v in overrides.items() if v is not None}
    if config is not None and not is_trusted:
        check_data(config, {name: v for name, v in in_file.items() if name not in given})
    values = {**in_file, **given}
    if assignments and isinstance(values.get("settings"), Mapping):
        # Of a name with dots, too, the assignment is what counts.
        values["settings"] = copy.deepcopy(dict(as_mapping(values["settings"])))
    for assignment in assignments:
        _assign(values, assignment, unused)
    try:
        return RunSettings.model_validate(values)
    except pydantic.ValidationError as error:
        told = "; ".join(_explain(e) for e in error.errors())
        of_file = {str(e["loc"][0]) for e in error.errors() if e["loc"]} & set(in_file) - set(given)
        raise InvalidSetting(f"{config}: {told}" if of_file else told) from None


def _assign(values: dict[str, Any], assignment: str, unused: Collection[str]) -> None:
    name, equals, text = assignment.partition("=")
    if not equals or not name:
        raise InvalidSetting(f"--set {assignment!r} must have the form name=value")
    value = yaml_text.parse(text, f"--set {assignment}")
    if value is None:
        raise InvalidSetting(
            f"--set {assignment!r}: the value is empty; an empty text is written {name}='\"\"'"
        )
    *parents, leaf = ["ns3", name] if name.startswith("ns3::") else name.split(".")
    if parents[:1] not in (["learning"], ["ns3"]):
        parents.insert(0, "settings")
    if parents[0] in unused:
        raise InvalidSetting(f"--set {assignment!r}: {_KINDS[parents[0]]} have no effect here")
    group = values
    for parent in parents:
        group = group.setdefault(parent, {})
        if not isinstance(group, dict):
            raise InvalidSetting(f"--set {assignment!r}: {parent} is a value, not a group")
    group[leaf] = value


def _explain(error: Any) -> str:
    name = dotted(error["loc"])
    if error["type"] == "extra_forbidden":
        known = ", ".join(RunSettings.model_fields)
        return f"unknown setting {name}; known: {known}; those of the scenario go under settings:"
    return f"setting {name} = {error['input']!r}: {error['msg'].removeprefix('Value error, ')}"


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
