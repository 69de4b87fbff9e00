# SPDX-License-Identifier: MIT
"""What the terminal shows."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from ns3_bridge import Description, Field
from py_agent.experiment.run_summary import decider, has_tasks
from py_agent.view.observed import observed
from py_agent.view.pair_table import pair_rows

_SIMPLE_BOX = 2  # columns of a terminal that it takes beside the cells


def result_rows(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A run's summary as (what, value) in words and units, for terminal and report."""

    def seconds(name: str) -> str:
        value = summary.get(name)
        return "–" if value is None else f"{value:.3f} s"

    rows = [("simulated", f"{summary['sim_time_s']:g} s in {summary['slots']} slots")]
    if "early_end" in summary:
        rows.append(("ended early", summary["early_end"]))
    if summary["n_ue"] is not None:
        rows.append(("network", f"{summary['n_ue']} users, {summary['n_bs']} base stations"))
    if has_tasks(summary):
        rows += [
            (
                "tasks",
                f"{summary['tasks_completed']} completed, {summary['tasks_unfinished']} unfinished",
            ),
            ("mean delay", seconds("mean_delay_s")),
            ("  upload", seconds("mean_upload_s")),
            ("  queue at the server", seconds("mean_compute_queue_s")),
            ("  computation", seconds("mean_compute_s")),
            *([("  download", seconds("mean_download_s"))] if summary["mean_download_s"] else []),
            ("95 % of tasks within", seconds("p95_delay_s")),
        ]
    rows += [(said, f"{summary[name]:.4g}") for name, said in observed(summary).items()]
    if "users_came" in summary:
        rows += [
            (
                "users",
                f"{summary['users_present_mean']:.1f} there on average, "
                f"{summary['users_came']} came, {summary['users_left']} left",
            ),
            ("  tasks dropped with them", str(summary["tasks_left"])),
        ]
    if "handovers_ok" in summary:
        rows.append(
            (
                "handovers",
                f"{summary['handovers_ok']} done, {summary['handovers_failed']} failed, "
                f"{summary['handovers_refused']} refused, "
                f"{summary['handovers_superseded']} superseded",
            )
        )
    if "connections_lost" in summary:
        rows.append(("connections lost", str(summary["connections_lost"])))
    if "accuracy_mean" in summary:
        rows += [
            *_accuracy_rows(summary),
            (
                f"retraining: {summary['retrain']}",
                f"{summary['training_samples']:,} samples in {summary['training_jobs_done']} jobs, "
                f"{summary['training_jobs_unfinished']} unfinished",
            ),
        ]
    rows.append(("total reward", f"{summary['total_reward']:.3f}"))
    if "early_end" in summary:
        return rows
    return [
        *rows,
        ("ns-3 events", f"{summary['ns3_events']:,}"),
        (
            "simulated in",
            f"{summary['wall_s']:.1f} s, of which {summary['bridge_wait_s']:.1f} s in ns-3",
        ),
        ("decision", f"{summary['decision_ms_per_slot']:.3f} ms per slot"),
    ]


def result_table(summary: Mapping[str, Any]) -> Table:
    """The result of a run."""
    table = Table(
        title=f"{summary['scenario']} · {summary['policy']} · seed {summary['seed']}",
        show_header=False,
    )
    table.add_column(style="bold")
    table.add_column(justify="right")
    for row in result_rows(summary):
        table.add_row(*map(Text, row))
    return table


def pair_table(run: Mapping[str, Any], baseline: Mapping[str, Any]) -> Table:
    """The results of a run and of its baseline beside each other."""
    table = Table(
        title=f"{run['scenario']} · seed {run['seed']} · {run['sim_time_s']:g} s of ns-3"
        + ("" if run["n_ue"] is None else f" · {run['n_ue']} users, {run['n_bs']} base stations"),
        box=SIMPLE,
        padding=(0, 1, 0, 0),
    )
    table.add_column("", style="bold", no_wrap=True)
    for name in (decider(run), f"baseline\n{decider(baseline)}", "difference"):
        table.add_column(name.replace("@", "\n@"), justify="right", overflow="fold")
    for row in pair_rows(run, baseline):
        table.add_row(*map(Text, row))
    return table


def rows_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Any table of text."""
    table = Table(title=title, title_justify="left")
    for column in header:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))  # 'ns3-twin[drl]' is text, no markup
    return table


def that_fit(
    header: Sequence[str], rows: Sequence[Sequence[str]], width: int
) -> tuple[list[str], list[list[str]]]:
    """The first columns of a table, as many as a terminal has room for.

    Titles may be broken between words, cells are not.

    Example:
        >>> that_fit(["policy", "delay s", "p"], [["srpt", "1.044 [0.8, 1.2]", "0.03"]], 28)[0]
        ['policy', 'delay s']
    """
    widths = [
        max(map(len, [*title.split(), *(row[place] for row in rows)])) + 1
        for place, title in enumerate(header)
    ]
    ends = itertools.accumulate(widths, initial=_SIMPLE_BOX)
    fitting = max(1, sum(end <= width for end in ends) - 1)
    return list(header[:fitting]), [list(row[:fitting]) for row in rows]


def numbers_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table whose first column names its rows: narrow, without lines."""
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    for place, column in enumerate(header):
        table.add_column(column, overflow="fold", justify="right" if place else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


@dataclasses.dataclass(frozen=True)
class DeclarationTable:
    """One table of a scenario's declarations, as text.

    Attributes:
        title: what it lists.
        header: names of the columns.
        rows: as many cells as the header has.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def declaration_tables(description: Description) -> list[DeclarationTable]:
    """Settings, observations, actions and records of a scenario."""
    schema = description.schema
    refused = [[name, "", "", "", "never", why] for name, why in schema.refused_actions.items()]
    return [
        DeclarationTable(
            "Settings",
            ["name", "default", "allowed", "unit", "meaning"],
            [
                [s["name"], str(s["default"]), _allowed(s), s["unit"], s["help"]]
                for s in description.settings
            ],
        ),
        DeclarationTable(
            "Observation",
            ["name", "type", "bounds", "missing", "unit", "meaning"],
            [_observation_cells(f) for f in schema.observations],
        ),
        DeclarationTable(
            "Action",
            ["name", "type", "bounds", "unit", "obeyed every", "meaning"],
            [[f.name, _type(f), _bounds(f), f.unit, f.timescale, f.help] for f in schema.actions]
            + refused,
        ),
        *(
            DeclarationTable(
                f"Records: {table.name} ({table.help})",
                ["column", "type", "unit", "meaning"],
                [
                    [c["name"], c["dtype"], c["unit"], _with_labels(c["help"], c["labels"])]
                    for c in table.columns
                ],
            )
            for table in schema.tables
        ),
    ]


def _observation_cells(field: Field) -> list[str]:
    missing = "" if field.missing is None else f"{field.missing:g}"
    meaning = _with_labels(field.help, field.labels)
    if field.constant is not None:
        meaning += "; never changes"
    return [field.name, _type(field), _bounds(field), missing, field.unit, meaning]


def _type(field: Field) -> str:
    axes = (f"{dim} {n}".strip() for dim, n in zip(field.dims, field.shape, strict=True))
    return f"{field.dtype} [{', '.join(axes)}]"


def _bounds(field: Field) -> str:
    return f"{field.low:g} … {field.high:g}"


def _allowed(setting: Mapping[str, Any]) -> str:
    if "low" in setting:
        return f"{setting['low']:g} … {setting['high']:g}"
    if setting["type"] == "flag":
        return "true, false"
    if setting["type"] == "list":
        return "items of " + ", ".join(of_item["name"] for of_item in setting["of_item"])
    return ", ".join(setting.get("choices", ["any text"]))


def _with_labels(help_text: str, labels: Sequence[str]) -> str:
    return f"{help_text}: {', '.join(labels)}" if labels else help_text


def _accuracy_rows(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    if summary["accuracy_mean"] is None:
        return [("accuracy of users' models", "nobody was there at the end of a frame")]
    return [
        ("accuracy of users' models", f"{summary['accuracy_mean']:.3f}"),
        (
            "  below its target",
            f"{summary['user_seconds_below_target']:g} user-seconds "
            f"({summary['share_below_target']:.1%})",
        ),
    ]
