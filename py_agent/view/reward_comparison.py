# SPDX-License-Identifier: MIT
"""What a comparison by reward shows."""

from __future__ import annotations

from pathlib import Path

from py_agent.compare.by_reward import RewardComparison, RewardRow
from py_agent.intervals import p_text
from py_agent.view.comparison import INTERVALS
from py_agent.whole_files import replace_text

LEGEND = (
    "Difference: mean over seeds of the difference in reward per second under the same seed. "
    f"{INTERVALS} p: that it is 0, after Holm's correction for all policies. Means over time of "
    "what was observed."
)


def reward_table(comparison: RewardComparison, setting: str) -> tuple[list[str], list[list[str]]]:
    """Titles of the columns, and a row of text per policy."""
    rows = [row for row in comparison.rows if row.setting == setting]
    observed = list(dict.fromkeys(name for row in rows for name in row.observed))
    reference = comparison.references.get(setting, "the reference")
    header = ["policy", "reward/s [95 % CI]", f"difference to {reference}", "p"]
    header += ["failed"] if any(row.failed for row in rows) else []
    titles = [name.removeprefix("mean_").replace("jain_index_", "Jain ") for name in observed]
    return [*header, *titles], [
        [
            *_cells(row),
            *([", ".join(map(str, row.failed))] if "failed" in header else []),
            *(
                f"{row.observed[name].mean:.3g}" if name in row.observed else "–"
                for name in observed
            ),
        ]
        for row in rows
    ]


def write_reward_comparison(comparison: RewardComparison, folder: Path) -> Path:
    """Write ``comparison.md``; its path."""
    lines = []
    for setting in comparison.settings:
        header, rows = reward_table(comparison, setting)
        lines += [f"{setting}\n"] if setting else []
        lines += [f"| {' | '.join(line)} |" for line in (header, ["---"] * len(header), *rows)]
        lines.append("")
    file = folder / "comparison.md"
    replace_text(file, "\n".join([*lines, LEGEND, ""]))
    return file


def _cells(row: RewardRow) -> list[str]:
    return [
        row.policy,
        "–" if row.reward_per_s is None else str(row.reward_per_s),
        "–" if row.difference is None else str(row.difference),
        p_text(row.p_value),
    ]
