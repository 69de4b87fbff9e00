# SPDX-License-Identifier: MIT
"""Runs the benchmark, setting by setting."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from py_agent.benchmark.oracle_gap import oracle_gap
from py_agent.benchmark.outcome import SettingOutcome
from py_agent.benchmark.plan import Plan
from py_agent.benchmark.published import differences, note_of
from py_agent.benchmark.setting import BenchmarkSetting
from py_agent.capacity.comparison_loads import with_loads
from py_agent.capacity.long_runs import LongRuns, outcome_of
from py_agent.capacity.survey import survey
from py_agent.capacity.verdict import Verdict, verdict
from py_agent.compare.comparison import Failure
from py_agent.compare.grid import Cell
from py_agent.compare.precision import run_comparison
from py_agent.compare.results_file import ResultsFile, RunResult

_RULE = "load-fill"  # shows that a setting is feasible


def run_setting(
    setting: BenchmarkSetting,
    plan: Plan,
    results: ResultsFile,
    run: Callable[[Sequence[Cell]], list[Failure]],
    published: Mapping[str, RunResult] | None = None,
) -> SettingOutcome:
    """Run what has no result yet, and put all beside each other.

    Args:
        setting: of the suite.
        plan: policies, seeds and length.
        results: where results are found and kept.
        run: as of `run_comparison`.
        published: results that `results` knows from elsewhere, by key.
    """
    grid = plan.grid(setting)
    comparison = with_loads(run_comparison(grid, results, run), grid.cells())
    outcome = SettingOutcome(setting, _judged(setting, plan), comparison, left_out=plan.left_out)
    if published:
        counts = Counter(cell.label for cell in grid.cells() if cell.key in published)
        differ = differences(setting, plan, published, results, run)
        note = note_of(published, counts, differ)
        outcome = dataclasses.replace(outcome, published=counts, published_note=note)
    if not plan.bound_seeds:
        return outcome
    bounded = run_comparison(plan.bound_grid(setting), results, run)
    failures = list(dict.fromkeys([*comparison.failures, *bounded.failures]))
    return dataclasses.replace(
        outcome,
        comparison=dataclasses.replace(comparison, failures=failures),
        gap=oracle_gap(bounded, plan.bound(setting), outcome.best_rule),
    )


def _judged(setting: BenchmarkSetting, plan: Plan) -> Verdict:
    """Whether the setting can be kept, by load and by a rule in the twin."""
    (cell,) = plan.cells_of(setting, _RULE, plan.seeds[:1])
    outcome = outcome_of(LongRuns(cell.run, plan.networks, plan.twin_s))
    return verdict(survey(cell.run, plan.seeds), [outcome])
