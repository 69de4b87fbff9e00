# SPDX-License-Identifier: MIT
"""Observations and actions of any scenario as curves, by their declaration."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from py_agent.experiment.run_data import declarations, slot_field, slot_rewards
from py_agent.experiment.run_folder import RunFolder

_MAX_POINTS = 400
_MAX_CURVES = 8  # more entries than these: their mean and their range


def curve_names(folder: RunFolder) -> list[str]:
    """What there is to draw: the reward, and every observation and action that changes."""
    fields = sorted(set(declarations(folder)) - {"time_s"})
    actions_last = sorted(fields, key=lambda name: name.startswith("action."))
    changing = [name for name in actions_last if _changes(slot_field(folder, name))]
    return ["reward", *changing]


def draw_field(axes: Axes, folder: RunFolder, name: str) -> None:
    """Draw one of `curve_names` over the slots: a curve per entry, or mean and range of many."""
    declared = declarations(folder).get(name, {})
    values = slot_rewards(folder) if name == "reward" else slot_field(folder, name)
    values = values.reshape(len(values), -1)[:: max(1, len(values) // _MAX_POINTS)]
    slots = np.arange(len(values)) * max(1, len(slot_rewards(folder)) // _MAX_POINTS)
    if "missing" in declared:
        values = np.where(values == float(declared["missing"]), np.nan, values)
    if values.shape[1] <= _MAX_CURVES:
        axes.plot(slots, values, linewidth=1)
    else:
        known = np.ma.masked_invalid(values)
        axes.fill_between(slots, known.min(axis=1), known.max(axis=1), color="0.85")
        axes.plot(slots, known.mean(axis=1), color="black", linewidth=1)
        axes.set_title(f"mean and range of {values.shape[1]}", loc="right", fontsize=7, color="0.4")
    unit = declared.get("unit", "")
    label = f"{name} [{unit}]" if unit not in ("", "1") else name
    axes.set_title(label, loc="left", fontsize=9)
    axes.grid(alpha=0.25)


def _changes(values: NDArray[Any]) -> bool:
    return bool((values != values[:1]).any())
