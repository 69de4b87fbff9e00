# SPDX-License-Identifier: MIT
"""Publish results of the suite: ``python -m benchmarks.publish [FOLDER] [--duration SECONDS]``.

Takes what ``ns3-twin benchmark`` has left in a folder (``runs/benchmark`` by default) and puts the
runs of the code and the suite of today among the bundled results; with ``--duration`` those of
another length than the suite's. All must be committed, since every result says of which commit it
is.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import subprocess
import sys
from pathlib import Path

from py_agent.benchmark.plan import Plan
from py_agent.benchmark.published import PublishedResults
from py_agent.benchmark.setting import ALL_NAMES, benchmark_setting
from py_agent.compare.results_file import ResultsFile, RunResult

_ROOT = Path(__file__).parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publish", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("runs/benchmark"))
    parser.add_argument("--duration", type=float, default=Plan().duration_s)
    arguments = parser.parse_args()
    folder, plan = arguments.folder, Plan(duration_s=arguments.duration)
    if changed := _git("status", "--porcelain", "--untracked-files=no"):
        sys.exit(f"commit first, so that results can say of which code they are:\n{changed}")
    commit = _git("rev-parse", "--short", "HEAD")
    published = 0
    for name in ALL_NAMES:
        setting = benchmark_setting(name)
        file = folder / setting.version / name / "results.jsonl"
        if not file.is_file():
            continue
        results = ResultsFile(file)
        found: dict[str, dict[str, RunResult]] = collections.defaultdict(dict)
        for cell in plan.grid(setting).cells():
            if cell.key in results:
                result = dataclasses.replace(results[cell.key], commit=commit)
                found[cell.label][cell.key] = result
        for label, of_label in found.items():
            count = PublishedResults(setting).publish(label, of_label)
            print(f"{name}: {label}: {len(of_label)} published, {count} in all")
            published += len(of_label)
    if not published:
        sys.exit(f"{folder} has no runs of the suite by the code of this checkout")


def _git(*arguments: str) -> str:
    ran = subprocess.run(
        ["git", *arguments],
        cwd=_ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    return ran.stdout.strip()


if __name__ == "__main__":
    main()
