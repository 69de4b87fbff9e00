# SPDX-License-Identifier: MIT
"""What the benchmark suite runs: which policies, under which seeds, for how long."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from py_agent.benchmark.setting import NAMES, VERSIONS, BenchmarkSetting, benchmark_setting
from py_agent.compare.grid import Cell, Grid
from py_agent.compare.labels import family, with_rule

#: Nobody trains, chooses or calibrates on these.
SEEDS = tuple(range(8101, 8121))
DURATION_S = 120.0
_TASKS = (
    *("random", "strongest-fill", "a3-fill", "load-srpt", "load-maxweight", "load-fill"),
    *("twin-fill", "load-held", "load-drl", "twin-drl", "no-twin-drl", "single-twin-drl"),
    *("rollout-fill", "rollout-drl"),
)
_MODELS = (
    *("random@spare", "load-fill@none", "strongest-fill@spare", "a3-fill@spare"),
    *("load-fill@spare", "load-fill@need-calibrated", "load-fill@drift-plus-penalty"),
    *("load-fill@bandit", "load-srpt@spare", "twin-fill@spare", "load-held@spare"),
    "load-drl@policy",
    *("twin-drl@policy", "no-twin-drl@policy", "single-twin-drl@policy"),
    *("rollout-fill@spare", "rollout-drl@policy"),
)
_QUICK_TASKS = ("load-fill", "twin-fill", "twin-drl")
_QUICK_MODELS = ("load-fill@spare", "twin-fill@spare", "twin-drl@policy")
_BOUND = "oracle-fill"


@dataclasses.dataclass(frozen=True)
class Plan:
    """A benchmark to run.

    Attributes:
        settings: names of settings.
        seeds: of every policy.
        duration_s: of every run.
        policies: of settings without models.
        policies_with_models: of the others, ``POLICY@RETRAINING-RULE`` each.
        own: further policies, in all settings.
        bound_seeds: seeds under which the oracle runs, too, which takes some fifty times as long.
        networks: in the twin, which show whether a setting is feasible.
        twin_s: for how long.
    """

    settings: Sequence[str] = NAMES
    seeds: Sequence[int] = SEEDS
    duration_s: float = DURATION_S
    policies: Sequence[str] = _TASKS
    policies_with_models: Sequence[str] = _MODELS
    own: Sequence[str] = ()
    bound_seeds: Sequence[int] = ()
    networks: int = 32
    twin_s: float = 180.0

    def grid(self, setting: BenchmarkSetting) -> Grid:
        """All runs of a setting but those of the oracle."""
        return self._grid(setting, self.labels(setting), self.seeds)

    def bound_grid(self, setting: BenchmarkSetting) -> Grid:
        """The oracle and all others, under the seeds that the oracle has."""
        bound = self.bound(setting)
        return self._grid(setting, [*self.labels(setting), bound], self.bound_seeds)

    def cells_of(self, setting: BenchmarkSetting, label: str, seeds: Sequence[int]) -> list[Cell]:
        """Runs of one policy."""
        return self._grid(setting, [label], seeds).cells()

    def only(self, setting: BenchmarkSetting, labels: Sequence[str]) -> Plan:
        """The same with these policies of a setting in place of the suite's, beside one's own."""
        if setting.has_models:
            return dataclasses.replace(self, policies_with_models=labels)
        return dataclasses.replace(self, policies=labels)

    def labels(self, setting: BenchmarkSetting) -> list[str]:
        """The policies of a setting: with a retraining rule where there are models, else without.

        Raises:
            InvalidSetting: one of them is no label.
        """
        if setting.has_models:
            chosen = [*self.policies_with_models, *self.own]
            rule = setting.run["retrain"]
            return list(dict.fromkeys(with_rule(label, rule) for label in chosen))
        return list(dict.fromkeys(family(label) for label in [*self.policies, *self.own]))

    def bound(self, setting: BenchmarkSetting) -> str:
        """What the oracle is called in a setting."""
        return f"{_BOUND}@{setting.run['retrain']}" if setting.has_models else _BOUND

    @property
    def left_out(self) -> str:
        """What the whole suite has and this has not; empty: nothing."""
        suites = [names for names in VERSIONS.values() if {*names} & {*self.settings}]
        whole = Plan(settings=[name for names in suites for name in names])
        counted: list[tuple[str, Sequence[object], Sequence[object]]] = [
            ("settings", self.settings, whole.settings),
            ("seeds", self.seeds, whole.seeds),
        ]
        chosen = {(of := benchmark_setting(name)).has_models: of for name in self.settings}
        for has_models, what in ((False, "policies"), (True, "policies with models")):
            if (of_kind := chosen.get(has_models)) is not None:
                counted.append((what, self.labels(of_kind), whole.labels(of_kind)))
        left = []
        for what, own, all_of_them in counted:
            missing = {*all_of_them} - {*own}
            if missing:
                left.append(f"{len(missing)} of {len(all_of_them)} {what}")
        if self.duration_s < whole.duration_s:
            left.append(f"all but the first {self.duration_s:g} of {whole.duration_s:g} s")
        if not self.bound_seeds:
            left.append("the oracle")
        return ", ".join(left)

    def _grid(self, setting: BenchmarkSetting, labels: Sequence[str], seeds: Sequence[int]) -> Grid:
        assignments = [f"duration_s={self.duration_s!r}"]
        return Grid(labels, seeds, overrides=dict(setting.run), assignments=assignments)


def quick_plan() -> Plan:
    """A small one, of some minutes on two cores: a transient, for no warm-up can be cut off.

    Example:
        >>> quick_plan().left_out.partition(",")[0]
        '15 of 20 seeds'
    """
    return Plan(
        seeds=SEEDS[:5],
        duration_s=20.0,
        policies=_QUICK_TASKS,
        policies_with_models=_QUICK_MODELS,
        networks=8,
        twin_s=90.0,
    )
