# SPDX-License-Identifier: MIT
"""What the benchmark has found in one setting."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from py_agent.benchmark.oracle_gap import OracleGap
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
        gap: to the oracle; None: it was not run.
        left_out: what the whole suite has and this has not.
        published: results in the comparison that were not run here, by policy: how many.
    """

    setting: BenchmarkSetting
    judged: Verdict
    comparison: Comparison
    gap: OracleGap | None = None
    left_out: str = ""
    published: Mapping[str, int] = dataclasses.field(default_factory=dict)

    @property
    def best_rule(self) -> str | None:
        """The fastest rule of those that keep the constraint."""
        return next(iter(self.comparison.best_rule.values()), None)

    @property
    def is_stationary(self) -> bool | None:
        """Nothing rises under the best rule: on ns-3, or in the twin where runs are too few.

        None: something may, or nothing was run.
        """
        for row in self.comparison.rows:
            if row.policy == self.best_rule and row.rising is not None:
                if row.rising:
                    return False
                return None if row.unsure else True
        return self.judged.stationary

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
            "left_out": self.left_out,
            "notes": self.notes,
            "rows": [self._row(row) for row in self.comparison.rows],
            "failures": [dataclasses.asdict(failure) for failure in self.comparison.failures],
        }

    @property
    def notes(self) -> list[str]:
        """What has to be known before a row is read."""
        told = [note for notes in self.comparison.notes.values() for note in notes]
        return [*told, *([self.gap.note] if self.gap is not None else [])]

    def _row(self, row: Row) -> dict[str, Any]:
        return {
            "policy": row.policy,
            "seeds": row.seeds,
            "failed": row.failed,
            "published": self.published.get(row.policy, 0),
            "horizon_s": row.horizon_s,
            "warm_up_s": row.warm_up_s,
            "delay_s": _plain(row.mean_delay_s),
            "violations": _plain(row.violations),
            "keeps_constraint": row.keeps_constraint,
            "ratio_to_best_rule": _plain(row.paired_ratio_to_best_rule),
            "p_value": row.p_value,
            "rising": row.rising,
            "unsure": row.unsure,
            "gap_to_oracle_closed": None if self.gap is None else self.gap.closed.get(row.policy),
        }


def _plain(estimate: Any) -> Any:
    return None if estimate is None else dataclasses.asdict(estimate)
