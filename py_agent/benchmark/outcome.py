# SPDX-License-Identifier: MIT
"""What the benchmark has found in one setting."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from py_agent.benchmark.setting import BenchmarkSetting
from py_agent.capacity.verdict import Verdict
from py_agent.compare.comparison import Comparison, Row


@dataclasses.dataclass(frozen=True)
class SettingOutcome:
    """A setting and its rows.

    Attributes:
        setting: what was run.
        judged: whether it can be kept, by load and by rules in the twin.
        comparison: of all policies on ns-3.
        gaps_closed: which part of the delay that separates the best rule from the oracle a policy
            saves; empty: the oracle was not run, or is no faster than the best rule.
    """

    setting: BenchmarkSetting
    judged: Verdict
    comparison: Comparison
    gaps_closed: Mapping[str, float]

    @property
    def best_rule(self) -> str | None:
        """The fastest rule of those that keep the constraint."""
        return next(iter(self.comparison.best_rule.values()), None)

    @property
    def is_stationary(self) -> bool | None:
        """Nothing rises under the best rule: on ns-3, or in the twin where runs are too few."""
        for row in self.comparison.rows:
            if row.policy == self.best_rule and row.rising is not None:
                return not row.rising
        outcomes = self.judged.outcomes
        return any(outcome.is_stationary for outcome in outcomes) if outcomes else None

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "version": self.setting.version,
            "setting": self.setting.name,
            "title": self.setting.title,
            "feasible": self.judged.feasible,
            "stationary": self.is_stationary,
            "load": str(self.judged.survey),
            "best_rule": self.best_rule,
            "notes": [note for notes in self.comparison.notes.values() for note in notes],
            "rows": [self._row(row) for row in self.comparison.rows if row.seeds],
        }

    def _row(self, row: Row) -> dict[str, Any]:
        return {
            "policy": row.policy,
            "seeds": row.seeds,
            "horizon_s": row.horizon_s,
            "warm_up_s": row.warm_up_s,
            "delay_s": _plain(row.mean_delay_s),
            "violations": _plain(row.violations),
            "keeps_constraint": row.keeps_constraint,
            "ratio_to_best_rule": _plain(row.paired_ratio_to_best_rule),
            "p_value": row.p_value,
            "rising": row.rising,
            "gap_to_oracle_closed": self.gaps_closed.get(row.policy),
        }


def _plain(estimate: Any) -> Any:
    return None if estimate is None else dataclasses.asdict(estimate)


def gaps_closed(comparison: Comparison, bound: str) -> dict[str, float]:
    """Which part of the gap between best rule and oracle each policy closes.

    ``(D_best − D) / (D_best − D_oracle)`` with mean delays over the seeds of the oracle.

    Args:
        comparison: with the oracle.
        bound: its label.

    Example:
        >>> from py_agent.intervals import Estimate
        >>> def row(policy, delay_s):
        ...     return Row(policy, "", 1, [], mean_delay_s=Estimate(delay_s, None, None))
        >>> rows = [row("load-fill", 1.0), row("twin-drl", 0.9), row("oracle-fill", 0.8)]
        >>> found = gaps_closed(Comparison(rows, None, {"": "load-fill"}), "oracle-fill")
        >>> {policy: round(part, 3) for policy, part in found.items()}
        {'load-fill': 0.0, 'twin-drl': 0.5, 'oracle-fill': 1.0}
    """
    delays_s = {
        row.policy: row.mean_delay_s.mean for row in comparison.rows if row.mean_delay_s is not None
    }
    best = next(iter(comparison.best_rule.values()), None)
    if best is None or bound not in delays_s or delays_s[bound] >= delays_s[best]:
        return {}
    gap_s = delays_s[best] - delays_s[bound]
    return {policy: float(np.divide(delays_s[best] - d, gap_s)) for policy, d in delays_s.items()}
