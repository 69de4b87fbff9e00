# SPDX-License-Identifier: MIT
"""Bundled settings, as a start for commands that take settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

Preset = Annotated[
    str | None,
    typer.Option(
        "--preset",
        help="Setting of the benchmark to start from: joint-retraining, unequal-servers, vehicles, "
        "seven-stations, results-and-drift; wifi-quotas, over Wi-Fi.",
    ),
]


def with_preset(
    preset: str | None, config: Path | None, overrides: Mapping[str, Any]
) -> dict[str, Any]:
    """Values of `RunSettings`: those of a setting of the benchmark, and what is given beside it.

    Args:
        preset: name of the setting, or None.
        config: file with settings, which a preset stands in for.
        overrides: values that are given; None means not given.

    Raises:
        InvalidSetting: there is no such setting, or both are given.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    if preset is None:
        return given
    if config is not None:
        from ns3_bridge import InvalidSetting

        raise InvalidSetting(f"--preset {preset} and --config {config}: give one of them")
    from py_agent.benchmark.setting import benchmark_setting

    return {**benchmark_setting(preset).run, **given}
