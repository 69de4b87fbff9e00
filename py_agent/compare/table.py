# SPDX-License-Identifier: MIT
"""The rows of a comparison: every policy under every setting, beside a reference."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ns3_bridge import InvalidSetting
from py_agent.compare.grid import Cell
from py_agent.intervals import Estimate, bootstrap_mean, paired_ratio
from py_agent.policies import is_rule

_MEANS = (
    *("p95_delay_s", "p99_delay_s", "accuracy_mean", "share_below_target"),
    *("users_below_target", "handovers_per_min", "handovers_failed", "jain_index"),
    *("training_mbit_s", "decision_ms_per_slot", "tasks_unfinished"),
)


@dataclasses.dataclass(frozen=True)
class Row:
    """A policy under a setting, over all seeds that both it and the reference have finished.

    Attributes:
        policy: with ``@rule`` its retraining rule.
        setting: the varied settings.
        seeds: how many.
        horizon_s: simulated time of each run.
        mean_delay_s: of the runs' mean delays.
        means: other numbers of the runs' summaries, mean over the seeds; None: not measured.
        delays_s: mean delay of each run, ``[seeds]``.
        paired_ratio: of the mean delay to the reference's under the same seed; None: no reference.
        paired_ratio_to_best_rule: the same to the rule of the smallest mean delay.
    """

    policy: str
    setting: str
    seeds: int
    horizon_s: float
    mean_delay_s: Estimate
    means: Mapping[str, float | None]
    delays_s: Sequence[float]
    paired_ratio: Estimate | None = None
    paired_ratio_to_best_rule: Estimate | None = None


@dataclasses.dataclass(frozen=True)
class Comparison:
    """All rows.

    Attributes:
        rows: settings in their order, policies in theirs.
        reference: policy of `Row.paired_ratio`.
        best_rule: per setting the policy of `Row.paired_ratio_to_best_rule`. It is chosen by the
            same seeds that it is evaluated on, which flatters it a little.
    """

    rows: Sequence[Row]
    reference: str | None
    best_rule: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return dataclasses.asdict(self)


def compare(
    cells: Sequence[Cell], summaries: Mapping[str, Mapping[str, Any]], reference: str | None
) -> Comparison:
    """Summarise finished runs.

    Args:
        cells: of the comparison.
        summaries: results by key of those that are finished.
        reference: a policy of the comparison, or None.

    Raises:
        InvalidSetting: the reference is not compared, or a run has no task.
    """
    labels = list(dict.fromkeys(cell.label for cell in cells))
    if reference is not None and reference not in labels:
        raise InvalidSetting(f"reference {reference!r} is not compared; compared: {labels}")
    rows: list[Row] = []
    best_rule = {}
    for setting in dict.fromkeys(cell.variant for cell in cells):
        finished: dict[str, dict[int, Mapping[str, Any]]] = {label: {} for label in labels}
        for cell in cells:
            if cell.variant == setting and cell.key in summaries:
                finished[cell.label][cell.run.seed] = summaries[cell.key]
        # Only seeds that all policies have finished: pairs, and one population for all.
        common = sorted(set.intersection(*(set(by_seed) for by_seed in finished.values())))
        if not common:
            continue
        _check_tasks(finished, common)
        runs = {label: [finished[label][seed] for seed in common] for label in labels}
        delays = {label: [s["mean_delay_s"] for s in of] for label, of in runs.items()}
        rules = [label for label in labels if is_rule(label.partition("@")[0])]
        best = min(rules, key=lambda label: float(np.mean(delays[label])), default=None)
        if best is not None:
            best_rule[setting] = best
        rows += [
            Row(
                policy=label,
                setting=setting,
                seeds=len(common),
                horizon_s=float(runs[label][0]["sim_time_s"]),
                mean_delay_s=bootstrap_mean(delays[label]),
                means={name: _mean(runs[label], name) for name in _MEANS},
                delays_s=delays[label],
                paired_ratio=_ratio(delays, label, reference),
                paired_ratio_to_best_rule=_ratio(delays, label, best),
            )
            for label in labels
        ]
    return Comparison(rows, reference, best_rule)


def _check_tasks(
    finished: Mapping[str, Mapping[int, Mapping[str, Any]]], seeds: Sequence[int]
) -> None:
    for label, by_seed in finished.items():
        idle = [seed for seed in seeds if by_seed[seed].get("mean_delay_s") is None]
        if idle:
            raise InvalidSetting(
                f"no tasks in the runs of {label} under the seeds {idle}: nothing to compare; "
                "compare scenarios with a table of tasks, for longer"
            )


def _mean(runs: Sequence[Mapping[str, Any]], name: str) -> float | None:
    values = [run.get(name) for run in runs]
    return None if any(v is None for v in values) else float(np.mean(np.array(values, float)))


def _ratio(
    delays: Mapping[str, Sequence[float]], label: str, reference: str | None
) -> Estimate | None:
    return None if reference is None else paired_ratio(delays[label], delays[reference])
