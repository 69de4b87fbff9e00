# SPDX-License-Identifier: MIT
"""What keeps look-ahead from the oracle: errors of the twin, or a future that nobody knows.

The twin is the network here, so that rollouts err in nothing but what is random, beside users'
models, which are real ones. What the oracle still has over look-ahead is its knowledge of the
future. Finished runs are kept in ``runs/foresight``: run it again to resume.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from rich.table import Table

from py_agent.benchmark.oracle_gap import oracle_gap
from py_agent.benchmark.plan import Plan
from py_agent.benchmark.setting import BenchmarkSetting, benchmark_setting
from py_agent.compare.execution import run_result
from py_agent.compare.grid import Cell
from py_agent.compare.results_file import ResultsFile, RunResult
from py_agent.compare.table import compare
from py_agent.learning.training_cost import with_retraining
from py_agent.side_by_side import side_by_side
from py_agent.twin.environment.env import make

SEEDS = (1, 2, 3, 4, 5, 6)
PLAN = Plan(
    settings=("unequal-servers", "joint-retraining", "results-and-drift"),
    seeds=SEEDS,
    duration_s=60.0,
    policies=("load-fill", "twin-fill", "rollout-fill"),
    policies_with_models=("load-fill@spare", "twin-fill@spare", "rollout-fill@spare"),
    bound_seeds=SEEDS,
)
FOLDER = Path("runs/foresight")


def measure() -> Iterator[Table]:
    """Of each setting the mean delays, their ratios to the best rule, what closes the gap."""
    for name in PLAN.settings:
        setting = benchmark_setting(name)
        cells = PLAN.bound_grid(setting).cells()
        results = ResultsFile(FOLDER / f"{name}.jsonl")
        missing = [cell for cell in cells if cell.key not in results]
        with closing(side_by_side(in_the_twin, missing, os.cpu_count() or 1)) as ended:
            for number, future in ended:
                results.append(missing[number].key, future.result())
        yield _table(setting, cells, results)


def in_the_twin(cell: Cell) -> RunResult:
    """A run of which the network is the twin, and the models, if there are any, are real."""
    run = cell.run
    settings = run.settings if run.retrain is None else with_retraining(run.settings)
    return run_result(run, env=make(settings))


def _table(setting: BenchmarkSetting, cells: list[Cell], results: ResultsFile) -> Table:
    comparison = compare(cells, {cell.key: results[cell.key] for cell in cells}, None)
    oracle, best = PLAN.bound(setting), comparison.best_rule.get("")
    gap = oracle_gap(comparison, oracle, best)
    cut_s = comparison.rows[0].warm_up_s
    table = Table(
        title=f"{setting.name} in the twin, {len(SEEDS)} seeds × {PLAN.duration_s:g} s, "
        f"the first {cut_s:g} s cut off",
        caption=gap.note,
    )
    for column in ("policy", "delay s", "ratio to the best rule", "below target", "of the gap"):
        table.add_column(column, justify="right")
    for row in comparison.rows:
        ratio = "1" if row.policy == best else str(row.paired_ratio_to_best_rule)
        below = "–" if row.violations is None else f"{row.violations.mean:.1%}"
        closed = f"{gap.closed[row.policy]:.0%}" if row.policy in gap.closed else "–"
        table.add_row(row.policy, str(row.mean_delay_s), ratio, below, closed)
    return table
