# SPDX-License-Identifier: MIT
"""What a comparison has found: a row for every policy under every setting."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from py_agent.compare.constraint import TOLERANCE
from py_agent.intervals import Estimate

#: Numbers of runs of which a row has the means.
MEANS = (
    *("p95_delay_s", "p99_delay_s", "cost_per_s", "accuracy_mean", "worst_share_below_target"),
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

    Seeds under which this policy failed are missing from its own row alone. All but the decision
    time and the unfinished tasks is of what is left when the warm-up is cut off.

    Attributes:
        policy: with ``@rule`` its retraining rule, with ``+KNOB=VALUE`` how it is tuned.
        setting: the varied settings.
        seeds: how many.
        failed: seeds under which it failed.
        horizon_s: simulated time of each run; None: all have failed.
        warm_up_s: what is cut off of it.
        is_settled: what is left looks stationary; None: runs are too short to tell.
        rising: what goes on rising in it, see `Stability`; None: too few seeds to tell.
        unsure: what may go on rising in it, see `Stability`.
        mean_delay_s: of the runs' mean delays; None: all have failed.
        violations: share of user-seconds below the target; None: there are no models.
        keeps_constraint: `violations` are within the tolerance; None: there are no models.
        means: other numbers of the runs, mean over the seeds; None: not measured.
        delays_s: mean delay of each run, ``[seeds]``.
        has_reference: a reference was asked for.
        paired_ratio: of the mean delay to the reference's under the same seed; None: there is no
            reference, or no seed that both have.
        paired_ratio_to_best_rule: the same to the best rule.
        p_value: that the ratio shown (to the reference, if there is one) is 1, corrected for all
            policies of the setting; None: fewer than five seeds, or the reference itself.
        violations_beyond_best_rule: difference of `violations` under the same seed.

    Example:
        >>> ratio = Estimate(0.9, 0.85, 0.95)
        >>> print(Row("twin-fill", "", 5, [], paired_ratio_to_best_rule=ratio).ratio)
        0.900 [0.850, 0.950]
    """

    policy: str
    setting: str
    seeds: int
    failed: Sequence[int]
    horizon_s: float | None = None
    warm_up_s: float = 0.0
    is_settled: bool | None = None
    rising: Sequence[str] | None = None
    unsure: Sequence[str] = ()
    mean_delay_s: Estimate | None = None
    violations: Estimate | None = None
    keeps_constraint: bool | None = None
    means: Mapping[str, float | None] = dataclasses.field(
        default_factory=lambda: dict.fromkeys(MEANS)
    )
    delays_s: Sequence[float] = ()
    has_reference: bool = False
    paired_ratio: Estimate | None = None
    paired_ratio_to_best_rule: Estimate | None = None
    p_value: float | None = None
    violations_beyond_best_rule: Estimate | None = None

    @property
    def ratio(self) -> Estimate | None:
        """The ratio that is shown: to the reference if there is one, or else to the best rule."""
        return self.paired_ratio if self.has_reference else self.paired_ratio_to_best_rule


@dataclasses.dataclass(frozen=True)
class Point:
    """A row on a front.

    Attributes:
        policy: as of the row.
        violations: share of user-seconds below the target.
        delay_s: mean delay.
    """

    policy: str
    violations: float
    delay_s: float


@dataclasses.dataclass(frozen=True)
class PrecisionReached:
    """How narrow the intervals of the ratios have become.

    Attributes:
        wanted: largest relative half-width that was asked for.
        reached: the largest of all policies; None: there is no interval.
        limit: which one kept it from what was wanted; empty: none.
    """

    wanted: float
    reached: float | None
    limit: str


@dataclasses.dataclass(frozen=True)
class Comparison:
    """All rows.

    Attributes:
        rows: settings in their order, policies in theirs.
        reference: policy of `Row.paired_ratio`.
        best_rule: per setting the policy of `Row.paired_ratio_to_best_rule`. It is chosen by the
            same seeds that it is evaluated on, which flatters it a little.
        tolerance: largest share of user-seconds below the target that keeps the constraint.
        fronts: per setting and policy, what it can trade by its retraining rule and its knob.
        notes: per setting, what has to be known before a row of it is read.
        failures: runs that have failed.
        precision: of the ratios, where one was asked for.
        loads: per setting, what its users ask for beside what there is, in a line.

    Example:
        >>> failure = Failure("random", "n_ue=10", 3, "the disk is full")
        >>> comparison = Comparison([], None, {}, failures=[failure])
        >>> print(comparison.failures[0])
        random, seed 3, n_ue=10: the disk is full
        >>> comparison.to_json()["failures"][0]["seed"]
        3
    """

    rows: Sequence[Row]
    reference: str | None
    best_rule: Mapping[str, str]
    tolerance: float = TOLERANCE
    fronts: Mapping[str, Mapping[str, Sequence[Point]]] = dataclasses.field(default_factory=dict)
    notes: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)
    failures: Sequence[Failure] = ()
    precision: PrecisionReached | None = None
    loads: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def settings(self) -> list[str]:
        """The varied settings, in their order."""
        return list(dict.fromkeys(row.setting for row in self.rows))

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return dataclasses.asdict(self)
