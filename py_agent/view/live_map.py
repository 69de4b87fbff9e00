# SPDX-License-Identifier: MIT
"""The network as it stands in a slot: what environments with a ``render_mode`` show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ns3_bridge import InvalidSetting, Schema
from py_agent.contract import present
from py_agent.view.map_parts import UNSERVED, colours, draw_sites, fit_square, shades

_NEEDED = ("position_m", "serving_bs", "bs_position_m")
_QUEUES = ("tasks_uploading", "tasks_computing", "handover_state", "time_s", "present")
_UNDER_WAY = ("pending", "waiting")  # of `handover_state`
_SIZE_INCH = (10.0, 6.0)
_DPI = 100
_MOST_POINTS = 256  # of a trajectory
_DOT, _DOT_PER_TASK = 36.0, 24.0  # areas in square points


class LiveMap:
    """Users' trajectories, cells, associations and queues; a `ns3_bridge.rendering.Renderer`.

    A user has the colour of its cell, a line to its base station, and a dot that grows with the
    tasks that it uploads; a ring around it is a handover that is not done. The panels show the
    tasks on their way to the servers and at the servers.

    Args:
        schema: of a scenario with places of users and base stations.
        in_window: the picture is shown in a window of matplotlib.

    Raises:
        InvalidSetting: the scenario observes no places, or there is no window to be had.

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> env = without_ns3.make({"n_ue": 3, "n_bs": 2})
        >>> observation, _ = env.reset(seed=1)
        >>> live_map = LiveMap(env.schema)
        >>> live_map.begin(observation)
        >>> height, width, colours = live_map.image().shape
        >>> colours
        3
        >>> live_map.close()
        >>> env.close()
    """

    def __init__(self, schema: Schema, in_window: bool = False) -> None:
        known = {field.name for field in schema.observations}
        if missing := set(_NEEDED) - known:
            raise InvalidSetting(
                f"scenario {schema.scenario} cannot be drawn as a map: it does not observe "
                f"{', '.join(sorted(missing))}"
            )
        self._fields = [*_NEEDED, *(name for name in _QUEUES if name in known)]
        self._n_ue, self._n_bs = schema.sizes["ue"], schema.sizes["bs"]
        labels = schema.observation("handover_state").labels if "handover_state" in known else ()
        self._under_way = [i for i, label in enumerate(labels) if label in _UNDER_WAY]
        self._figure = _window() if in_window else Figure(_SIZE_INCH, _DPI, layout="constrained")
        if not in_window:
            FigureCanvasAgg(self._figure)
        self._in_window = in_window

    def begin(self, observation: Mapping[str, NDArray[Any]]) -> None:
        """An episode starts."""
        self._points: list[tuple[NDArray[Any], NDArray[Any]]] = []
        self._stride, self._slots = 1, 0
        self.follow(observation)
        self._figure.clear()
        self._figure.set_layout_engine("constrained")
        panels = self._figure.subplot_mosaic(
            [["map", "uploads"], ["map", "servers"]], width_ratios=[1.6, 1]
        )
        self._draw_map(panels["map"])
        self._draw_queues(panels["uploads"], panels["servers"])

    def follow(self, observation: Mapping[str, NDArray[Any]]) -> None:
        """A slot has passed."""
        self._now = {name: np.array(observation[name]) for name in self._fields}
        self._there = np.broadcast_to(present(self._now), self._n_ue)
        self._now["position_m"][~self._there] = np.nan  # who is away is not drawn
        if self._slots % self._stride == 0:
            self._points.append((self._now["position_m"], self._now["serving_bs"]))
            if len(self._points) > _MOST_POINTS:
                del self._points[1::2]
                self._stride *= 2
        self._slots += 1

    def image(self) -> NDArray[np.uint8]:
        """The present picture, ``[height, width, 3]``."""
        self._update()
        canvas: Any = self._figure.canvas
        canvas.draw()
        self._figure.set_layout_engine("none")  # it takes as long as the drawing itself
        return np.array(canvas.buffer_rgba(), np.uint8)[..., :3].copy()

    def show(self) -> None:
        """Bring the present picture to its window."""
        self._update()
        self._figure.canvas.draw_idle()
        self._figure.canvas.flush_events()

    def close(self) -> None:
        """Close the window, if there is one."""
        if self._in_window:
            from matplotlib import pyplot

            pyplot.close(self._figure)

    def _draw_map(self, axes: Axes) -> None:
        self._map = axes
        draw_sites(axes, self._now["bs_position_m"])
        self._trails: Any = axes.add_collection(LineCollection([], linewidths=1.5, alpha=0.6))
        self._links: Any = axes.add_collection(
            LineCollection([], linewidths=0.8, linestyles="dotted")
        )
        nowhere = np.zeros((self._n_ue, 2))
        self._dots: Any = axes.scatter(*nowhere.T, zorder=3)
        beside: Any = {"xytext": (5, 5), "textcoords": "offset points", "fontsize": 7}
        self._names = [axes.annotate(str(ue), (0, 0), **beside) for ue in range(self._n_ue)]
        dots: Any = {"color": "0.4", "linestyle": "", "marker": "o"}
        handles = [
            Line2D([], [], **dots, markersize=6, label="user"),
            Line2D([], [], **dots, markersize=12, label="uploads tasks"),
            Line2D([], [], **dots, markersize=8, markeredgecolor="black", label="hands over"),
            Line2D([], [], **{**dots, "color": UNSERVED}, markersize=6, label="not connected"),
        ]
        self._figure.legend(handles=handles, loc="outside lower left", ncols=4, fontsize=8)

    def _draw_queues(self, uploads: Axes, servers: Axes) -> None:
        self._uploads = uploads.bar(np.arange(self._n_ue), np.zeros(self._n_ue))
        uploads.set(title="Tasks that users upload", xlabel="user", ylabel="tasks")
        self._servers = servers.bar(
            np.arange(self._n_bs), np.zeros(self._n_bs), color=colours(self._n_bs)
        )
        servers.set(title="Tasks at the edge servers", xlabel="base station", ylabel="tasks")
        servers.set_xticks(np.arange(self._n_bs))
        uploads.xaxis.set_major_locator(MaxNLocator(integer=True))
        for axes in (uploads, servers):
            axes.yaxis.set_major_locator(MaxNLocator(integer=True))
            axes.grid(axis="y", alpha=0.25)

    def _update(self) -> None:
        """Let the picture say what is observed now."""
        now, n_bs = self._now, self._n_bs
        place_m, serving, sites_m = now["position_m"], now["serving_bs"], now["bs_position_m"]
        uploading = now.get("tasks_uploading", np.zeros(self._n_ue))
        computing = now.get("tasks_computing", np.zeros((self._n_ue, n_bs))).sum(axis=0)
        shade = shades(serving, n_bs)
        paths_m = np.stack([*(place for place, _ in self._points), place_m])
        past = np.stack([cell for _, cell in self._points])
        self._trails.set_segments(np.stack([paths_m[:-1], paths_m[1:]], axis=2).reshape(-1, 2, 2))
        self._trails.set_color(shades(past, n_bs).reshape(-1, 4))
        served = np.flatnonzero((serving >= 0) & self._there)
        self._links.set_segments(np.stack([place_m[served], sites_m[serving[served]]], axis=1))
        self._links.set_color(shade[served])
        self._dots.set_offsets(place_m)
        self._dots.set_sizes(_DOT + _DOT_PER_TASK * uploading)
        self._dots.set_facecolor(shade)
        hands_over = np.isin(now.get("handover_state", np.full(self._n_ue, -1)), self._under_way)
        self._dots.set_edgecolor(np.where(hands_over, "black", "white").tolist())
        for name, at_m, is_there in zip(self._names, place_m, self._there, strict=True):
            name.xy = (at_m[0], at_m[1])
            name.set_visible(is_there)
        for bar, height, colour in zip(self._uploads, uploading, shade, strict=True):
            bar.set(height=height, facecolor=colour)
        for bar, height in zip(self._servers, computing, strict=True):
            bar.set_height(height)
        for bars in (self._uploads, self._servers):
            highest = max(bar.get_height() for bar in bars)
            axes = bars[0].axes
            axes.set_ylim(0, max(1.15 * highest, axes.get_ylim()[1], 4))
        fit_square(self._map, np.concatenate([paths_m.reshape(-1, 2), sites_m]))
        lost = int(self._there.sum()) - len(served)
        losses = f" · {lost} not connected" if lost else ""
        time_s = f"{now['time_s'][0]:.2f} s of ns-3" if "time_s" in now else f"slot {self._slots}"
        self._map.set_title(f"{time_s}{losses}")


def _window() -> Figure:
    from matplotlib import pyplot  # chooses a backend, which only windows need

    figure = pyplot.figure(figsize=_SIZE_INCH, dpi=_DPI, layout="constrained")
    manager = figure.canvas.manager
    if manager is None or type(manager) is FigureManagerBase:
        pyplot.close(figure)
        raise InvalidSetting(
            "render_mode = 'human' needs a window, and matplotlib's backend "
            f"{pyplot.get_backend()} has none: set DISPLAY or MPLBACKEND, or use 'rgb_array'"
        )
    manager.show()
    return figure
