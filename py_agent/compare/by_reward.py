# SPDX-License-Identifier: MIT
"""Puts finished runs of a scenario without tasks beside each other: by its reward."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from py_agent.compare.comparison import Failure
from py_agent.compare.grid import Cell, check_reference
from py_agent.compare.results_file import RunResult
from py_agent.compare.seeds_in_common import comparable, counted_seeds
from py_agent.intervals import Estimate, holm, mean_over_seeds, p_value_of_zero
from py_agent.policies.registry import is_own_rule

_OBSERVED = ("mean_", "jain_index_")


@dataclasses.dataclass(frozen=True)
class RewardRow:
    """A policy under a setting, over the seeds that all policies have finished.

    Attributes:
        policy: its name.
        setting: the varied settings.
        seeds: how many.
        failed: seeds under which it failed.
        reward_per_s: of the runs; None: all have failed.
        difference: of it to that of the reference under the same seed; None: the reference itself.
        p_value: that the difference is 0, corrected for all policies of the setting; None: fewer
            than five seeds, or the reference itself.
        observed: means of what was observed, by name.

    Example:
        >>> print(RewardRow("cubic", "", 5, [], Estimate(-1.8, -2.0, -1.6)).reward_per_s)
        -1.800 [-2.000, -1.600]
    """

    policy: str
    setting: str
    seeds: int
    failed: Sequence[int]
    reward_per_s: Estimate | None = None
    difference: Estimate | None = None
    p_value: float | None = None
    observed: Mapping[str, Estimate] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class RewardComparison:
    """All rows.

    Attributes:
        rows: settings in their order, policies in theirs.
        references: per setting the policy of `RewardRow.difference`: the one asked for, or the rule
            of the largest reward. The latter is chosen by the same seeds, which flatters it.
        failures: runs that have failed.

    Example:
        >>> RewardComparison([], {}, []).to_json()
        {'rows': [], 'references': {}, 'failures': []}
    """

    rows: Sequence[RewardRow]
    references: Mapping[str, str]
    failures: Sequence[Failure]

    @property
    def settings(self) -> list[str]:
        """The varied settings, in their order."""
        return list(dict.fromkeys(row.setting for row in self.rows))

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return dataclasses.asdict(self)


def compare_rewards(
    cells: Sequence[Cell],
    results: Mapping[str, RunResult],
    reference: str | None,
    failures: Sequence[Failure] = (),
) -> RewardComparison:
    """Put finished runs beside each other.

    Args:
        cells: of the comparison.
        results: by key, of those that are finished.
        reference: a policy of the comparison; None: the rule of the largest reward.
        failures: runs that have failed: they take no other policy's seeds away.

    Raises:
        InvalidSetting: the reference is not compared.
    """
    labels = list(dict.fromkeys(cell.label for cell in cells))
    check_reference(reference, labels)
    rows: list[RewardRow] = []
    references: dict[str, str] = {}
    for setting in dict.fromkeys(cell.variant for cell in cells):
        finished: dict[str, dict[int, dict[str, Any]]] = {label: {} for label in labels}
        for cell in cells:
            if cell.variant == setting and cell.key in results:
                finished[cell.label][cell.run.seed] = results[cell.key].summary
        failed = {
            label: [f.seed for f in failures if (f.policy, f.setting) == (label, setting)]
            for label in labels
        }
        runs = {
            label: {seed: finished[label][seed] for seed in seeds}
            for label, seeds in counted_seeds(finished, failed).items()
        }
        rewards = {
            label: {seed: run["total_reward"] / run["sim_time_s"] for seed, run in by_seed.items()}
            for label, by_seed in runs.items()
        }
        chosen = reference or _best_rule(rewards)
        if chosen is not None:
            references[setting] = chosen
        of_setting = [
            RewardRow(label, setting, len(runs[label]), failed[label])
            if not runs[label]
            else RewardRow(
                *(label, setting, len(runs[label]), failed[label]),
                reward_per_s=mean_over_seeds(list(rewards[label].values())),
                observed=_observed(list(runs[label].values())),
            )
            for label in labels
        ]
        rows += _beside(of_setting, rewards, chosen)
    return RewardComparison(rows, references, failures)


def _best_rule(rewards: Mapping[str, Mapping[int, float]]) -> str | None:
    rules = {label: own for label, own in rewards.items() if own and is_own_rule(label)}
    means = {
        label: float(np.mean(list(by_seed.values())))
        for label, by_seed in comparable(rules).items()
    }
    return max(means, key=lambda label: means[label]) if means else None


def _observed(runs: Sequence[Mapping[str, Any]]) -> dict[str, Estimate]:
    return {
        name: mean_over_seeds([run[name] for run in runs])
        for name in runs[0]
        if name.startswith(_OBSERVED) and all(run.get(name) is not None for run in runs)
    }


def _beside(
    rows: Sequence[RewardRow],
    rewards: Mapping[str, Mapping[int, float]],
    reference: str | None,
) -> list[RewardRow]:
    """The rows with their differences to the reference, and what these are worth."""
    beside, p_values = list(rows), {}
    for place, row in enumerate(rows):
        if reference is None or row.policy == reference:
            continue
        own, others = rewards[row.policy], rewards[reference]
        differences = [own[seed] - others[seed] for seed in own if seed in others]
        if differences:
            beside[place] = dataclasses.replace(row, difference=mean_over_seeds(differences))
            p_value = p_value_of_zero(differences)
            if p_value is not None:
                p_values[place] = p_value
    for place, corrected in zip(p_values, holm(list(p_values.values())), strict=True):
        beside[place] = dataclasses.replace(beside[place], p_value=corrected)
    return beside
