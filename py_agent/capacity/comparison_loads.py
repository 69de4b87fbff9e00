# SPDX-License-Identifier: MIT
"""The load of the settings of a comparison, beside their rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from ns3_bridge import Ns3TwinError
from py_agent.capacity.survey import Survey, survey
from py_agent.compare.comparison import Comparison
from py_agent.compare.grid import Cell

_STARTS = 5  # seeds whose starts are asked, a tenth of a second each


def with_loads(comparison: Comparison, cells: Sequence[Cell]) -> Comparison:
    """A comparison that also says how loaded each setting is, and which cannot be carried.

    Scenarios that do not observe what a load is made of have none.

    Args:
        comparison: of these runs.
        cells: all runs.
    """
    loads, notes = {}, dict(comparison.notes)
    for setting in comparison.settings:
        found = _survey([cell for cell in cells if cell.variant == setting])
        if found is None:
            continue
        loads[setting] = str(found)
        if found.load.servers >= 1:
            told = f"infeasible: servers are asked for {found.load.servers:.2f} of what they can do"
            notes[setting] = [told, *notes.get(setting, ())]
    return dataclasses.replace(comparison, loads=loads, notes=notes)


def _survey(cells: Sequence[Cell]) -> Survey | None:
    """Of the run with models, if there is one."""
    seeds = sorted({cell.run.seed for cell in cells})[:_STARTS]
    run = next((cell.run for cell in cells if cell.run.retrain is not None), cells[0].run)
    try:
        return survey(run, seeds)
    except (Ns3TwinError, KeyError):
        return None
