# SPDX-License-Identifier: MIT
"""The rows of a comparison: every policy under every setting, beside a reference."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ns3_bridge import InvalidSetting
from py_agent.compare.grid import Cell
from py_agent.intervals import Estimate, mean_over_seeds, paired_ratio
from py_agent.policies import is_rule

_MEANS = (
    *("p95_delay_s", "p99_delay_s", "accuracy_mean", "share_below_target"),
    *("users_below_target", "handovers_per_min", "handovers_failed", "jain_index"),
    *("training_mbit_s", "decision_ms_per_slot", "tasks_unfinished", "tasks_left"),
)


@dataclasses.dataclass(frozen=True)
class Failure:
    """A run that did not come to its end.

    Attributes:
        policy: with ``@rule`` its retraining rule.
        setting: the varied settings.
        seed: of the run.
        reason: why.
    """

    policy: str
    setting: str
    seed: int
    reason: str

    def __str__(self) -> str:
        setting = f", {self.setting}" if self.setting else ""
        return f"{self.policy}, seed {self.seed}{setting}: {self.reason}"


@dataclasses.dataclass(frozen=True)
class Row:
    """A policy under a setting, over the seeds that all policies have finished.

    Seeds under which this policy failed are missing from its own row alone.

    Attributes:
        policy: with ``@rule`` its retraining rule.
        setting: the varied settings.
        seeds: how many.
        failed: seeds under which it failed.
        horizon_s: simulated time of each run; None: all have failed.
        mean_delay_s: of the runs' mean delays; None: all have failed.
        means: other numbers of the runs' summaries, mean over the seeds; None: not measured.
        delays_s: mean delay of each run, ``[seeds]``.
        paired_ratio: of the mean delay to the reference's under the same seed; None: no reference.
        paired_ratio_to_best_rule: the same to the rule of the smallest mean delay.
    """

    policy: str
    setting: str
    seeds: int
    failed: Sequence[int]
    horizon_s: float | None
    mean_delay_s: Estimate | None
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
        failures: runs that have failed.

    Example:
        >>> failure = Failure("random", "n_ue=10", 3, "the disk is full")
        >>> comparison = Comparison([], None, {}, [failure])
        >>> print(comparison.failures[0])
        random, seed 3, n_ue=10: the disk is full
        >>> comparison.to_json()["failures"][0]["seed"]
        3
    """

    rows: Sequence[Row]
    reference: str | None
    best_rule: Mapping[str, str]
    failures: Sequence[Failure] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return dataclasses.asdict(self)


def compare(
    cells: Sequence[Cell],
    summaries: Mapping[str, Mapping[str, Any]],
    reference: str | None,
    failures: Sequence[Failure] = (),
) -> Comparison:
    """Summarise finished runs.

    Args:
        cells: of the comparison.
        summaries: results by key of those that are finished.
        reference: a policy of the comparison, or None.
        failures: runs that have failed: they take no other policy's seeds away.

    Raises:
        InvalidSetting: the reference is not compared, or no run has a task.
    """
    labels = list(dict.fromkeys(cell.label for cell in cells))
    if reference is not None and reference not in labels:
        raise InvalidSetting(f"reference {reference!r} is not compared; compared: {labels}")
    rows: list[Row] = []
    idle_runs: list[Failure] = []
    best_rule = {}
    for setting in dict.fromkeys(cell.variant for cell in cells):
        finished: dict[str, dict[int, Mapping[str, Any]]] = {label: {} for label in labels}
        for cell in cells:
            if cell.variant == setting and cell.key in summaries:
                finished[cell.label][cell.run.seed] = summaries[cell.key]
        failed = {
            label: [f.seed for f in failures if (f.policy, f.setting) == (label, setting)]
            for label in labels
        }
        idle = _take_idle(finished, setting)
        for failure in idle:
            failed[failure.policy].append(failure.seed)
        idle_runs += idle
        counted = _counted(finished, failed)
        if not any(counted.values()):
            rows += [
                _failed_row(label, setting, failed[label]) for label in labels if failed[label]
            ]
            continue
        delays = {
            label: {seed: finished[label][seed]["mean_delay_s"] for seed in seeds}
            for label, seeds in counted.items()
        }
        best = _best_rule(delays)
        if best is not None:
            best_rule[setting] = best
        for label, seeds in counted.items():
            if not seeds:
                rows.append(_failed_row(label, setting, failed[label]))
                continue
            runs = [finished[label][seed] for seed in seeds]
            rows.append(
                Row(
                    policy=label,
                    setting=setting,
                    seeds=len(seeds),
                    failed=failed[label],
                    horizon_s=float(runs[0]["sim_time_s"]),
                    mean_delay_s=mean_over_seeds(list(delays[label].values())),
                    means={name: _mean(runs, name) for name in _MEANS},
                    delays_s=list(delays[label].values()),
                    paired_ratio=_ratio(delays, label, reference),
                    paired_ratio_to_best_rule=_ratio(delays, label, best),
                )
            )
    if idle_runs and not any(row.seeds for row in rows):
        raise InvalidSetting(f"nothing to compare: {idle_runs[0]}")
    return Comparison(rows, reference, best_rule, [*failures, *idle_runs])


def _counted(
    finished: Mapping[str, Mapping[int, Any]], failed: Mapping[str, Sequence[int]]
) -> dict[str, list[int]]:
    """Seeds of each row: those that all have finished, so that all rows have one population.

    A policy that fails does not take seeds from others that do not.
    """
    steady = [label for label in finished if not failed[label]]
    pace = steady or [label for label in finished if finished[label]]
    common = set.intersection(*(set(finished[label]) for label in pace)) if pace else set()
    return {label: sorted(common & set(finished[label])) for label in finished}


def _best_rule(delays_s: Mapping[str, Mapping[int, float]]) -> str | None:
    """The rule of the smallest mean delay, among those with most seeds."""
    rules = [label for label in delays_s if is_rule(label.partition("@")[0]) and delays_s[label]]
    most = max((len(delays_s[label]) for label in rules), default=0)
    return min(
        (label for label in rules if len(delays_s[label]) == most),
        key=lambda label: float(np.mean(list(delays_s[label].values()))),
        default=None,
    )


def _failed_row(label: str, setting: str, failed: Sequence[int]) -> Row:
    return Row(label, setting, 0, failed, None, None, dict.fromkeys(_MEANS), [])


def _take_idle(finished: Mapping[str, dict[int, Mapping[str, Any]]], setting: str) -> list[Failure]:
    """Take out the runs without a task, as where few users come: they have no delay to compare."""
    idle = [
        Failure(label, setting, seed, "no task in this run: compare for longer, or other settings")
        for label, by_seed in finished.items()
        for seed, summary in by_seed.items()
        if summary.get("mean_delay_s") is None
    ]
    for failure in idle:
        del finished[failure.policy][failure.seed]
    return idle


def _mean(runs: Sequence[Mapping[str, Any]], name: str) -> float | None:
    values = [run.get(name) for run in runs]
    return None if any(v is None for v in values) else float(np.mean(np.array(values, float)))


def _ratio(
    delays_s: Mapping[str, Mapping[int, float]], label: str, reference: str | None
) -> Estimate | None:
    if reference is None:
        return None
    own, others = delays_s[label], delays_s[reference]
    shared = [seed for seed in own if seed in others]
    if not shared:
        return None
    return paired_ratio([own[seed] for seed in shared], [others[seed] for seed in shared])
