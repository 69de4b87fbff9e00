# SPDX-License-Identifier: MIT
"""More seeds, or longer runs, until intervals are narrow enough."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence

from ns3_bridge import InvalidSetting
from ns3_bridge.seeds import LARGEST_SEED
from py_agent.compare.comparison import Comparison, Failure, PrecisionReached, Row
from py_agent.compare.constraint import TOLERANCE
from py_agent.compare.grid import Cell, Grid, check_reference
from py_agent.compare.results_file import ResultsFile
from py_agent.compare.table import compare
from py_agent.intervals import LEAST_SEEDS, Estimate


@dataclasses.dataclass(frozen=True)
class Precision:
    """What is wanted of the ratios, and what it may cost.

    Seeds are what is added: each is a run of its own that is kept whatever comes, and intervals
    narrow with the root of their number. They do not help against a warm-up, which is as long under
    every seed: where the runs of the policy that others are compared with are too short for theirs,
    they are made twice as long, from the start, first.

    Whoever stops when an interval is narrow stops a little early: with five seeds at first and at
    most twice as many each time, intervals of 95 % hold 92 % of the time or more
    (``tests/py_agent/compare/test_precision.py``).

    Args:
        wanted: relative half-width of the ratio's interval, of every policy in every setting.
        most_seeds: are not exceeded.
        longest_s: is not exceeded by the simulated time of a run.

    Raises:
        InvalidSetting: the precision is not positive.

    Example:
        >>> Precision(0.03).seeds_after([1, 2, 3, 4, 5], width=0.05)
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        >>> Precision(0.03).seeds_after(range(1, 21), width=0.033)[-1]
        25
    """

    wanted: float
    most_seeds: int = 40
    longest_s: float = 480.0

    def __post_init__(self) -> None:
        if not self.wanted > 0:
            raise InvalidSetting(f"precision = {self.wanted:g} must be above 0")

    def extended(self, grid: Grid, comparison: Comparison) -> Grid | None:
        """What to run next; None: the precision or a limit is reached.

        Raises:
            InvalidSetting: no ratio can be taken.
        """
        rows = [row for row in comparison.rows if row.seeds]
        if not any(row.ratio for row in rows):
            raise InvalidSetting(
                "a precision is that of ratios: compare a rule, or give a reference"
            )
        longest_s = max(row.horizon_s or 0.0 for row in rows)
        longer_s = min(2 * longest_s, self.longest_s)
        if longer_s > longest_s and self._is_too_short(comparison):
            longer = [*grid.assignments, f"duration_s={longer_s!r}"]
            return dataclasses.replace(grid, assignments=longer)
        width = relative_half_width(rows)
        if (width is not None and width <= self.wanted) or not _of_interest(rows):
            return None
        seeds = self.seeds_after(grid.seeds, width)
        if len(seeds) == len(grid.seeds):
            return None
        return dataclasses.replace(grid, seeds=seeds)

    def seeds_after(self, seeds: Sequence[int], width: float | None) -> list[int]:
        """These seeds and as many that follow as the width asks for, at most twice as many.

        Args:
            seeds: so far.
            width: relative half-width with them; None: too few for one.
        """
        if width is None:
            count = max(LEAST_SEEDS, len(seeds) + 1)
        else:
            needed = math.ceil(len(seeds) * (width / self.wanted) ** 2)
            count = min(max(needed, len(seeds) + 1), 2 * len(seeds))
        more = max(0, min(count, self.most_seeds) - len(seeds))
        first = max(seeds) + 1
        return [*seeds, *range(first, min(first + more, LARGEST_SEED + 1))]

    def reached(self, comparison: Comparison) -> PrecisionReached:
        """How far a comparison that is not extended any more has come."""
        rows = [row for row in comparison.rows if row.seeds]
        width = relative_half_width(rows)
        limits = []
        if self._is_too_short(comparison):
            limits.append(f"runs of more than {self.longest_s:g} s")
        if width is None or width > self.wanted:
            limits.append(f"more than {self.most_seeds} seeds")
        return PrecisionReached(self.wanted, width, " and ".join(limits))

    @staticmethod
    def check(grid: Grid) -> None:
        """A precision decides on seeds and durations: a grid must not vary the latter.

        Raises:
            InvalidSetting: it does.
        """
        if any(text.partition("=")[0] == "duration_s" for text in grid.varied):
            raise InvalidSetting("--vary duration_s: a precision chooses how long runs are")

    @staticmethod
    def _is_too_short(comparison: Comparison) -> bool:
        """Whether the policy that others are compared with still warms up in some setting."""
        return any(
            row.seeds > 0
            and row.policy == (comparison.reference or comparison.best_rule.get(row.setting))
            and not row.is_settled
            for row in comparison.rows
        )


def run_comparison(
    grid: Grid,
    results: ResultsFile,
    run: Callable[[Sequence[Cell]], list[Failure]],
    reference: str | None = None,
    tolerance: float = TOLERANCE,
    precision: Precision | None = None,
) -> Comparison:
    """Run a grid, and what a precision adds to it. What has failed once is not tried again.

    Args:
        grid: to begin with.
        results: where results are found and kept.
        run: runs cells that have no result yet, and keeps their results (`execution.execute`).
        reference: policy of the ratios, or None: the best rule.
        tolerance: largest share of user-seconds below the target that keeps the constraint.
        precision: None: nothing is added.

    Raises:
        InvalidSetting: the reference is not compared, no run has a task, or there is no ratio of
            which a precision could be asked.
    """
    check_reference(reference, grid.policies)
    if precision is not None:
        precision.check(grid)
    failed: set[str] = set()
    failures: list[Failure] = []
    while True:
        cells = grid.cells()
        failures += run([cell for cell in cells if cell.key not in failed])
        finished = {cell.key: results[cell.key] for cell in cells if cell.key in results}
        failed |= {cell.key for cell in cells} - finished.keys()
        comparison = compare(cells, finished, reference, failures, tolerance)
        if precision is None:
            return comparison
        extended = precision.extended(grid, comparison)
        if extended is None:
            return dataclasses.replace(comparison, precision=precision.reached(comparison))
        if extended.assignments != grid.assignments:
            failures.clear()  # they were of shorter runs
        grid = extended


def relative_half_width(rows: Sequence[Row]) -> float | None:
    """The largest of all rows' ratios; None: some row has too few seeds for an interval.

    Rows that have none because runs have failed do not count: more seeds may not help them.
    """
    widths = []
    for ratio in _of_interest(rows):
        if ratio.ci_low is None or ratio.ci_high is None:
            return None
        widths.append((ratio.ci_high - ratio.ci_low) / (2 * ratio.mean))
    return max(widths, default=None)


def _of_interest(rows: Sequence[Row]) -> list[Estimate]:
    """Ratios whose intervals more seeds make narrower."""
    ratios = [(row.ratio, row.failed) for row in rows]
    return [ratio for ratio, failed in ratios if ratio and not (failed and ratio.ci_low is None)]
