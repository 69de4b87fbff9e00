# SPDX-License-Identifier: MIT
"""Whether a series rises over time, such as a backlog in an overloaded network."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from py_agent.intervals import LEAST_SEEDS, Estimate, mean_over_seeds

_NOTABLE_PART = 0.1  # of the mean: less is no trend that matters, however sure it is


@dataclasses.dataclass(frozen=True)
class Trend:
    """How much a series rises from its first to its last value, along its straight line.

    Attributes:
        rise: in the units of the series, mean over seeds with its 95 % interval.
        mean: of the series.
        slope_per_s: of the straight line.
        is_upward: the interval says that it rises, by more than a tenth of its mean.
    """

    rise: Estimate
    mean: float
    slope_per_s: float
    is_upward: bool


def trend(series: NDArray[np.float64], step_s: float, notable: float = 0.0) -> Trend:
    """Test series of several seeds for a common trend.

    Each seed gives the slope of its least-squares line; Student's interval over these slopes holds
    that of the process. However strongly a series is correlated in time, seeds are independent,
    so the test keeps its level where tests within one series need to know the correlation
    (Hamed and Rao 1998) and do not (``tests/py_agent/long_run/test_trend.py``).

    Args:
        series: warm-up cut off, ``[n_seeds, n_times]``; below `LEAST_SEEDS` seeds nothing is said
            to rise.
        step_s: from one value to the next.
        notable: a rise by less is none, in the units of the series.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> noise = rng.normal(5.0, 1.0, (8, 100))
        >>> trend(noise, step_s=1.0).is_upward
        False
        >>> trend(noise + 0.1 * np.arange(100), step_s=1.0).is_upward
        True
    """
    n_seeds, n_times = series.shape
    centred = np.arange(n_times) - (n_times - 1) / 2
    slopes = series @ centred / max(float(centred @ centred), 1.0)
    rise = mean_over_seeds((slopes * (n_times - 1)).tolist())
    mean = float(series.mean())
    least = max(notable, _NOTABLE_PART * mean)
    return Trend(
        rise=rise,
        mean=mean,
        slope_per_s=float(slopes.mean()) / step_s,
        is_upward=n_seeds >= LEAST_SEEDS and rise.ci_low is not None and rise.ci_low > least,
    )
