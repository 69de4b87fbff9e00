# SPDX-License-Identifier: MIT
"""Curves over the time of a recorded run: delay, load of bands and servers, events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from py_agent.experiment.run_data import slot_field, slot_fields
from py_agent.experiment.run_folder import RunFolder
from py_agent.view.delay_bars import PARTS, DelayBars, bar_s
from py_agent.view.map_parts import colours, is_crowded, title

#: Colours of a run and of its baseline.
RUN, BASELINE = "#0072b2", "#d55e00"
# Not the colours of base stations; light and dark in turn, so that they print in grey.
_OF_PARTS = ("#762a83", "#c2a5cf", "#5aae61", "#1b5e20")
_MAX_POINTS = 200


def draw_delay_parts(axes: Axes, folder: RunFolder, summary: Mapping[str, Any]) -> None:
    """Draw what the tasks of each moment waited for."""
    bars = DelayBars.of(folder, summary)
    parts, edges_s = bars.parts, bars.edges_s
    bottom_s = np.zeros(len(edges_s))
    for (label, name), colour in zip(PARTS.items(), _OF_PARTS, strict=True):
        value_s = getattr(parts, name)
        if name == "download_s" and not value_s.any():
            continue  # no results in this run
        mean_s = bars.mean_s(name)
        share_s = value_s.mean() if len(value_s) else 0.0
        look: Any = {"align": "edge", "color": colour, "label": f"{label}\n{share_s:.2f} s"}
        axes.bar(edges_s, mean_s, bars.width_s * 0.9, bottom_s, **look)
        bottom_s += mean_s
    if len(parts.delay_s):
        mean_s = parts.delay_s.mean()
        label = f"mean\n{mean_s:.2f} s"
        axes.axhline(mean_s, color="black", linestyle="--", linewidth=1, label=label)
    title(axes, "Mean delay of the tasks created at that time (unfinished: age)")
    axes.set(ylabel="delay [s]", ylim=(0, None))
    _finish(axes, bars.start_s, summary)


def draw_delays(axes: Axes, runs: Mapping[str, tuple[RunFolder, Mapping[str, Any], str]]) -> None:
    """Draw the delays of several runs as curves.

    Args:
        axes: where.
        runs: name in the legend → folder, summary, colour.
    """
    for name, (folder, summary, colour) in runs.items():
        bars = DelayBars.of(folder, summary)
        there, middle_s = bars.count > 0, bars.edges_s + bars.width_s / 2
        delay_s = bars.parts.delay_s
        label = f"{name}\nmean {delay_s.mean():.2f} s" if len(delay_s) else name
        axes.plot(middle_s[there], bars.mean_s()[there], color=colour, label=label)
        _finish(axes, bars.start_s, summary)
    title(axes, "Mean delay of the tasks created at that time (unfinished: age)")
    axes.set(ylabel="delay [s]", ylim=(0, None))


def draw_load(axes: Axes, folder: RunFolder, summary: Mapping[str, Any]) -> None:
    """Draw how busy servers (solid) and bands (dotted) are, as means of some seconds."""
    time_s = slot_field(folder, "time_s")[:, 0]
    busy = slot_field(folder, "compute_utilisation")  # [n_slots, n_bs]
    window_s = bar_s(summary)
    window = max(1, round(window_s * summary["slots"] / summary["sim_time_s"]))
    thin = slice(None, None, max(1, len(time_s) // _MAX_POINTS))
    bands = band_utilisation(folder)
    shade = colours(busy.shape[1])
    for bs in range(busy.shape[1]):
        label = f"server {bs}: {busy[:, bs].mean():.0%}"
        axes.plot(time_s[thin], _smooth(busy[:, bs], window)[thin], color=shade[bs], label=label)
    for bs, band in enumerate(bands):
        label = f"band {bs}: {band.mean():.0%}"
        curve = _smooth(band, window)[thin]
        axes.plot(time_s[thin], curve, color=shade[bs], linestyle=":", label=label)
    means = f"mean of the last {window_s:.0f} s"
    title(axes, f"Load of edge servers and of the cells' uplink ({means})")
    axes.set(ylabel="busy", ylim=(0, 1.03), yticks=[0, 0.25, 0.5, 0.75, 1])
    _finish(axes, time_s[0], summary, most=14)


def draw_events(
    axes: Axes, events: Mapping[str, Any], folder: RunFolder, summary: Mapping[str, Any]
) -> None:
    """Draw when handovers, losses and retraining happened (`run_events`), a row each."""
    start_s = slot_field(folder, "time_s")[0, 0]
    names = list(events)[::-1]
    for row, name in enumerate(names):
        is_bad = name in ("handover failed", "connection lost")
        look: Any = {"marker": "x" if is_bad else "|", "color": "#b2182b" if is_bad else "0.25"}
        look["rasterized"] = is_crowded(len(events[name]))
        axes.plot(events[name], np.full(len(events[name]), row), linestyle="", **look)
    axes.set_yticks(range(len(names)), [f"{name}: {len(events[name])}" for name in names])
    title(axes, "What happened when")
    axes.set(ylim=(-0.6, len(names) - 0.4))
    axes.grid(axis="x", alpha=0.25)
    axes.set_xlim(start_s, start_s + summary["sim_time_s"])


def band_utilisation(folder: RunFolder) -> NDArray[np.float64]:
    """Used part of each cell's uplink, ``[n_bs, n_slots]``; of none where the radio is silent."""
    if not {"cell_rb_used_ul", "cell_rb_available"} <= slot_fields(folder):
        return np.empty((0, 0))
    available = slot_field(folder, "cell_rb_available").astype(np.float64)
    used: NDArray[np.float64] = slot_field(folder, "cell_rb_used_ul") / np.maximum(available, 1)
    return used.T


def _smooth(values: NDArray[Any], window: int) -> NDArray[np.float64]:
    """Means of the last values, of fewer at the start."""
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    first = np.maximum(np.arange(1, len(total)) - window, 0)
    last = np.arange(1, len(total))
    means: NDArray[np.float64] = (total[last] - total[first]) / (last - first)
    return means


def _finish(axes: Axes, start_s: float, summary: Mapping[str, Any], most: int = 7) -> None:
    axes.set_xlim(start_s, start_s + summary["sim_time_s"])
    axes.grid(alpha=0.25)
    if len(axes.get_legend_handles_labels()[0]) <= most:
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8)
