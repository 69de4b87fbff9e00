# SPDX-License-Identifier: MIT
"""The picture of a run: who went where, who served whom, and what the tasks waited for."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from py_agent.experiment.run_data import slot_field, slot_fields, slot_rewards, table_columns
from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.run_summary import summary_of
from py_agent.experiment.task_statistics import delay_parts
from py_agent.view.accuracy_curve import draw_accuracy
from py_agent.view.map_parts import UNSERVED, colours, draw_sites, shades

# Not the colours of the base stations.
_PARTS = (
    ("upload", "#6a51a3"),
    ("compute queue", "#d6604d"),
    ("compute", "#c9b458"),
    ("download", "#5aae61"),
)
_MAX_POINTS = 400  # per trajectory and curve: enough for the eye


def draw_run(folder: RunFolder) -> Figure:
    """Draw a run of the cellular scenario, or the reward of any other.

    Args:
        folder: a run, finished or not.
    """
    summary = summary_of(folder)
    drawn = {"position_m", "bs_position_m", "serving_bs", "compute_utilisation"}
    if not drawn <= slot_fields(folder) or not {"mean_delay_s", "early_end"} & set(summary):
        figure = Figure(figsize=(8, 4), layout="constrained")
        _draw_reward(figure.subplots(), folder)
    else:
        curves = ["delay", "load", *(["accuracy"] if "accuracy_mean" in summary else [])]
        figure = Figure(figsize=(13, 3.25 * len(curves)), layout="constrained")
        axes = figure.subplot_mosaic([["map", name] for name in curves], width_ratios=[1, 1.15])
        _draw_map(axes["map"], folder)
        _draw_delay(axes["delay"], folder, summary)
        _draw_utilisation(axes["load"], folder, summary)
        if "accuracy" in axes:
            draw_accuracy(axes["accuracy"], folder)
    figure.suptitle(
        f"{summary['scenario']} · policy {summary['policy']} · seed {summary['seed']} · "
        f"{summary['sim_time_s']:g} s of ns-3 {summary['ns3_version']}"
        + (" · ended early" if "early_end" in summary else "")
    )
    return figure


def _thin(n_slots: int) -> slice:
    return slice(None, None, max(1, n_slots // _MAX_POINTS))


def _draw_map(axes: Axes, folder: RunFolder) -> None:
    position_m = slot_field(folder, "position_m")
    thin = _thin(len(position_m))
    position_m = position_m[thin].astype(np.float64)  # [n_points, n_ue, 2]
    if "present" in slot_fields(folder):
        position_m[slot_field(folder, "present")[thin] == 0] = np.nan  # those are not drawn
    serving = slot_field(folder, "serving_bs")[thin]  # [n_points, n_ue]
    sites_m = slot_field(folder, "bs_position_m")[0]  # [n_bs, 2]
    shade = shades(serving, len(sites_m))
    for ue in range(position_m.shape[1]):
        path_m = position_m[:, ue]
        segments = np.stack([path_m[:-1], path_m[1:]], axis=1)
        axes.add_collection(LineCollection(list(segments), colors=shade[:-1, ue], linewidths=2))
        if np.isnan(path_m[-1]).any():
            continue
        axes.plot(*path_m[-1], "o", color=shade[-1, ue], markersize=7, markeredgecolor="white")
        axes.annotate(
            str(ue), path_m[-1], xytext=(4, 4), textcoords="offset points", fontsize=7, color="0.3"
        )
    draw_sites(axes, sites_m)
    axes.set_title("Walks, coloured by serving base station")
    axes.set_aspect("equal", adjustable="datalim")
    axes.autoscale_view()
    axes.legend(
        handles=[
            Line2D([], [], marker="o", linestyle="-", color="0.4", label="user at the end"),
            Line2D([], [], linestyle="-", color=UNSERVED, label="not connected"),
        ],
        loc="upper center",
        bbox_to_anchor=(0.5, -0.08),
        ncols=2,
        frameon=False,
    )


def _draw_delay(axes: Axes, folder: RunFolder, summary: dict[str, Any]) -> None:
    time_s = slot_field(folder, "time_s")[:, 0]
    end_s = time_s[0] + summary["sim_time_s"]
    parts = delay_parts(table_columns(folder, "task"), end_s)
    width_s = max(1.0, summary["sim_time_s"] / 30)
    n_bars = max(1, round(summary["sim_time_s"] / width_s))  # the last one may be cut short
    edges_s = time_s[0] + width_s * np.arange(n_bars)
    index = np.clip(np.digitize(parts.created_s, edges_s) - 1, 0, len(edges_s) - 1)
    count = np.maximum(np.bincount(index, minlength=len(edges_s)), 1)
    bottom_s = np.zeros(len(edges_s))
    values = (parts.upload_s, parts.compute_queue_s, parts.compute_s, parts.download_s)
    for (label, colour), value_s in zip(_PARTS, values, strict=True):
        if label == "download" and not value_s.any():
            continue  # no results in this run
        mean_s = np.bincount(index, weights=value_s, minlength=len(edges_s)) / count
        share = value_s.mean() if len(value_s) else 0.0
        axes.bar(
            edges_s,
            mean_s,
            width_s * 0.9,
            bottom_s,
            align="edge",
            color=colour,
            label=f"{label}: {share:.2f} s",
        )
        bottom_s += mean_s
    if len(parts.delay_s):
        axes.axhline(
            parts.delay_s.mean(),
            color="black",
            linestyle="--",
            linewidth=1,
            label=f"mean: {parts.delay_s.mean():.2f} s",
        )
    axes.set(
        title="Mean delay of the tasks created at that time (unfinished: age)",
        ylabel="delay [s]",
        xlim=(time_s[0], end_s),
        ylim=(0, max(1.4 * bottom_s.max(), 1e-3)),  # room for the legend
    )
    axes.legend(loc="upper right", ncols=2)
    axes.grid(axis="y", alpha=0.25)


def _draw_utilisation(axes: Axes, folder: RunFolder, summary: dict[str, Any]) -> None:
    time_s = slot_field(folder, "time_s")[:, 0]
    busy = slot_field(folder, "compute_utilisation")  # [n_slots, n_bs]
    slots_per_s = summary["slots"] / summary["sim_time_s"]
    window = min(len(busy), max(1, round(slots_per_s)))
    kernel = np.ones(window) / window
    shade = colours(busy.shape[1])
    for bs in range(busy.shape[1]):
        smooth = np.convolve(busy[:, bs], kernel)[: len(busy)]
        axes.plot(time_s, smooth, color=shade[bs], label=f"BS {bs}: {busy[:, bs].mean():.0%}")
    axes.set(
        title="Utilisation of the edge servers (mean over the last second)",
        xlabel="ns-3 time [s]",
        ylabel="busy",
        ylim=(0, 1.3),  # room for the legend
        yticks=[0, 0.25, 0.5, 0.75, 1],
        xlim=(time_s[0], time_s[0] + summary["sim_time_s"]),
    )
    if busy.shape[1] <= 10:
        axes.legend(loc="upper right", ncols=5)
    axes.grid(alpha=0.25)


def _draw_reward(axes: Axes, folder: RunFolder) -> None:
    axes.plot(slot_rewards(folder))
    axes.set(title="Reward", xlabel="slot", ylabel="reward")
    axes.grid(alpha=0.25)
