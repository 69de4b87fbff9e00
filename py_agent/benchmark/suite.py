# SPDX-License-Identifier: MIT
"""Runs the benchmark, setting by setting."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence

from py_agent.benchmark.oracle_gap import oracle_gap
from py_agent.benchmark.outcome import SettingOutcome
from py_agent.benchmark.plan import Plan
from py_agent.benchmark.published import is_published, note_of, try_here
from py_agent.benchmark.setting import BenchmarkSetting
from py_agent.capacity.comparison_loads import with_loads
from py_agent.capacity.long_runs import LongRuns, outcome_of
from py_agent.capacity.survey import survey
from py_agent.capacity.verdict import Verdict, verdict
from py_agent.compare.comparison import Failure
from py_agent.compare.grid import Cell
from py_agent.compare.precision import run_comparison
from py_agent.compare.results_file import ResultsFile

_RULE = "load-fill"  # shows that a setting is feasible


def run_setting(
    setting: BenchmarkSetting,
    plan: Plan,
    results: ResultsFile,
    run: Callable[[Sequence[Cell]], list[Failure]],
) -> SettingOutcome:
    """Run what has no result yet, and put all beside each other.

    Args:
        setting: of the suite.
        plan: policies, seeds and length.
        results: where results are found and kept; those that were published are tried first.
        run: as of `run_comparison`.
    """
    cells = plan.grid(setting).cells()
    all_cells = {cell.key: cell for cell in cells}
    if plan.bound_seeds:
        all_cells |= {cell.key: cell for cell in plan.bound_grid(setting).cells()}
    published = [cell for cell in all_cells.values() if is_published(cell, results)]
    trial = try_here(setting, plan, published, results, run) if published else None
    comparison = with_loads(run_comparison(plan.grid(setting), results, run), cells)
    if trial is not None:
        note = note_of([*all_cells.values()], results, trial)
        before = comparison.notes
        notes = {variant: [note, *before.get(variant, ())] for variant in comparison.settings}
        failures = [*trial.failures, *comparison.failures]
        comparison = dataclasses.replace(comparison, notes=notes, failures=failures)
    counts = Counter(cell.label for cell in cells if is_published(cell, results))
    outcome = SettingOutcome(
        setting, _judged(setting, plan), comparison, left_out=plan.left_out, published=counts
    )
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
