# SPDX-License-Identifier: MIT
"""The fidelity report: every measure of the twin, its noise floor beside it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.fidelity.checkpoint import Checkpoint, mean_delays_s
from py_agent.fidelity.continuation import rate_pairs
from py_agent.fidelity.coverages import coverages
from py_agent.fidelity.prefix import PREFIX_POLICY
from py_agent.fidelity.scores import (
    kendall,
    ks_distance,
    mape,
    nmse,
    regret,
    spearman,
)
from py_agent.fidelity.tracking import scores

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class FidelityReport:
    """How far the twin is from ns-3.

    Attributes:
        measures: of the twin, by name.
        floors: of ns-3 against itself: the same state under other random numbers. What the twin
            misses by no more than that, no model could predict.
        policies: names, in the order of the arrays.
        physical_s: mean delay in ns-3, ``[n_scenes, n_policies]``.
        reseeded_s: under other random numbers, ``[n_scenes, n_policies]``.
        twin_s: mean over the twin's rollouts, ``[n_scenes, n_policies]``.
        low_s: 5 % quantile of the rollouts' means, ``[n_scenes, n_policies]``.
        high_s: 95 % quantile.
        ks: of each policy, checkpoints pooled, ``[n_policies]``.
        delays_s: of tasks, by who says so (``ns-3``, ``reseeded``, ``twin``), all pooled.
        rates: what the twin predicted and what was observed, bits per frame, ``[n]`` each.
        failures: seeds that are not in it, and why.

    Example:
        >>> delay_s, none = np.array([[0.5], [0.7]]), (np.empty(0), np.empty(0))  # two scenes
        >>> report = FidelityReport(
        ...     {"rate_mape": 0.15}, {}, ["load-fill"], *5 * [delay_s], np.zeros(1), {}, none
        ... )
        >>> report.as_json()["mean_delay_s"]["load-fill"]["twin"]
        0.6
    """

    measures: Mapping[str, float]
    floors: Mapping[str, float]
    policies: Sequence[str]
    physical_s: Floats
    reseeded_s: Floats
    twin_s: Floats
    low_s: Floats
    high_s: Floats
    ks: Floats
    delays_s: Mapping[str, Floats]
    rates: tuple[Floats, Floats]
    failures: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For programs: measures, floors as ``…_floor``, mean delays by policy; no NaN."""
        values: dict[str, Any] = {name: _or_none(v) for name, v in self.measures.items()}
        values |= {f"{name}_floor": _or_none(v) for name, v in self.floors.items()}
        values["mean_delay_s"] = {
            name: {
                "ns3": float(self.physical_s[:, i].mean()),
                "ns3_reseeded": float(self.reseeded_s[:, i].mean()),
                "twin": float(self.twin_s[:, i].mean()),
                "ks": _or_none(float(self.ks[i])),
            }
            for i, name in enumerate(self.policies)
        }
        values["failures"] = dict(self.failures)
        return values


def make_report(checkpoints: Sequence[Checkpoint]) -> FidelityReport:
    """Score what checkpoints have gathered."""
    policies = list(checkpoints[0].physical)
    physical_s = np.array([[s.physical[p].mean_delay_s for p in policies] for s in checkpoints])
    reseeded_s = np.array([[s.reseeded[p].mean_delay_s for p in policies] for s in checkpoints])
    rollouts = [
        [mean_delays_s(s.twin[p], len(s.twin[p].reward[0])) for p in policies] for s in checkpoints
    ]
    twin_s = np.array([[f.mean() for f in row] for row in rollouts])
    low_s = np.array([[np.percentile(f, 5) for f in row] for row in rollouts])
    high_s = np.array([[np.percentile(f, 95) for f in row] for row in rollouts])

    def pooled(policy: str, whose: str) -> Floats:
        parts = [getattr(s, whose)[policy].delay_s for s in checkpoints]
        return np.concatenate(parts)

    ks = np.array([ks_distance(pooled(p, "twin"), pooled(p, "physical")) for p in policies])
    ks_floor = [ks_distance(pooled(p, "reseeded"), pooled(p, "physical")) for p in policies]
    tracked = {
        name: np.concatenate([s.tracked[name] for s in checkpoints])
        for name in checkpoints[0].tracked
    }
    pairs = [
        rate_pairs(s.physical[PREFIX_POLICY], s.reseeded[PREFIX_POLICY])
        for s in checkpoints
        if PREFIX_POLICY in s.physical
    ]
    floor_predicted, floor_observed = (
        np.concatenate([pair[i] for pair in pairs]) if pairs else np.empty(0) for i in (0, 1)
    )
    twin_mean, physical_mean, reseeded_mean = (
        x.mean(axis=0) for x in (twin_s, physical_s, reseeded_s)
    )
    measures = {
        **scores(tracked),
        "delay_ks": float(ks.mean()),
        "delay_mape": mape(twin_mean, physical_mean),
        **coverages(checkpoints),
        "spearman": spearman(twin_mean, physical_mean),
        "kendall": kendall(twin_mean, physical_mean),
        "regret": regret(twin_mean, physical_mean),
        "counterfactual_error": _counterfactual(policies, twin_s, physical_s),
        "reported_bps": float(np.mean([s.reported_bps for s in checkpoints])),
        "checkpoints": float(len(checkpoints)),
        "policies": float(len(policies)),
    }
    floors = {
        "rate_mape": mape(floor_predicted, floor_observed),
        "rate_nmse": nmse(floor_predicted, floor_observed),
        "delay_ks": float(np.mean(ks_floor)),
        "delay_mape": mape(reseeded_mean, physical_mean),
        # By how much the coverage of a perfect interval misses 90 % with so few states, of which
        # each counts as one: what policies and frames make of it is hardly independent.
        "coverage_90": math.sqrt(
            0.9 * 0.1 / sum(len(s.states.observed_s) + 1 for s in checkpoints)
        ),
        "spearman": spearman(reseeded_mean, physical_mean),
        "kendall": kendall(reseeded_mean, physical_mean),
        "regret": regret(reseeded_mean, physical_mean),
        "counterfactual_error": _counterfactual(policies, reseeded_s, physical_s),
    }
    delays_s = {
        name: np.concatenate([pooled(p, whose) for p in policies])
        for name, whose in (("ns-3", "physical"), ("reseeded", "reseeded"), ("twin", "twin"))
    }
    return FidelityReport(
        measures=measures,
        floors=floors,
        policies=policies,
        physical_s=physical_s,
        reseeded_s=reseeded_s,
        twin_s=twin_s,
        low_s=low_s,
        high_s=high_s,
        ks=ks,
        delays_s=delays_s,
        rates=(tracked["rate_predicted_bit"], tracked["rate_observed_bit"]),
    )


def _counterfactual(policies: Sequence[str], predicted_s: Floats, observed_s: Floats) -> float:
    """How wrong it is about what a change of policy brings, from the very same state.

    Mean absolute error of the change against the prefix's policy, over its mean absolute size.
    """
    if PREFIX_POLICY not in policies:
        return float("nan")
    own = policies.index(PREFIX_POLICY)
    others = [i for i in range(len(policies)) if i != own]
    predicted = predicted_s[:, others] - predicted_s[:, [own]]
    observed = observed_s[:, others] - observed_s[:, [own]]
    size = float(np.abs(observed).mean())
    return float(np.abs(predicted - observed).mean()) / size if size > 0 else float("nan")


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None
