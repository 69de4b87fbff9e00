# SPDX-License-Identifier: MIT
"""Observations and actions of any scenario as curves, by their declaration."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ns3_bridge import Field
from py_agent.experiment.run_data import recorded_fields, slot_field, slot_rewards
from py_agent.experiment.run_folder import RunFolder

_MAX_POINTS = 400
_MAX_CURVES = 8  # more entries than these: their mean and their range


def curves(folder: RunFolder) -> dict[str, Field | None]:
    """What there is to draw: the reward, and every observation and action that changes.

    Returns:
        by name what is declared of it; of the reward, nothing.
    """
    fields = recorded_fields(folder)
    actions_last = sorted(fields, key=lambda name: (name.startswith("action."), name))
    drawn = [n for n in actions_last if n != "time_s" and _changes(slot_field(folder, n))]
    return {"reward": None, **{name: fields[name] for name in drawn}}


def draw_field(axes: Axes, folder: RunFolder, name: str, field: Field | None) -> None:
    """Draw one of the `curves` over the slots: a curve per entry, or mean and range of many."""
    recorded = slot_rewards(folder) if field is None else slot_field(folder, name)
    every = max(1, len(recorded) // _MAX_POINTS)
    values = recorded.reshape(len(recorded), -1)[::every]
    slots = every * np.arange(len(values))
    if field is not None and field.missing is not None:
        values = np.where(values == field.missing, np.nan, values)
    if values.shape[1] <= _MAX_CURVES:
        axes.plot(slots, values, linewidth=1)
    else:
        known = np.ma.masked_invalid(values)
        axes.fill_between(slots, known.min(axis=1), known.max(axis=1), color="0.85")
        axes.plot(slots, known.mean(axis=1), color="black", linewidth=1)
        axes.set_title(f"mean and range of {values.shape[1]}", loc="right", fontsize=7, color="0.4")
    unit = "" if field is None else field.unit
    label = f"{name} [{unit}]" if unit not in ("", "1") else name
    axes.set_title(label, loc="left", fontsize=9)
    axes.grid(alpha=0.25)


def _changes(values: NDArray[Any]) -> bool:
    return bool((values != values[:1]).any())
