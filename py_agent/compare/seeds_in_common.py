# SPDX-License-Identifier: MIT
"""Which seeds count in a comparison where some runs have failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

_Value = TypeVar("_Value")


def counted_seeds(
    finished: Mapping[str, Mapping[int, Any]], failed: Mapping[str, Sequence[int]]
) -> dict[str, list[int]]:
    """Seeds of each row: those that all have finished, so that all rows have one population.

    A policy that fails does not take seeds from others that do not.

    Args:
        finished: what there is, by policy and seed.
        failed: seeds of the others, by policy.

    Example:
        >>> runs = {"load-fill": {1: "…", 2: "…"}, "mine": {2: "…"}}
        >>> counted_seeds(runs, {"load-fill": [], "mine": [1]})
        {'load-fill': [1, 2], 'mine': [2]}
    """
    steady = [label for label in finished if not failed[label]]
    pace = steady or [label for label in finished if finished[label]]
    common = set.intersection(*(set(finished[label]) for label in pace)) if pace else set()
    return {label: sorted(common & set(finished[label])) for label in finished}


def comparable(values: Mapping[str, Mapping[int, _Value]]) -> dict[str, dict[int, _Value]]:
    """Of those with the most seeds, the values under the seeds that they all have.

    A choice between means over different seeds would be one between seeds.

    Args:
        values: by policy and seed.

    Example:
        >>> comparable({"a": {1: 0.5, 2: 0.7}, "b": {2: 0.6, 3: 0.1}, "c": {3: 0.1}})
        {'a': {2: 0.7}, 'b': {2: 0.6}}
    """
    most = max(map(len, values.values()), default=0)
    kept = {label: by_seed for label, by_seed in values.items() if len(by_seed) == most}
    common = set.intersection(*map(set, kept.values())) if kept else set()
    return {
        label: {seed: value for seed, value in by_seed.items() if seed in common}
        for label, by_seed in kept.items()
        if common
    }
