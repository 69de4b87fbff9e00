# SPDX-License-Identifier: MIT
"""When a policy keeps users' accuracy, and which rule is the best of those that do."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

import numpy as np

from py_agent.compare.labels import family
from py_agent.compare.seeds_in_common import comparable
from py_agent.policies import is_rule

#: A policy keeps the constraint if models are below their target A_min in no larger a share of all
#: user-seconds after the warm-up, in the mean over seeds.
TOLERANCE = 0.05


@dataclasses.dataclass(frozen=True)
class BestRule:
    """What policies are compared with.

    Attributes:
        policy: with ``@rule`` its retraining rule.
        keeps_constraint: otherwise no rule does, and this one violates it least.
        violations: its share of user-seconds below the target; None: there are no models.
    """

    policy: str
    keeps_constraint: bool
    violations: float | None


def keeps_constraint(violations: float | None, tolerance: float) -> bool:
    """Whether the share of user-seconds below the target is small enough; None: no models.

    >>> keeps_constraint(0.04, TOLERANCE), keeps_constraint(None, TOLERANCE)
    (True, True)
    """
    return violations is None or violations <= tolerance


def best_rule(
    delays_s: Mapping[str, Mapping[int, float]],
    violations: Mapping[str, Mapping[int, float]],
    tolerance: float,
) -> BestRule | None:
    """The rule of the smallest mean delay among those that keep the constraint.

    Where none does, the one with the fewest violations. Rules under which some seeds failed are
    left out if others have more, and those without models where others have some. Means are taken
    over the seeds that the others have in common.

    Args:
        delays_s: mean delay of each run, by policy and seed.
        violations: share of user-seconds below the target, by policy and seed; empty: no models.
        tolerance: the largest such share that keeps the constraint.

    Returns:
        None: there is no rule, or rules have no seed in common.

    Example:
        >>> delays_s = {"load-fill@none": {1: 0.5}, "load-fill@spare": {1: 0.6}}
        >>> delays_s["srpt@spare"] = {1: 0.7}
        >>> violations = {"load-fill@none": {1: 0.8}, "load-fill@spare": {1: 0.03}}
        >>> violations["srpt@spare"] = {1: 0.02}
        >>> best_rule(delays_s, violations, 0.05)
        BestRule(policy='load-fill@spare', keeps_constraint=True, violations=0.03)
        >>> best_rule(delays_s, violations, 0.01).policy
        'srpt@spare'
    """
    compared = comparable(
        {label: own for label, own in delays_s.items() if own and is_rule(family(label))}
    )
    shares = {label: _share(violations[label], compared[label]) for label in compared}
    rules = [label for label in compared if shares[label] is not None] or list(compared)
    keeping = [label for label in rules if keeps_constraint(shares[label], tolerance)]
    if keeping:
        best = min(keeping, key=lambda label: float(np.mean(list(compared[label].values()))))
    elif rules:
        best = min(rules, key=lambda label: shares[label] or 0.0)
    else:
        return None
    return BestRule(best, bool(keeping), shares[best])


def _share(violations: Mapping[int, float], seeds: Iterable[int]) -> float | None:
    """The mean over these seeds; None: there are no models."""
    values = [violations[seed] for seed in seeds if seed in violations]
    return float(np.mean(values)) if values else None
