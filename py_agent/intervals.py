# SPDX-License-Identifier: MIT
"""Confidence intervals by the bootstrap."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

_RESAMPLES = 10_000


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A mean over seeds and its 95 % interval; without interval where there is one seed only.

    Attributes:
        mean: of the sample.
        ci_low: lower end.
        ci_high: upper end.
    """

    mean: float
    ci_low: float | None
    ci_high: float | None


def bootstrap_mean(values: Sequence[float], seed: int = 0) -> Estimate:
    """Mean with its percentile interval (Efron and Tibshirani 1993, chapter 13).

    Args:
        values: one per seed, ``[n_seeds]``.
        seed: of the resampling; one seed, one interval.

    Example:
        >>> bootstrap_mean([1.0])
        Estimate(mean=1.0, ci_low=None, ci_high=None)
        >>> found = bootstrap_mean([0.9, 1.0, 1.1, 1.0, 0.9, 1.1])
        >>> found.ci_low < found.mean < found.ci_high
        True
    """
    sample = np.asarray(values, np.float64)
    if len(sample) < 2:
        return Estimate(float(sample.mean()), None, None)
    rng = np.random.default_rng(seed)
    means = sample[rng.integers(0, len(sample), (_RESAMPLES, len(sample)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Estimate(float(sample.mean()), float(low), float(high))


def paired_ratio(values: Sequence[float], references: Sequence[float]) -> Estimate:
    """Mean over seeds of the ratio to the reference under the same seed, ``[n_seeds]`` each.

    Example:
        >>> paired_ratio([0.9, 1.8, 2.7], [1.0, 2.0, 3.0]).mean.__round__(6)
        0.9
    """
    return bootstrap_mean((np.asarray(values) / np.asarray(references)).tolist())
