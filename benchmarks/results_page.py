# SPDX-License-Identifier: MIT
"""Tables of docs/results.md from the published results: ``python -m benchmarks.results_page``.

A table stands between ``<!-- published SETTING -->`` and ``<!-- end -->``, one of runs of another
length than the suite's after ``<!-- published SETTING SECONDS -->``. With ``--check`` nothing is
written, and it is an error if the page has other tables.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from py_agent.benchmark.plan import Plan
from py_agent.benchmark.published import PublishedResults
from py_agent.benchmark.setting import benchmark_setting
from py_agent.compare.comparison import Row
from py_agent.compare.table import compare
from py_agent.experiment.seeds import seeds_text
from py_agent.intervals import p_text
from py_agent.whole_files import replace_text

PAGE = Path(__file__).parent.parent / "docs" / "results.md"
_BLOCK = re.compile(
    r"(?P<head><!-- published (?P<name>\S+)(?: (?P<seconds>\d+))? -->\n).*?(?=<!-- end -->)",
    re.DOTALL,
)


def filled(page: str) -> str:
    """The text of a page, its tables made anew."""
    return _BLOCK.sub(_made_anew, page)


def _made_anew(block: re.Match[str]) -> str:
    plan = Plan(duration_s=float(block["seconds"])) if block["seconds"] else Plan()
    return "\n".join([block["head"], *_table(block["name"], plan), "", ""])


def _table(name: str, plan: Plan) -> Iterator[str]:
    """Lines about all policies that have the most seeds of all, which must be the same ones."""
    setting = benchmark_setting(name)
    published = PublishedResults(setting)
    cells = plan.grid(setting).cells()
    known = published.of(cells)
    seeds: dict[str, list[int]] = {}
    for cell in cells:
        if cell.key in known:
            seeds.setdefault(cell.label, []).append(cell.run.seed)
    most = max(seeds.values(), key=len, default=[])
    if not most:
        sys.exit(f"{PAGE.name}: nothing is published of {name}")
    labels = [label for label, of_label in seeds.items() if of_label == most]
    for label in seeds.keys() - {*labels}:
        print(f"{name}: {label} has other seeds and is left out", file=sys.stderr)
    shown = [cell for cell in cells if cell.label in labels and cell.run.seed in most]
    comparison = compare(shown, known, None)
    commits = ", ".join(f"`{commit}`" for commit in sorted({row.commit for row in known.values()}))
    yield (
        f"{len(most)} seeds ({seeds_text(most)}), {plan.duration_s:g} s, of which the first "
        f"{comparison.rows[0].warm_up_s:g} s are cut off; commit {commits}."
    )
    yield ""
    if notes := comparison.notes.get(""):
        yield from (f"- **!** {note[0].upper()}{note[1:]}." for note in notes)
        yield ""
    last = "below target" if setting.has_models else "p95 s"
    yield f"| policy | mean delay s | ratio to the best rule | p | {last} |"
    yield "| --- | --- | --- | --- | --- |"
    best = comparison.best_rule.get("")
    for row in comparison.rows:
        yield f"| {' | '.join(_columns(row, is_best=row.policy == best))} |"


def _columns(row: Row, is_best: bool) -> Iterator[str]:
    yield f"**`{row.policy}`**" if is_best else f"`{row.policy}`"
    yield str(row.mean_delay_s)
    yield "1" if is_best else str(row.paired_ratio_to_best_rule)
    yield p_text(row.p_value).replace("<", "< ") or "–"
    if row.violations is None:
        yield f"{row.means['p95_delay_s']:.1f}"
    else:
        yield f"{row.violations.mean:.1%}".replace("%", " %") + (
            "" if row.keeps_constraint else " (!)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.results_page", description=__doc__)
    parser.add_argument("--check", action="store_true")
    only_checks = parser.parse_args().check
    before = PAGE.read_text(encoding="utf-8")
    after = filled(before)
    if not only_checks:
        replace_text(PAGE, after)
    elif after != before:
        sys.exit(f"{PAGE.name} has other tables than the published results give")


if __name__ == "__main__":
    main()
