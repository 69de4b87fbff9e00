# SPDX-License-Identifier: MIT
"""The table of the soak test: one row per setting, for the terminal and for the documentation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

COLUMNS = (
    *("BS × UE", "runs", "crashes", "commands"),
    *("done", "failed", "refused", "superseded", "open"),
    *("interruption ms: median, 95 %, max", "lost", "outage ms: median, 95 %, max", "never back"),
)
NEVER_BACK_MS = 5000  # lost for longer than this when the run ended


def rows(results: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """One row of text per setting. Quantiles are medians over runs, maxima over all runs."""
    settings = sorted({(r["n_bs"], r["n_ue"], r["variant"]) for r in results})
    return [
        _row(setting, [r for r in results if (r["n_bs"], r["n_ue"], r["variant"]) == setting])
        for setting in settings
    ]


def table(cells: Sequence[tuple[str, ...]]) -> Table:
    """For the terminal."""
    result = Table(title="soak: every user to a random base station every second")
    for column in COLUMNS:
        result.add_column(column, justify="right")
    for row in cells:
        result.add_row(*row)
    return result


def write(cells: Sequence[tuple[str, ...]], page: Path) -> None:
    """Put the table between the page's two `soak` comments, in place of what is there."""
    lines = [f"| {' | '.join(COLUMNS)} |", "|" + " --- |" * len(COLUMNS)]
    lines += [f"| {' | '.join(row)} |" for row in cells]
    text, found = re.subn(
        r"(?<=<!-- soak -->\n).*(?=<!-- /soak -->)",
        "\n".join(lines) + "\n",
        page.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    if not found:
        raise ValueError(f"{page}: no line `<!-- soak -->` before a line `<!-- /soak -->`")
    page.write_text(text, encoding="utf-8")


def _row(setting: tuple[Any, ...], results: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    n_bs, n_ue, variant = setting
    whole = [r for r in results if "outcome" in r]
    outcome = {
        label: sum(r["outcome"].get(label, 0) for r in whole)
        for label in ("done", "failed", "refused", "superseded", "pending", "waiting")
    }
    commands = sum(outcome.values())

    def share(label: str) -> str:
        return f"{outcome[label] / max(commands, 1):.1%}"

    return (
        f"{n_bs} × {n_ue}, {variant}",
        str(len(results)),
        str(sum(bool(r["error"]) for r in results)),
        f"{commands:,}",
        *(share(label) for label in ("done", "failed", "refused", "superseded")),
        str(outcome["pending"] + outcome["waiting"]),
        _quantiles([r["interruption_ms"] for r in whole]),
        f"{sum(sum(r['lost'].values()) for r in whole):,}",
        _quantiles([r["outage_ms"] for r in whole]),
        str(sum(ms > NEVER_BACK_MS for r in whole for ms in r["still_lost_ms"])),
    )


def _quantiles(runs: Sequence[list[float]]) -> str:
    known = np.array([quantiles for quantiles in runs if quantiles])
    if not len(known):
        return "–"
    median, p95 = np.median(known[:, :2], axis=0)
    return f"{median:.0f}, {p95:.0f}, {known[:, 2].max():.0f}"
