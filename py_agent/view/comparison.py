# SPDX-License-Identifier: MIT
"""What a comparison shows: table, figure, report page."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from py_agent.compare.table import Comparison, Row
from py_agent.intervals import LEAST_SEEDS, Estimate
from py_agent.view.page import page, picture, table

_COLUMNS = (
    ("p95 s", "p95_delay_s", "{:.3f}"),
    ("p99 s", "p99_delay_s", "{:.3f}"),
    ("accuracy", "accuracy_mean", "{:.3f}"),
    ("user-s below A_min", "share_below_target", "{:.1%}"),
    ("users below A_min", "users_below_target", "{:.1%}"),
    ("handovers/min", "handovers_per_min", "{:.1f}"),
    ("failed", "handovers_failed", "{:.1f}"),
    ("Jain", "jain_index", "{:.2f}"),
    ("training Mbit/s", "training_mbit_s", "{:.3f}"),
    ("decision ms", "decision_ms_per_slot", "{:.2f}"),
)
_CROWDED = 6.0  # ratio of the ends of an axis that leaves no room to label its small ticks
_EMPTY = ("", "–")

#: What is said below every table of estimates.
INTERVALS = f"Intervals: 95 %, Student's t over seeds; none below {LEAST_SEEDS} seeds."


def comparison_table(comparison: Comparison) -> tuple[list[str], list[list[str]]]:
    """Titles of the columns, and a row of text per policy and setting; no empty columns."""
    reference = comparison.reference or "best rule"
    header = [
        *("policy", "setting", "mean delay s [95 % CI]", *(title for title, _, _ in _COLUMNS)),
        *(f"ratio to {reference} [95 % CI]", "seeds × s"),
    ]
    rows = [_cells(row) for row in comparison.rows]
    kept = [i for i in range(len(header)) if any(row[i] not in _EMPTY for row in rows)]
    return [header[i] for i in kept], [[row[i] for i in kept] for row in rows]


def write_comparison(comparison: Comparison, folder: Path, command: str) -> None:
    """Write ``comparison.png``, ``comparison.md`` and ``report.html``.

    Args:
        comparison: its rows.
        folder: where to.
        command: what made it.
    """
    figure = draw_comparison(comparison)
    figure.savefig(folder / "comparison.png", dpi=110)
    best = "; ".join(
        f"{setting}: {rule}" if setting else rule for setting, rule in comparison.best_rule.items()
    )
    header, rows = comparison_table(comparison)
    lines = [header, ["---"] * len(header), *rows]
    (folder / "comparison.md").write_text(
        "".join(f"| {' | '.join(line)} |\n" for line in lines), encoding="utf-8"
    )
    body = f"""{picture(figure)}
{table(rows, header)}
<p>Delays of unfinished tasks count with their age. All policies meet the same
trajectories, radio maps and tasks under a seed; ratios are means over seeds of the ratio under the
same seed. {INTERVALS} Best rule: {html.escape(best)}.</p>
{"".join(f"<p>Failed: {html.escape(str(failure))}</p>" for failure in comparison.failures)}
<pre>{html.escape(command)}</pre>"""
    (folder / "report.html").write_text(page("Comparison of policies", body), encoding="utf-8")


def draw_comparison(comparison: Comparison) -> Figure:
    """Mean delays of the policies with their runs, and their ratios, per setting."""
    settings = list(dict.fromkeys(row.setting for row in comparison.rows))
    by_setting = [[row for row in comparison.rows if row.setting == s] for s in settings]
    height = sum(0.32 * len(rows) + 0.9 for rows in by_setting) + 0.4
    figure = Figure(figsize=(13, max(3.0, height)), layout="constrained")
    axes = figure.subplots(
        len(settings), 2, squeeze=False, height_ratios=[len(rows) + 1 for rows in by_setting]
    )
    for (left, right), setting, rows in zip(axes, settings, by_setting, strict=True):
        _draw_delays(left, rows, setting)
        _draw_ratios(right, rows, comparison.reference)
    return figure


def _draw_delays(axes: Axes, rows: Sequence[Row], setting: str) -> None:
    for place, row in enumerate(rows):
        axes.plot(row.delays_s, [place] * row.seeds, "o", color="0.75", markersize=4)
    _draw_estimates(axes, [row.mean_delay_s for row in rows])
    title = "Mean delay of tasks, 95 % interval (grey: each seed)"
    axes.set(title=f"{setting} · {title}" if setting else title, xlabel="delay [s]")
    axes.set_yticks(range(len(rows)), [row.policy for row in rows])
    axes.invert_yaxis()


def _draw_ratios(axes: Axes, rows: Sequence[Row], reference: str | None) -> None:
    ratios = [row.paired_ratio or row.paired_ratio_to_best_rule for row in rows]
    _draw_estimates(axes, ratios)
    axes.axvline(1, color="#d6604d", linestyle="--", linewidth=1)
    title = f"Paired ratio to {reference or 'the best rule'}, 95 % interval"
    axes.set(title=title, xlabel="ratio")
    axes.set_yticks(range(len(rows)), [""] * len(rows))
    axes.invert_yaxis()


def _draw_estimates(axes: Axes, estimates: Sequence[Estimate | None]) -> None:
    for place, estimate in enumerate(estimates):
        if estimate is None:
            continue
        if estimate.ci_low is not None and estimate.ci_high is not None:
            ends = [estimate.ci_low, estimate.ci_high]
            axes.plot(ends, [place, place], color="#6a51a3", linewidth=3, alpha=0.5)
        axes.plot(estimate.mean, place, "D", color="#6a51a3", markersize=6)
    axes.set_xscale("log")
    axes.grid(axis="x", which="both", alpha=0.25)
    axes.set_ylim(-0.6, len(estimates) - 0.4)
    axes.xaxis.set_major_formatter("{x:g}")
    shown = [e.mean for e in estimates if e is not None]
    crowded = bool(shown) and np.max(shown) > _CROWDED * np.min(shown)
    axes.xaxis.set_minor_formatter(NullFormatter() if crowded else "{x:g}")


def _cells(row: Row) -> list[str]:
    numbers = [
        "–" if row.means[name] is None else form.format(row.means[name])
        for _, name, form in _COLUMNS
    ]
    ratio = row.paired_ratio or row.paired_ratio_to_best_rule
    estimates = ["–" if e is None else str(e) for e in (row.mean_delay_s, ratio)]
    return [row.policy, row.setting, estimates[0], *numbers, estimates[1], _seeds(row)]


def _seeds(row: Row) -> str:
    parts = [] if row.horizon_s is None else [f"{row.seeds} × {row.horizon_s:g}"]
    if row.failed:
        parts.append(f"failed: {', '.join(map(str, row.failed))}")
    return "; ".join(parts)
