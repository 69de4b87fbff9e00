# SPDX-License-Identifier: MIT
"""The picture of a comparison's fronts: delay over violations."""

from __future__ import annotations

import math
from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator
from matplotlib.transforms import Bbox

from py_agent.compare.comparison import Comparison, Row
from py_agent.compare.labels import family
from py_agent.view.log_axis import label_ticks

_COLOURS = ("#6a51a3", "#d6604d", "#1b7837", "#b8860b", "#2166ac", "#8c510a", "#c51b7d", "#01665e")
_MARKERS = "osD^vPX*"
_Styles = Mapping[str, tuple[str, str]]  # colour and marker by family
#: From a point to its name, the nearest first.
_PLACES_PT = sorted(
    ((x, y) for x in (6, -6, 30, -30) for y in range(-84, 85, 12)),
    key=lambda place: math.hypot(*place),
)
_LINEAR = 10.0  # %: up to there the axis of violations is linear, beyond it logarithmic


def draw_fronts(comparison: Comparison) -> Figure | None:
    """A panel per setting: rows as points, with intervals, and a line per front.

    None: no policy of the comparison has models.
    """
    shown = [
        (setting, rows)
        for setting in comparison.settings
        if (rows := [row for row in comparison.rows if row.setting == setting and row.violations])
    ]
    if not shown:
        return None
    figure = Figure(figsize=(8.5, 5.2 * len(shown)), layout="constrained")
    panels = figure.subplots(len(shown), 1, squeeze=False)[:, 0]
    for axes, (setting, rows) in zip(panels, shown, strict=True):
        style = _styles(rows)
        _draw(axes, comparison, setting, rows, style)
        _label(figure, axes, rows, style)
    return figure


def _styles(rows: list[Row]) -> _Styles:
    """Colour and marker of each family."""
    families = dict.fromkeys(family(row.policy) for row in rows)
    return {
        name: (_COLOURS[place % len(_COLOURS)], _MARKERS[place % len(_MARKERS)])
        for place, name in enumerate(families)
    }


def _draw(
    axes: Axes, comparison: Comparison, setting: str, rows: list[Row], style: _Styles
) -> None:
    axes.axvspan(0, 100 * comparison.tolerance, color="#1b7837", alpha=0.08, linewidth=0)
    for name, front in comparison.fronts[setting].items():
        colour, _ = style[name]
        points = [(100 * point.violations, point.delay_s) for point in front]
        axes.plot(*zip(*points, strict=True), color=colour, linewidth=1.2, alpha=0.7)
    for row in rows:
        _draw_row(axes, row, *style[family(row.policy)])
    for name, (colour, marker) in style.items():
        axes.plot([], [], marker, color=colour, label=name)
    title = "Delay over violations, 95 % intervals; shaded: the constraint is kept"
    axes.set(
        title=f"{setting} · {title}" if setting else title,
        xlabel="user-seconds below A_min [%]",
        ylabel="mean delay [s]",
    )
    axes.set_xscale("symlog", linthresh=_LINEAR)
    axes.set_yscale("log")
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_major_locator(FixedLocator([0, 2, 5, 10, 20, 50, 100]))
    axes.xaxis.set_minor_locator(NullLocator())
    label_ticks(axes.yaxis, [row.mean_delay_s.mean for row in rows if row.mean_delay_s is not None])
    axes.grid(which="both", alpha=0.25)
    axes.legend(loc="best", fontsize=8)


def _draw_row(axes: Axes, row: Row, colour: str, marker: str) -> None:
    if row.mean_delay_s is None or row.violations is None:
        return
    x, y = row.violations, row.mean_delay_s
    if x.ci_low is not None and x.ci_high is not None:
        ends = [100 * max(x.ci_low, 0.0), 100 * x.ci_high]
        axes.plot(ends, [y.mean] * 2, color=colour, alpha=0.35)
    if y.ci_low is not None and y.ci_high is not None:
        axes.plot([100 * x.mean] * 2, [y.ci_low, y.ci_high], color=colour, alpha=0.35)
    axes.plot(100 * x.mean, y.mean, marker, color=colour, markersize=6)


def _label(figure: Figure, axes: Axes, rows: list[Row], style: _Styles) -> None:
    """Name the points, each name at the first place where it covers no other."""
    figure.draw_without_rendering()  # sizes are known from then on
    taken: list[Bbox] = []
    for row in rows:
        if row.mean_delay_s is None or row.violations is None:
            continue
        name = family(row.policy)
        label = axes.annotate(
            row.policy.removeprefix(name),
            (100 * row.violations.mean, row.mean_delay_s.mean),
            xytext=_PLACES_PT[0],
            textcoords="offset points",
            fontsize=7,
            color=style[name][0],
            arrowprops={"arrowstyle": "-", "color": style[name][0], "alpha": 0.4, "linewidth": 0.6},
        )
        for x_pt, y_pt in _PLACES_PT:
            label.set(position=(x_pt, y_pt), horizontalalignment="left" if x_pt > 0 else "right")
            box = label.get_window_extent()
            if not any(box.overlaps(other) for other in taken):
                break
        taken.append(box)
