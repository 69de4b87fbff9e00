# SPDX-License-Identifier: MIT
"""Results of the suite that are bundled, so that a policy of one's own can be put beside them."""

from __future__ import annotations

import dataclasses
import json
import lzma
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ns3_bridge import InvalidSetting
from py_agent.benchmark.plan import Plan
from py_agent.benchmark.setting import BenchmarkSetting
from py_agent.compare.comparison import Failure
from py_agent.compare.grid import Cell
from py_agent.compare.results_file import ResultsFile, RunResult
from py_agent.whole_files import replace

_FOLDER = Path(__file__).parent
_SUFFIX = ".jsonl.xz"
_CODE = ("code", "version")  # what of a key says who computed, not what
_CHECKED_S = 8.0
_DIGITS = 7


class PublishedResults:
    """What was published of a setting: a file per policy, a line per run.

    Numbers have seven digits. A run is found again by all that its result depends on but the code:
    policy, agent's file, seed, settings and what is in the files that these name. Whether the code
    of this place computes the same is what `differences` looks at.

    Args:
        setting: of the suite.
        folder: of all versions.

    Example:
        >>> from py_agent.benchmark.setting import benchmark_setting
        >>> published = PublishedResults(benchmark_setting("vehicles"))
        >>> plan = Plan(policies=["twin-fill"])
        >>> (cell,) = plan.cells_of(benchmark_setting("vehicles"), "twin-fill", [8101])
        >>> found = published.of([cell])[cell.key]
        >>> found.summary["seed"], len(found.series)
        (8101, 120)
    """

    def __init__(self, setting: BenchmarkSetting, folder: Path = _FOLDER) -> None:
        self._folder = folder / setting.version / "published" / setting.name
        self._setting = setting

    def of(self, cells: Iterable[Cell]) -> dict[str, RunResult]:
        """Those of these runs, by the keys that the runs have here."""
        of_label: dict[str, dict[str, RunResult]] = {}
        found = {}
        for cell in cells:
            if cell.label not in of_label:
                of_label[cell.label] = self._read(cell.label)
            known = of_label[cell.label]
            if (cause := _cause(cell.key)) in known:
                found[cell.key] = known[cause]
        return found

    def policies(self, plan: Plan) -> list[str]:
        """Policies of a plan that have a result under each of its seeds.

        Raises:
            InvalidSetting: there is none.
        """
        labels = plan.labels(self._setting)
        whole = []
        for label in labels:
            cells = plan.cells_of(self._setting, label, plan.seeds)
            if len(self.of(cells)) == len(cells):
                whole.append(label)
        if not whole:
            raise InvalidSetting(
                f"{self._setting.name}: no policy has published results of {plan.duration_s:g} s "
                f"under all seeds asked for; there are {self._told(labels) or 'none at all'}"
            )
        return whole

    def publish(self, label: str, results: Mapping[str, RunResult]) -> int:
        """Add results of a policy, or put them in the place of former ones.

        Args:
            label: the policy.
            results: by key; each with its commit.

        Returns:
            how many there are of this policy now.
        """
        rows = self._read(label) | {_cause(key): result for key, result in results.items()}
        in_order = sorted(rows.items(), key=lambda row: int(row[1].summary["seed"]))
        lines = [json.dumps(_rounded({"key": key, **row.to_json()})) for key, row in in_order]
        text = "".join(f"{line}\n" for line in lines)
        self._folder.mkdir(parents=True, exist_ok=True)
        packed = lzma.compress(text.encode())
        replace(self._folder / f"{label}{_SUFFIX}", lambda fresh: fresh.write_bytes(packed))
        return len(rows)

    def _read(self, label: str) -> dict[str, RunResult]:
        files = {file.name: file for file in self._folder.glob(f"*{_SUFFIX}")}
        file = files.get(f"{label}{_SUFFIX}")
        if file is None:
            return {}
        rows = [json.loads(line) for line in lzma.decompress(file.read_bytes()).splitlines()]
        return {row["key"]: RunResult.from_json(row) for row in rows}

    def _told(self, labels: Sequence[str]) -> str:
        told = []
        for label in labels:
            seeds = [int(row.summary["seed"]) for row in self._read(label).values()]
            told += [f"{label} {min(seeds)}-{max(seeds)}"] if seeds else []
        return ", ".join(told)


def differences(
    setting: BenchmarkSetting,
    plan: Plan,
    known: Mapping[str, RunResult],
    results: ResultsFile,
    run: Callable[[Sequence[Cell]], list[Failure]],
    checked_s: float = _CHECKED_S,
) -> dict[str, str]:
    """Policies whose published results come out differently here, and since when or why.

    The first seconds of a run of each are computed again. What a frame costs does not depend on how
    long a run is.

    Args:
        setting: of the suite.
        plan: of the table.
        known: what was published, by key.
        results: where results are found and kept.
        run: as of `run_comparison`.
        checked_s: how long these runs are; less than what was published.
    """
    short = dataclasses.replace(plan, duration_s=checked_s)
    checked = {}
    for cell in plan.grid(setting).cells():
        if cell.key in known and cell.label not in checked:
            checked[cell.label] = (cell, *short.cells_of(setting, cell.label, [cell.run.seed]))
    failures = {failure.policy: failure for failure in run([one for _, one in checked.values()])}
    found = {}
    for label, (cell, one) in checked.items():
        if one.key not in results:
            found[label] = f"fails here: {failures[label].reason}"
        elif (second := _first_difference(known[cell.key], results[one.key])) is not None:
            found[label] = f"comes out differently here from second {second} on"
    return found


def note_of(
    known: Mapping[str, RunResult], labels: Iterable[str], differ: Mapping[str, str]
) -> str:
    """What has to be known of published results in a table.

    Args:
        known: these, by key.
        labels: their policies.
        differ: of `differences`.
    """
    commits = ", ".join(sorted({result.commit for result in known.values()}))
    told = f"published results, of commit {commits}, not run here: {', '.join(labels)}"
    if not differ:
        return f"{told}; the first seconds of one run of each were, and came out the same"
    wrong = "; ".join(f"{label} {how}" for label, how in differ.items())
    return f"{told}. Other code or another processor: {wrong}"


def _first_difference(published: RunResult, own: RunResult) -> int | None:
    if published.series is None or own.series is None:
        return 0
    costs_s = own.series.columns["cost_s"]
    same = np.isclose(costs_s, published.series.columns["cost_s"][: len(costs_s)], rtol=1e-6)
    return None if same.all() else int(np.argmin(same))


def _cause(key: str) -> str:
    """A key without what says who computed."""
    what = {name: value for name, value in json.loads(key).items() if name not in _CODE}
    return json.dumps(what, sort_keys=True)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list) else value
