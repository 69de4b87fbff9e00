# SPDX-License-Identifier: MIT
"""The picture of a run: who went where, who served whom, and what the tasks waited for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from py_agent.experiment.run_data import slot_fields
from py_agent.experiment.run_events import run_events
from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.run_summary import decider, has_tasks, summary_of
from py_agent.view.accuracy_curve import draw_accuracy
from py_agent.view.field_curves import curves, draw_field
from py_agent.view.run_curves import (
    BASELINE,
    RUN,
    draw_delay_parts,
    draw_delays,
    draw_events,
    draw_load,
)
from py_agent.view.run_map import draw_map

_NEEDED = {"position_m", "bs_position_m", "serving_bs", "compute_utilisation"}
_MOST_FIELDS = 24


def draw_run(folder: RunFolder, baseline: RunFolder | None = None) -> Figure:
    """Draw a run of a network with users, stations and servers; of another scenario its fields.

    Args:
        folder: a run, finished or not.
        baseline: another policy's run under the same seed, whose delay and accuracy stand beside.
    """
    summary = summary_of(folder)
    is_drawn = is_network(folder) and (has_tasks(summary) or "early_end" in summary)
    figure = _network(folder, baseline) if is_drawn else _fields(folder)
    beside = "" if baseline is None else f" beside {decider(summary_of(baseline))}"
    figure.suptitle(
        f"{summary['scenario']} · {decider(summary)}{beside} · seed {summary['seed']} · "
        f"{summary['sim_time_s']:g} s of ns-3 {summary['ns3_version']}"
        + (" · ended early" if "early_end" in summary else "")
    )
    return figure


def is_network(folder: RunFolder) -> bool:
    """Whether a run has what a map and the load of servers are drawn of."""
    return slot_fields(folder) >= _NEEDED


def _network(folder: RunFolder, baseline: RunFolder | None) -> Figure:
    folders = [folder] if baseline is None else [folder, baseline]
    summaries = [summary_of(each) for each in folders]
    summary = summaries[0]
    panels = [
        # Runs that ended early tell none: their records lack the tasks that were under way.
        *(["delay"] if all(map(has_tasks, summaries)) else []),
        "load",
        *(["accuracy"] if summary.get("accuracy_mean") is not None else []),
    ]
    rows: list[Any] = [["map", name] for name in panels]
    heights = [1.0] * len(panels)
    if events := run_events(folder):
        rows.append(["events", "events"])
        heights.append(0.12 * (len(events) + 1))
    figure = Figure(figsize=(14, 2.7 * sum(heights) + 0.6), layout="constrained")
    widths = [0.4 * len(panels), 1]
    axes = figure.subplot_mosaic(rows, width_ratios=widths, height_ratios=heights)
    draw_map(axes["map"], folder)
    axes["map"].set_anchor("N")
    if "delay" in axes:
        _draw_delay(axes["delay"], folders, summaries)
    draw_load(axes["load"], folder, summary)
    if "accuracy" in axes:
        draw_accuracy(axes["accuracy"], folder, baseline)
    if events:
        draw_events(axes["events"], events, folder, summary)
    axes[rows[-1][-1]].set_xlabel("ns-3 time [s]")
    return figure


def _draw_delay(
    axes: Axes, folders: Sequence[RunFolder], summaries: Sequence[Mapping[str, Any]]
) -> None:
    if len(folders) == 1:
        draw_delay_parts(axes, folders[0], summaries[0])
        return
    both = zip(folders, summaries, (RUN, BASELINE), strict=True)
    draw_delays(axes, {decider(told): (each, told, colour) for each, told, colour in both})


def _fields(folder: RunFolder) -> Figure:
    drawn = list(curves(folder).items())[:_MOST_FIELDS]
    columns = min(3, len(drawn))
    rows = math.ceil(len(drawn) / columns)
    figure = Figure(figsize=(4.5 * columns, 2.2 * rows + 0.6), layout="constrained")
    for place, (name, field) in enumerate(drawn):
        draw_field(figure.add_subplot(rows, columns, place + 1), folder, name, field)
    figure.supxlabel("slot")
    return figure
