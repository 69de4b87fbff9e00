# SPDX-License-Identifier: MIT
"""The settings of a run: what, by whom, with which seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pydantic
import yaml

from ns3_bridge import InvalidSetting
from ns3_bridge.seeds import LARGEST_SEED
from ns3_bridge.settings import as_mapping
from py_agent import former_names
from py_agent.learning.learning_settings import LearningSettings
from py_agent.policies.retraining import RETRAINING_RULES


class RunSettings(pydantic.BaseModel):
    """Settings of one run, as a YAML file holds them.

    Example:
        >>> run = RunSettings(policy="load-fill", settings={"n_ue": 10, "traffic": {"rate_hz": 2}})
        >>> run.scenario, run.seed
        ('cellular', 1)
    """

    model_config = pydantic.ConfigDict(extra="forbid")

    scenario: str = pydantic.Field("cellular", description="name, or path of a scenario program")
    policy: str = pydantic.Field("srpt", description="name, package.module:Class or file.py:Class")
    seed: int = pydantic.Field(1, ge=0, le=LARGEST_SEED, description="ns-3's run number")
    retrain: str | None = pydantic.Field(
        None,
        description="users' models drift and this rule retrains them, or the policy does; "
        "absent: no models",
    )
    learning: LearningSettings = pydantic.Field(
        default=LearningSettings(), description="of users' data and models"
    )
    deadline_s: float = pydantic.Field(60.0, gt=0, description="longest wait for one slot")
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


def load_run_settings(
    config: Path | None, overrides: Mapping[str, Any], assignments: Sequence[str]
) -> RunSettings:
    """Merge a YAML file, command-line options and ``--set`` assignments; the later wins.

    Args:
        config: YAML file, or None.
        overrides: values of `RunSettings` fields; None means not given.
        assignments: ``name=value`` of scenario settings (``mobility.speed_max_mps=20``), ns-3
            attributes (``ns3::LteUePhy::NoiseFigure=7``) or settings of the learning plant
            (``learning.target_accuracy=0.85``); values are read as YAML.

    Raises:
        InvalidSetting: a file that is no mapping, an unknown or wrong setting, a bad assignment.
    """
    values = _read(config) if config else {}
    values.update({name: value for name, value in overrides.items() if value is not None})
    for assignment in assignments:
        _assign(values, assignment)
    try:
        return RunSettings.model_validate(values)
    except pydantic.ValidationError as error:
        raise InvalidSetting("; ".join(_explain(e) for e in error.errors())) from None


def _read(config: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(config.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise InvalidSetting(f"cannot read {config}: {error}") from error
    if not isinstance(values, dict):
        raise InvalidSetting(f"{config} must hold a mapping, not {type(values).__name__}")
    return values


def _assign(values: dict[str, Any], assignment: str) -> None:
    name, equals, text = assignment.partition("=")
    if not equals or not name:
        raise InvalidSetting(f"--set {assignment!r} must have the form name=value")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidSetting(f"--set {assignment!r}: {error}") from error
    if name.startswith("ns3::"):
        values.setdefault("ns3", {})[name] = value
        return
    *parents, leaf = name.split(".")
    group = values if parents[:1] == ["learning"] else values.setdefault("settings", {})
    for parent in parents:
        group = group.setdefault(parent, {})
        if not isinstance(group, dict):
            raise InvalidSetting(f"--set {assignment!r}: {parent} is a value, not a group")
    group[leaf] = value


def _explain(error: Any) -> str:
    name = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        known = ", ".join(RunSettings.model_fields)
        return f"unknown setting {name}; known: {known}; those of the scenario go under settings:"
    return f"setting {name} = {error['input']!r}: {error['msg']}"


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
