# SPDX-License-Identifier: MIT
"""Puts finished runs beside each other: the rows of a comparison."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ns3_bridge import InvalidSetting
from py_agent.compare.common_warm_up import CommonWarmUp, common_warm_up
from py_agent.compare.comparison import MEANS, Comparison, Failure, Point, Row
from py_agent.compare.constraint import TOLERANCE, best_rule, keeps_constraint
from py_agent.compare.front import undominated
from py_agent.compare.grid import Cell, check_reference
from py_agent.compare.results_file import RunResult
from py_agent.compare.seeds_in_common import counted_seeds
from py_agent.compare.stability import stability, stability_notes
from py_agent.intervals import Estimate, holm, mean_over_seeds, paired_p_value, paired_ratio


def compare(
    cells: Sequence[Cell],
    results: Mapping[str, RunResult],
    reference: str | None,
    failures: Sequence[Failure] = (),
    tolerance: float = TOLERANCE,
) -> Comparison:
    """Put finished runs beside each other.

    Args:
        cells: of the comparison.
        results: by key, of those that are finished.
        reference: a policy of the comparison, or None.
        failures: runs that have failed: they take no other policy's seeds away.
        tolerance: largest share of user-seconds below the target that keeps the constraint.

    Raises:
        InvalidSetting: the reference is not compared, or no run has a task.
    """
    labels = list(dict.fromkeys(cell.label for cell in cells))
    check_reference(reference, labels)
    rows: list[Row] = []
    idle_runs: list[Failure] = []
    best: dict[str, str] = {}
    fronts: dict[str, dict[str, list[Point]]] = {}
    notes: dict[str, list[str]] = {}
    for setting in dict.fromkeys(cell.variant for cell in cells):
        finished: dict[str, dict[int, RunResult]] = {label: {} for label in labels}
        beyond_weight: dict[str, float] = {}
        for cell in cells:
            if cell.variant == setting and cell.key in results:
                finished[cell.label][cell.run.seed] = results[cell.key]
                beyond_weight[cell.label] = cell.beyond_weight
        failed = {
            label: [f.seed for f in failures if (f.policy, f.setting) == (label, setting)]
            for label in labels
        }
        series = {
            label: [finished[label][seed].series for seed in seeds]
            for label, seeds in counted_seeds(finished, failed).items()
        }
        warm_up = common_warm_up(series)
        measured = {
            label: {
                seed: _at_common_weight(result.after(warm_up.cut), beyond_weight[label])
                for seed, result in by_seed.items()
            }
            for label, by_seed in finished.items()
        }
        idle = _take_idle(measured, setting)
        for failure in idle:
            failed[failure.policy].append(failure.seed)
        idle_runs += idle
        of_setting = _Setting(setting, measured, failed, warm_up, tolerance)
        found = {
            label: None if warm_up.reason else stability(of_policy, warm_up.cut, tolerance)
            for label, of_policy in series.items()
        }
        of_policies = [
            dataclasses.replace(row, rising=of.rising, unsure=of.unsure)
            if (of := found[row.policy]) is not None
            else row
            for row in of_setting.rows(reference)
        ]
        rows += of_policies
        fronts[setting] = undominated(of_policies)
        if of_setting.best is not None:
            best[setting] = of_setting.best.policy
        notes[setting] = [*of_setting.notes(), *stability_notes(found)]
    if idle_runs and not any(row.seeds for row in rows):
        raise InvalidSetting(f"nothing to compare: {idle_runs[0]}")
    return Comparison(rows, reference, best, tolerance, fronts, notes, [*failures, *idle_runs])


class _Setting:
    """The runs of one setting.

    Args:
        name: of the setting.
        measured: statistics of the finished runs, by policy and seed.
        failed: seeds of the others, by policy.
        warm_up: what the statistics leave out.
        tolerance: of violations.
    """

    def __init__(
        self,
        name: str,
        measured: Mapping[str, Mapping[int, Mapping[str, Any]]],
        failed: Mapping[str, Sequence[int]],
        warm_up: CommonWarmUp,
        tolerance: float,
    ) -> None:
        self._name, self._failed = name, failed
        self._warm_up, self._tolerance = warm_up, tolerance
        self._runs = {
            label: {seed: measured[label][seed] for seed in seeds}
            for label, seeds in counted_seeds(measured, failed).items()
        }
        self._delays = self._values("mean_delay_s")
        self._violations = self._values("share_below_target")
        self.best = best_rule(self._delays, self._violations, tolerance)

    def rows(self, reference: str | None) -> list[Row]:
        """One per policy, in their order."""
        best = None if self.best is None else self.best.policy
        rows = [self._row(label, reference, best) for label in self._runs]
        shown = reference or best
        tested = {
            place: p_value
            for place, row in enumerate(rows)
            if row.policy != shown and (p_value := self._p_value(row.policy, shown)) is not None
        }
        for place, corrected in zip(tested, holm(list(tested.values())), strict=True):
            rows[place] = dataclasses.replace(rows[place], p_value=corrected)
        return [row for row in rows if row.seeds or row.failed]

    def notes(self) -> list[str]:
        """What has to be known before a row is read."""
        told = []
        if self._warm_up.reason:
            told.append(f"no warm-up is cut off: {self._warm_up.reason}")
        if self._warm_up.unsettled:
            told.append(
                f"may still warm up when half of a run is cut off: "
                f"{', '.join(self._warm_up.unsettled)}"
            )
        if self.best is not None and not self.best.keeps_constraint:
            told.append(
                f"no rule keeps the constraint (at most {self._tolerance:.1%} of user-seconds "
                f"below A_min): compared with {self.best.policy}, which has the fewest violations, "
                f"{self.best.violations:.1%}"
            )
        return told

    def _row(self, label: str, reference: str | None, best: str | None) -> Row:
        runs = list(self._runs[label].values())
        if not runs:
            return Row(label, self._name, 0, self._failed[label])
        delays_s = list(self._delays[label].values())
        shares = list(self._violations[label].values())
        violations = mean_over_seeds(shares) if shares else None
        return Row(
            policy=label,
            setting=self._name,
            seeds=len(runs),
            failed=self._failed[label],
            horizon_s=float(runs[0]["sim_time_s"]),
            warm_up_s=self._warm_up.time_s,
            is_settled=None if self._warm_up.reason else label not in self._warm_up.unsettled,
            mean_delay_s=mean_over_seeds(delays_s),
            violations=violations,
            keeps_constraint=None
            if violations is None
            else keeps_constraint(violations.mean, self._tolerance),
            means={name: _mean(runs, name) for name in MEANS},
            delays_s=delays_s,
            has_reference=reference is not None,
            paired_ratio=self._ratio(label, reference),
            paired_ratio_to_best_rule=self._ratio(label, best),
            violations_beyond_best_rule=self._beyond(label, best),
        )

    def _values(self, name: str) -> dict[str, dict[int, float]]:
        """A number of each run that has it, by policy and seed."""
        return {
            label: {seed: run[name] for seed, run in runs.items() if run.get(name) is not None}
            for label, runs in self._runs.items()
        }

    def _ratio(self, label: str, other: str | None) -> Estimate | None:
        pairs = _pairs(self._delays, label, other)
        return paired_ratio(*pairs) if pairs else None

    def _p_value(self, label: str, other: str | None) -> float | None:
        pairs = _pairs(self._delays, label, other)
        return paired_p_value(*pairs) if pairs else None

    def _beyond(self, label: str, other: str | None) -> Estimate | None:
        pairs = _pairs(self._violations, label, other)
        return mean_over_seeds(np.subtract(*pairs).tolist()) if pairs else None


def _at_common_weight(run: dict[str, Any], beyond: float) -> dict[str, Any]:
    """Statistics of a run whose policy has another w_A, at that of the others.

    Up to the deficits of one frame: a reward has those of the frame before.
    """
    if not beyond or run.get("cost_per_s") is None:
        return run
    return {**run, "cost_per_s": run["cost_per_s"] - beyond * run["deficit_per_s"]}


def _take_idle(measured: Mapping[str, dict[int, dict[str, Any]]], setting: str) -> list[Failure]:
    """Take out the runs without a task, as where few users come: they have no delay to compare.

    Nor is there a ratio to a delay of 0.
    """
    idle = []
    for label, by_seed in measured.items():
        for seed, run in list(by_seed.items()):
            delay_s = run.get("mean_delay_s")
            if delay_s:
                continue
            what = "no task" if delay_s is None else "no task that takes time"
            told = f"{what} in this run: compare for longer, or other settings"
            idle.append(Failure(label, setting, seed, told))
            del by_seed[seed]
    return idle


def _mean(runs: Sequence[Mapping[str, Any]], name: str) -> float | None:
    values = [run.get(name) for run in runs]
    return None if any(v is None for v in values) else float(np.mean(np.array(values, float)))


def _pairs(
    values: Mapping[str, Mapping[int, float]], label: str, other: str | None
) -> tuple[list[float], list[float]] | None:
    """Values of two policies under the seeds that both have; None: there is none."""
    if other is None:
        return None
    own, others = values[label], values[other]
    shared = [seed for seed in own if seed in others]
    return ([own[s] for s in shared], [others[s] for s in shared]) if shared else None
