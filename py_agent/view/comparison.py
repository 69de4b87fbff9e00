# SPDX-License-Identifier: MIT
"""What a comparison shows: table, figure, report page."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from py_agent.compare.comparison import Comparison, PrecisionReached, Row
from py_agent.intervals import LEAST_SEEDS, Estimate, p_text
from py_agent.view.figure_file import save_figure
from py_agent.view.front_figure import draw_fronts
from py_agent.view.log_axis import label_ticks
from py_agent.view.page import page, picture, table
from py_agent.whole_files import replace_text

_COLUMNS = (
    ("p99 s", "p99_delay_s", "{:.3f}"),
    ("accuracy", "accuracy_mean", "{:.3f}"),
    ("users below A_min", "users_below_target", "{:.1%}"),
    ("handovers/min", "handovers_per_min", "{:.1f}"),
    ("handovers failed", "handovers_failed", "{:.1f}"),
    ("Jain", "jain_index", "{:.2f}"),
    ("training Mbit/s", "training_mbit_s", "{:.3f}"),
    ("unfinished", "tasks_unfinished", "{:.1f}"),
    ("decision ms", "decision_ms_per_slot", "{:.2f}"),
)
_EMPTY = ("", "–")

#: What is said below every table of estimates.
INTERVALS = (
    "Intervals: 95 %, Student's t over seeds, of ratios by their logarithms; none below "
    f"{LEAST_SEEDS} seeds."
)


def legend(comparison: Comparison) -> str:
    """What the columns of its tables mean."""
    has_models = any(row.violations is not None for row in comparison.rows)
    of_models = (
        " below A_min: user-seconds whose accuracy misses its target (!: more than "
        f"{comparison.tolerance:.1%}); worst: of the user with the most."
    )
    return (
        f"Ratio: geometric mean over seeds of the ratio under the same seed. {INTERVALS} p: that "
        "the ratio is 1, after Holm's correction for all policies."
        f"{of_models if has_models else ''} cost/s: minus the reward."
    )


def setting_lines(comparison: Comparison, setting: str) -> list[str]:
    """What has to be known before the rows of a setting are read, a line each."""
    rows = [row for row in comparison.rows if row.setting == setting and row.seeds]
    lines = []
    if rows:
        seeds = sorted({row.seeds for row in rows})
        numbers = f"{seeds[0]}" if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"
        length = f"{numbers} seed{'s' * (seeds[-1] > 1)} × {rows[0].horizon_s:g} s"
        cut = f", the first {rows[0].warm_up_s:g} s cut off" if rows[0].warm_up_s else ""
        best = comparison.best_rule.get(setting)
        told = f"; best rule: {best}" if best else ""
        lines.append(f"{f'{setting}: ' if setting else ''}{length}{cut}{told}")
    if setting in comparison.loads:
        lines.append(comparison.loads[setting])
    return [*lines, *(f"! {note}" for note in comparison.notes.get(setting, ()))]


def precision_line(precision: PrecisionReached) -> str:
    """How narrow the intervals of ratios have become, and what kept them from more."""
    half = "no interval" if precision.reached is None else f"± {precision.reached:.3f} of the ratio"
    limit = f"; it would take {precision.limit}" if precision.limit else ""
    return f"precision: {half} or better, ± {precision.wanted:g} was asked for{limit}"


def short_table(comparison: Comparison, setting: str) -> tuple[list[str], list[list[str]]]:
    """What decides between policies: titles of the columns, and a row of text per policy."""
    reference = comparison.reference or comparison.best_rule.get(setting, "best rule")
    header = [
        *("policy", "delay s [95 % CI]", f"ratio to {reference}", "p", "below A_min"),
        *("failed", "p95 s", "worst", "cost/s", "left"),
    ]
    return _without_empty(
        header, [_short_cells(row) for row in comparison.rows if row.setting == setting]
    )


def full_table(comparison: Comparison, setting: str) -> tuple[list[str], list[list[str]]]:
    """The short table and all other numbers."""
    header, rows = short_table(comparison, setting)
    more, others = _without_empty(
        [title for title, _, _ in _COLUMNS],
        [
            [_text(form, row.means[name]) for _, name, form in _COLUMNS]
            for row in comparison.rows
            if row.setting == setting
        ],
    )
    return [*header, *more], [[*row, *other] for row, other in zip(rows, others, strict=True)]


def write_comparison(comparison: Comparison, folder: Path, command: str) -> None:
    """Write ``comparison.png``, ``fronts.png``, ``comparison.md`` and ``report.html``.

    Args:
        comparison: its rows.
        folder: where to.
        command: what made it.
    """
    figure = draw_comparison(comparison)
    save_figure(figure, folder / "comparison.png")
    texts, parts = [], [picture(figure)]
    if (fronts := draw_fronts(comparison)) is not None:
        save_figure(fronts, folder / "fronts.png")
        parts.append(picture(fronts))
    for setting in comparison.settings:
        lines, (header, rows) = setting_lines(comparison, setting), full_table(comparison, setting)
        texts += [*lines, "", *_markdown(header, rows), ""]
        parts += [*(f"<p>{html.escape(line)}</p>" for line in lines), table(rows, header)]
    replace_text(folder / "comparison.md", "\n".join([*texts, legend(comparison), ""]))
    if comparison.precision is not None:
        parts.append(f"<p>{html.escape(precision_line(comparison.precision))}</p>")
    failed = "".join(f"<p>Failed: {html.escape(str(f))}</p>" for f in comparison.failures)
    parts.append(
        "<p>Delays of unfinished tasks count with their age. All policies meet the same "
        "trajectories, radio maps and tasks under a seed. Decision times and unfinished tasks are "
        f"of whole runs. {html.escape(legend(comparison))}</p>{failed}"
        f"<pre>{html.escape(command)}</pre>"
    )
    replace_text(folder / "report.html", page("Comparison of policies", "\n".join(parts)))


def draw_comparison(comparison: Comparison) -> Figure:
    """Mean delays of the policies with their runs, and their ratios, per setting."""
    settings = comparison.settings
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
    ratios = [row.ratio for row in rows]
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
    axes.grid(axis="x", which="both", alpha=0.25)
    axes.set_ylim(-0.6, len(estimates) - 0.4)
    if any(e is not None and e.ci_low is not None for e in estimates):
        axes.set_xscale("log")
        label_ticks(axes.xaxis, [e.mean for e in estimates if e is not None])
    else:
        axes.set_xlim(left=0)  # so few seeds: no difference shall look larger than it is


def _markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(line)} |" for line in (header, ["---"] * len(header), *rows)]


def _short_cells(row: Row) -> list[str]:
    return [
        row.policy,
        _estimate(row.mean_delay_s),
        _estimate(row.ratio),
        p_text(row.p_value),
        "–"
        if row.violations is None
        else f"{row.violations.mean:.1%}{'' if row.keeps_constraint else ' !'}",
        ", ".join(map(str, row.failed)),
        _text("{:.3f}", row.means["p95_delay_s"]),
        _text("{:.1%}", row.means["worst_share_below_target"]),
        _text("{:.2f}", row.means["cost_per_s"]),
        _text("{:.1f}", row.means["tasks_left"]),
    ]


def _estimate(estimate: Estimate | None) -> str:
    """With as many digits as a table has room for."""
    return "–" if estimate is None else estimate.text(3 if estimate.mean < 10 else 2)


def _text(form: str, value: float | None) -> str:
    return "–" if value is None else form.format(value)


def _without_empty(
    header: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[list[str], list[list[str]]]:
    """A table without the columns in which nothing stands."""
    kept = [i for i in range(len(header)) if any(row[i] not in _EMPTY for row in rows)]
    return [header[i] for i in kept], [[row[i] for i in kept] for row in rows]
