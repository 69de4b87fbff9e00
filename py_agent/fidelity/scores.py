# SPDX-License-Identifier: MIT
"""The measures of fidelity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

Z_90 = 1.6449  # 95 % quantile of the normal distribution


def mape(predicted: Floats, observed: Floats) -> float:
    """Mean absolute error relative to what was observed; NaN without samples."""
    return (
        float(np.mean(np.abs(predicted - observed) / observed)) if len(observed) else float("nan")
    )


def nmse(predicted: Floats, observed: Floats) -> float:
    """Mean square error over the variance of what was observed."""
    variance = float(np.var(observed)) if len(observed) > 1 else 0.0
    return float(np.mean((predicted - observed) ** 2) / variance) if variance > 0 else float("nan")


def ks_distance(a: Floats, b: Floats) -> float:
    """Largest distance of two empirical distribution functions (Kolmogorov-Smirnov)."""
    if not len(a) or not len(b):
        return float("nan")
    return float(stats.ks_2samp(a, b, method="asymp").statistic)


def spearman(a: Floats, b: Floats) -> float:
    """Rank correlation; NaN where one side is constant."""
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(stats.spearmanr(a, b).statistic)


def kendall(a: Floats, b: Floats) -> float:
    """Kendall's τ-b; NaN where one side is constant."""
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(stats.kendalltau(a, b).statistic)


def regret(predicted: Floats, observed: Floats) -> float:
    """What the choice of the smallest `predicted` costs, relative to the smallest observed."""
    best = float(observed.min())
    return float(observed[int(np.argmin(predicted))]) / best - 1 if best > 0 else 0.0


def coverage(low: Floats, high: Floats, observed: Floats) -> float:
    """Share observed within its interval; NaN without samples."""
    return float(np.mean((low <= observed) & (observed <= high))) if len(observed) else float("nan")
