# SPDX-License-Identifier: MIT
"""What happened when in a run: handovers, lost connections, retraining."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.experiment.run_data import has_table, table_columns
from py_agent.experiment.run_folder import RunFolder

Times = NDArray[np.float64]


def run_events(folder: RunFolder) -> dict[str, Times]:
    """ns-3 times of what happened, by what it was; of what the scenario records.

    Args:
        folder: a run, finished or not.

    Raises:
        DamagedRun: a file is damaged; the message names it.
    """
    events: dict[str, Times] = {}
    handovers = _columns(folder, "handover", "outcome", "commanded_s")
    for outcome in ("done", "failed") if handovers else ():
        those = handovers["outcome"] == outcome
        events[f"handover {outcome}"] = handovers["commanded_s"][those].astype(np.float64)
    if losses := _columns(folder, "radio_link", "lost_s"):
        events["connection lost"] = losses["lost_s"].astype(np.float64)
    if training := _columns(folder, "training", "done_s"):
        done_s = training["done_s"].astype(np.float64)
        events["model retrained"] = done_s[~np.isnan(done_s)]
    return events


def _columns(folder: RunFolder, name: str, *columns: str) -> dict[str, NDArray[Any]]:
    """A table that has these columns; empty: there is none, or a scenario's own with others."""
    if not has_table(folder, name):
        return {}
    found = table_columns(folder, name)
    return found if set(columns) <= set(found) else {}
