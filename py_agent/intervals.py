# SPDX-License-Identifier: MIT
"""Means over seeds and their confidence intervals, for all tables."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from py_agent import former_names

LEAST_SEEDS = 5  # fewer tell too little of how much seeds differ
_LEVEL = 0.95
_WIDEST_T = 1e3


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A mean over seeds and its 95 % interval; without interval below `LEAST_SEEDS` seeds.

    Attributes:
        mean: of the sample.
        ci_low: lower end.
        ci_high: upper end.

    Example:
        >>> print(Estimate(0.5, 0.25, 0.75), Estimate(0.5, None, None))
        0.500 [0.250, 0.750] 0.500
    """

    mean: float
    ci_low: float | None
    ci_high: float | None

    def __str__(self) -> str:
        return self.text(3)

    def text(self, digits: int) -> str:
        """The mean and, in brackets, the interval if there is one."""
        if self.ci_low is None or self.ci_high is None:
            return f"{self.mean:.{digits}f}"
        return f"{self.mean:.{digits}f} [{self.ci_low:.{digits}f}, {self.ci_high:.{digits}f}]"


def mean_over_seeds(values: Sequence[float]) -> Estimate:
    """Mean with Student's interval ``x̄ ± t(0.975, n−1) s/√n`` (Student 1908).

    With few seeds it keeps its coverage where percentiles of resampled means do not: of five normal
    values these hold the mean 85 % of the time, not 95 % (``tests/py_agent/test_intervals.py``).

    Args:
        values: one per seed, ``[n_seeds]``.

    Example:
        >>> mean_over_seeds([1.0, 2.0])
        Estimate(mean=1.5, ci_low=None, ci_high=None)
        >>> print(mean_over_seeds([0.9, 1.0, 1.1, 1.0, 0.9, 1.1]))
        1.000 [0.906, 1.094]
    """
    sample = np.asarray(values, np.float64)
    mean = float(sample.mean())
    if len(sample) < LEAST_SEEDS:
        return Estimate(mean, None, None)
    half = _t_quantile(len(sample) - 1) * float(sample.std(ddof=1)) / math.sqrt(len(sample))
    return Estimate(mean, mean - half, mean + half)


def paired_ratio(values: Sequence[float], references: Sequence[float]) -> Estimate:
    """Geometric mean over seeds of the ratio to the reference under the same seed.

    With Student's interval of the logarithms. Ratios are skewed, so that the same interval of the
    ratios themselves is too narrow: of five ratios of independent Gamma(2) delays it holds the
    mean 74 % of the time, this one 95 % (``tests/py_agent/test_intervals.py``). And it takes no
    side: the ratio the other way round is its reciprocal. Where one seed in many decides, so that
    most samples of a few hold none of these, no interval of few seeds keeps its coverage.

    Args:
        values: positive, one per seed, ``[n_seeds]``.
        references: the same of what they are compared with.

    Example:
        >>> paired_ratio([2.0, 0.5], [1.0, 1.0]).mean
        1.0
        >>> print(paired_ratio([0.9, 1.8, 2.7, 0.8, 1.0], [1.0, 2.0, 3.0, 1.0, 1.0]))
        0.898 [0.814, 0.990]
    """
    logs = mean_over_seeds(_log_ratios(values, references).tolist())
    if logs.ci_low is None or logs.ci_high is None:
        return Estimate(math.exp(logs.mean), None, None)
    return Estimate(*(math.exp(log) for log in (logs.mean, logs.ci_low, logs.ci_high)))


def paired_p_value(values: Sequence[float], references: Sequence[float]) -> float | None:
    """How often ratios of no mean effect would stray as far as these: Student's, two-sided.

    Of the logarithms, as `paired_ratio`; None below `LEAST_SEEDS` seeds.

    Example:
        >>> paired_p_value([0.9, 1.8, 2.7, 0.8, 1.0], [1.0, 2.0, 3.0, 1.0, 1.0]).__round__(3)
        0.038
    """
    return p_value_of_zero(_log_ratios(values, references).tolist())


def p_value_of_zero(differences: Sequence[float]) -> float | None:
    """How often differences of mean 0 would stray as far as these: Student's, two-sided.

    None below `LEAST_SEEDS` seeds.

    Example:
        >>> p_value_of_zero([0.1, 0.2, 0.2, 0.1, 0.3]).__round__(3)
        0.009
    """
    if len(differences) < LEAST_SEEDS:
        return None
    error = float(np.std(differences, ddof=1)) / math.sqrt(len(differences))
    if error == 0:
        return 1.0 if differences[0] == 0 else 0.0
    return 1 - _t_within(abs(float(np.mean(differences))) / error, len(differences) - 1)


def p_text(p_value: float | None) -> str:
    """As tables show it; empty: there is none.

    Example:
        >>> p_text(0.0204), p_text(1e-5), p_text(None)
        ('0.020', '<0.001', '')
    """
    if p_value is None:
        return ""
    return "<0.001" if p_value < 1e-3 else f"{p_value:.3f}"


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values of as many comparisons with one reference.

    Step-down (Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist.
    6, 1979): ``max over j ≤ i of min(1, (n − j + 1) p_(j))`` in ascending order. Whoever calls an
    effect real where this is below α is wrong about any of them with probability α at most.

    Example:
        >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
        [0.03, 0.06, 0.06]
    """
    count, largest = len(p_values), 0.0
    corrected = [0.0] * count
    for rank, place in enumerate(sorted(range(count), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, (count - rank) * p_values[place]))
        corrected[place] = largest
    return corrected


def _log_ratios(values: Sequence[float], references: Sequence[float]) -> NDArray[np.float64]:
    both = np.asarray([values, references], np.float64)
    if not (both > 0).all():
        raise ValueError(f"ratios are of positive values, not of {both[~(both > 0)][0]:g}")
    logs: NDArray[np.float64] = np.log(both[0] / both[1])
    return logs


@functools.cache
def _t_quantile(freedom: int) -> float:
    """How far Student's t strays to either side with probability `_LEVEL`."""
    low, high = 0.0, _WIDEST_T
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if _t_within(middle, freedom) < _LEVEL else (low, middle)
    return low


def _t_within(t: float, freedom: int) -> float:
    """P(|T| ≤ t): Abramowitz and Stegun 1964, 26.7.3 (odd) and 26.7.4 (even)."""
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term, total = (cosine if odd else 1.0), 0.0
    for k in range(2 + odd, freedom + 1, 2):
        total += term
        term *= cosine**2 * (k - 1) / k
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
