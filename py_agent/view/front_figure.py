# SPDX-License-Identifier: MIT
"""The picture of a comparison's fronts: delay over violations."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from py_agent.compare.comparison import Comparison, Row
from py_agent.compare.labels import family
from py_agent.view.log_axis import label_ticks

_COLOURS = ("#6a51a3", "#d6604d", "#1b7837", "#b8860b", "#2166ac", "#8c510a", "#c51b7d", "#01665e")
_MARKERS = "osD^vPX*"
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
        _draw(axes, comparison, setting, rows)
    return figure


def _draw(axes: Axes, comparison: Comparison, setting: str, rows: list[Row]) -> None:
    families = list(dict.fromkeys(family(row.policy) for row in rows))
    style = {
        name: (_COLOURS[place % len(_COLOURS)], _MARKERS[place % len(_MARKERS)])
        for place, name in enumerate(families)
    }
    axes.axvspan(0, 100 * comparison.tolerance, color="#1b7837", alpha=0.08, linewidth=0)
    for name, front in comparison.fronts[setting].items():
        colour, _ = style[name]
        points = [(100 * point.violations, point.delay_s) for point in front]
        axes.plot(*zip(*points, strict=True), color=colour, linewidth=1.2, alpha=0.7)
    for row in rows:
        name = family(row.policy)
        _draw_row(axes, row, *style[name], above=families.index(name) % 2 == 0)
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


def _draw_row(axes: Axes, row: Row, colour: str, marker: str, *, above: bool) -> None:
    if row.mean_delay_s is None or row.violations is None:
        return
    x, y = row.violations, row.mean_delay_s
    if x.ci_low is not None and x.ci_high is not None:
        ends = [100 * max(x.ci_low, 0.0), 100 * x.ci_high]
        axes.plot(ends, [y.mean] * 2, color=colour, alpha=0.35)
    if y.ci_low is not None and y.ci_high is not None:
        axes.plot([100 * x.mean] * 2, [y.ci_low, y.ci_high], color=colour, alpha=0.35)
    axes.plot(100 * x.mean, y.mean, marker, color=colour, markersize=6)
    axes.annotate(
        row.policy.removeprefix(family(row.policy)),
        (100 * x.mean, y.mean),
        xytext=(5, 5 if above else -12),
        textcoords="offset points",
        fontsize=8,
        color=colour,
    )
