# SPDX-License-Identifier: MIT
"""The map of a recorded run: who went where, who served whom, and where handovers happened."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from py_agent.experiment.run_data import has_table, slot_field, slot_fields, table_columns
from py_agent.experiment.run_folder import RunFolder
from py_agent.view.map_parts import (
    UNSERVED,
    colours,
    draw_sites,
    fit_square,
    is_crowded,
    shades,
    title,
)

_MAX_POINTS = 150  # per trajectory: enough for the eye
_GRID = 400  # points per side at which the nearest station is found
_MARKS = {"done": ("o", "white"), "failed": ("X", "#b2182b")}  # of handovers


def draw_map(axes: Axes, folder: RunFolder) -> None:
    """Draw users' trajectories over the cells, with handovers and, where there are some, buildings.

    Args:
        axes: where.
        folder: a run of a scenario with places of users and base stations.
    """
    position_m = slot_field(folder, "position_m").astype(np.float64)  # [n_slots, n_ue, 2]
    if "present" in slot_fields(folder):
        position_m[slot_field(folder, "present") == 0] = np.nan  # those are not drawn
    sites_m = slot_field(folder, "bs_position_m")[0]  # [n_bs, 2]
    thin = slice(None, None, max(1, len(position_m) // _MAX_POINTS))
    serving = slot_field(folder, "serving_bs")[thin]  # [n_points, n_ue]
    _draw_trajectories(axes, position_m[thin], serving, len(sites_m))
    handles: list[Line2D | Patch] = [
        Line2D([], [], color="0.4", marker="o", markersize=7, label="user, at the end"),
        Line2D([], [], color=UNSERVED, label="not connected"),
        *_draw_handovers(axes, folder, position_m),
    ]
    draw_sites(axes, sites_m)
    fit_square(axes, np.concatenate([position_m.reshape(-1, 2), sites_m]))
    handles += _draw_buildings(axes, folder.read_settings().get("settings", {}))
    _shade_nearest(axes, sites_m)
    title(axes, "Trajectories, coloured by serving base station")
    below: Any = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.09)}
    shaded = Patch(color="0.85", label="pale: nearest base station")
    axes.legend(handles=[*handles, shaded], ncols=3, frameon=False, fontsize=9, **below)


def _draw_trajectories(
    axes: Axes, position_m: NDArray[Any], serving: NDArray[Any], n_bs: int
) -> None:
    shade = shades(serving, n_bs)
    for ue in range(position_m.shape[1]):
        path_m, cell = position_m[:, ue], serving[:, ue]
        # One line for every stay in a cell, not one for every step: pages stay small.
        cuts = [0, *(np.flatnonzero(np.diff(cell)) + 1).tolist(), len(path_m)]
        stays = [path_m[a : b + 1] for a, b in itertools.pairwise(cuts)]
        axes.add_collection(LineCollection(stays, colors=shade[cuts[:-1], ue], linewidths=1.8))
        if np.isnan(path_m[-1]).any():
            continue
        axes.plot(*path_m[-1], "o", color=shade[-1, ue], markersize=7, markeredgecolor="white")
        beside: Any = {"xytext": (4, 4), "textcoords": "offset points"}
        axes.annotate(str(ue), path_m[-1], fontsize=7, color="0.3", **beside)


def _draw_handovers(axes: Axes, folder: RunFolder, position_m: NDArray[Any]) -> list[Line2D]:
    """Mark where handovers were done and where they failed; returns what the legend says."""
    if not has_table(folder, "handover"):
        return []
    rows = table_columns(folder, "handover")
    time_s = slot_field(folder, "time_s")[:, 0]
    slot = np.clip(np.searchsorted(time_s, rows["commanded_s"]), 0, len(time_s) - 1)
    handles = []
    for name, (marker, colour) in _MARKS.items():
        those = rows["outcome"] == name
        look: Any = {"marker": marker, "color": colour, "markeredgecolor": "black"}
        places_m = position_m[slot[those], rows["ue"][those]]
        as_picture = is_crowded(len(places_m))
        axes.plot(*places_m.T, linestyle="", markersize=5, rasterized=as_picture, **look)
        label = f"handover {name}: {those.sum()}"
        handles.append(Line2D([], [], linestyle="", markersize=6, label=label, **look))
    return handles


def _draw_buildings(axes: Axes, settings: Mapping[str, Any]) -> list[Patch]:
    """Draw the blocks of a Manhattan grid where the channel has them."""
    if settings.get("channel", {}).get("line_of_sight") != "buildings":
        return []
    block_m, street_m = (settings["buildings"][name] for name in ("block_m", "street_m"))
    pitch_m = block_m + street_m
    columns, rows = (
        pitch_m * np.arange(np.floor(low / pitch_m), np.ceil(high / pitch_m)) + street_m / 2
        for low, high in (axes.get_xlim(), axes.get_ylim())
    )
    blocks = [Rectangle((x, y), block_m, block_m) for x in columns for y in rows]
    axes.add_collection(PatchCollection(blocks, facecolor="0.88", edgecolor="0.75", zorder=0))
    return [Patch(facecolor="0.88", edgecolor="0.75", label="building")]


def _shade_nearest(axes: Axes, sites_m: NDArray[Any]) -> None:
    """A pale ground: which base station is nearest."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    x, y = np.meshgrid(np.linspace(left, right, _GRID), np.linspace(low, high, _GRID))
    distance = np.hypot(x[..., None] - sites_m[:, 0], y[..., None] - sites_m[:, 1])
    ground = colours(len(sites_m))[distance.argmin(axis=-1)]
    ground[..., 3] = 0.1
    look: Any = {"origin": "lower", "zorder": -1, "interpolation": "nearest"}  # small in pages
    axes.imshow(ground, extent=(left, right, low, high), **look)
