# SPDX-License-Identifier: MIT
"""Results of the suite that are bundled, so that a policy of one's own can be put beside them."""

from __future__ import annotations

import dataclasses
import json
import lzma
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ns3_bridge import InvalidSetting
from py_agent.benchmark.plan import SEEDS, Plan
from py_agent.benchmark.setting import BenchmarkSetting
from py_agent.compare.comparison import Failure
from py_agent.compare.grid import Cell
from py_agent.compare.results_file import DamagedResults, ResultsFile, RunResult
from py_agent.experiment.seeds import seeds_text
from py_agent.whole_files import replace

_FOLDER = Path(__file__).parent
_SUFFIX = ".jsonl.xz"
_CODE = ("code", "version")  # what of a key says who computed, not what
_TRIED_S = 8.0
_DIGITS = 7


class NothingPublished(InvalidSetting):
    """Raised when no policy has published results under all seeds that are asked for."""


class PublishedResults:
    """What was published of a setting: a file per policy, a line per run.

    Numbers have seven digits. A run is found again by all that its result depends on but the code:
    policy, agent's file, seed, settings and what is in the files that these name. Whether the code
    of this place computes the same is what `try_here` looks at.

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
        """Those of these runs, by the keys that the runs have here.

        Raises:
            DamagedResults: a file is; the message names it.
        """
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
            NothingPublished: there is none.
        """
        labels = plan.labels(self._setting)
        whole = []
        for label in labels:
            cells = plan.cells_of(self._setting, label, plan.seeds)
            if len(self.of(cells)) == len(cells):
                whole.append(label)
        if not whole:
            raise NothingPublished(
                f"{self._setting.name}: no policy has published results of {plan.duration_s:g} s "
                f"under all seeds asked for; there are {self._told(plan) or 'none at all'}"
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
        try:
            rows = [json.loads(line) for line in lzma.decompress(file.read_bytes()).splitlines()]
            return {row["key"]: RunResult.from_json(row) for row in rows}
        except (lzma.LZMAError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise DamagedResults(
                f"{file}: no published results ({type(error).__name__}): install ns3-twin again"
            ) from error

    def _told(self, plan: Plan) -> str:
        """Which results there are of runs as long as those of a plan."""
        told = []
        for label in plan.labels(self._setting):
            cells = plan.cells_of(self._setting, label, SEEDS)
            found = self.of(cells)
            seeds = [cell.run.seed for cell in cells if cell.key in found]
            told += [f"{label} under {seeds_text(seeds)}"] if seeds else []
        return ", ".join(told)


@dataclasses.dataclass(frozen=True)
class Trial:
    """What was found when published results were tried here.

    Attributes:
        told: policies whose results come out differently, or that could not be tried, and how.
        failures: runs that have failed.
    """

    told: Mapping[str, str]
    failures: Sequence[Failure]


def try_here(
    setting: BenchmarkSetting,
    plan: Plan,
    published: Sequence[Cell],
    results: ResultsFile,
    run: Callable[[Sequence[Cell]], list[Failure]],
    tried_s: float = _TRIED_S,
) -> Trial:
    """Compute the first seconds of one published run of each policy and commit.

    What a frame costs does not depend on how long a run is.

    Args:
        setting: of the suite.
        plan: of the table.
        published: runs of which `results` has what was published.
        results: where results are found and kept.
        run: as of `run_comparison`.
        tried_s: how long these runs are; less than what was published.
    """
    short = dataclasses.replace(plan, duration_s=tried_s)
    tried: dict[tuple[str, str], tuple[Cell, Cell]] = {}
    for cell in published:
        of_what = cell.label, results[cell.key].commit
        if of_what not in tried:
            (beginning,) = short.cells_of(setting, cell.label, [cell.run.seed])
            tried[of_what] = cell, beginning
    failures = run([beginning for _, beginning in tried.values()])
    told = {}
    for (label, _), (cell, beginning) in tried.items():
        if beginning.key not in results:
            told[label] = "could not be tried"
        elif (s := _first_difference(results[cell.key], results[beginning.key])) is not None:
            told[label] = f"comes out differently from second {s} of seed {cell.run.seed} on"
    return Trial(told, failures)


def note_of(cells: Sequence[Cell], results: ResultsFile, trial: Trial) -> str:
    """What has to be known of the published results in a table.

    Args:
        cells: all runs of the table.
        results: their results.
        trial: of `try_here`.
    """
    published = [cell for cell in cells if is_published(cell, results)]
    of_all = Counter(cell.label for cell in cells)
    counts = Counter(cell.label for cell in published)
    told = ", ".join(f"{label} ({n} of {of_all[label]} runs)" for label, n in counts.items())
    commits = ", ".join(sorted({results[cell.key].commit for cell in published}))
    note = f"published results, of commit {commits}, not run here: {told}"
    if not trial.told:
        return f"{note}; the first seconds of one run of each were, and came out the same"
    wrong = "; ".join(f"{label} {how}" for label, how in trial.told.items())
    return f"{note}. Other code than then, or another processor: {wrong}"


def is_published(cell: Cell, results: ResultsFile) -> bool:
    """Whether a run's result is one that was published, not one of this place."""
    return cell.key in results and bool(results[cell.key].commit)


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
