# SPDX-License-Identifier: MIT
"""The moments of a run in which tasks waited longest, and what was the matter then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from py_agent.experiment.run_data import slot_field
from py_agent.experiment.run_events import run_events
from py_agent.experiment.run_folder import RunFolder
from py_agent.view.delay_bars import PARTS, DelayBars
from py_agent.view.run_curves import band_utilisation

HEADER = ("created at", "mean delay", "longest part", "busiest server", "busiest band", "handovers")
_MOMENTS = 3


def worst_moments(folder: RunFolder, summary: Mapping[str, Any]) -> list[list[str]]:
    """Rows of a table with `HEADER`, the longest delays first.

    Args:
        folder: a run with tasks, stations and servers.
        summary: of it.
    """
    bars = DelayBars.of(folder, summary)
    mean_s, edges_s, count = bars.mean_s(), bars.edges_s, bars.count
    part_s = {name: bars.mean_s(part) for name, part in PARTS.items()}
    time_s = slot_field(folder, "time_s")[:, 0]
    servers, bands = slot_field(folder, "compute_utilisation").T, band_utilisation(folder)
    handovers_s = run_events(folder).get("handover done", np.empty(0))
    rows = []
    for worst in np.argsort(-mean_s, kind="stable")[:_MOMENTS]:
        if not count[worst]:
            continue
        low_s, high_s = edges_s[worst], edges_s[worst] + bars.width_s
        longest_s, longest = max((float(means_s[worst]), n) for n, means_s in part_s.items())
        slots = (time_s >= low_s) & (time_s < high_s)
        rows.append(
            [
                f"{low_s:.0f} to {high_s:.0f} s",
                f"{mean_s[worst]:.2f} s",
                f"{longest}: {longest_s:.2f} s",
                _busiest(servers[:, slots]),
                _busiest(bands[:, slots] if bands.size else bands),
                str(int(((handovers_s >= low_s) & (handovers_s < high_s)).sum())),
            ]
        )
    return rows


def _busiest(load: Any) -> str:
    """Which row has the largest mean, ``[n_bs, n_slots]``."""
    if not load.size:
        return "–"
    means = load.mean(axis=1)
    return f"{int(means.argmax())}: {means.max():.0%}"
