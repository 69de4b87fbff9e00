# SPDX-License-Identifier: MIT
"""Whether a series rises over time, such as a backlog in an overloaded network."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from py_agent.intervals import LEAST_SEEDS, Estimate, mean_over_seeds

_NOTABLE_PART = 0.1  # of the mean: less is no trend that matters, however sure it is
_LEAST_MEAN = 1e-9


@dataclasses.dataclass(frozen=True)
class Trend:
    """How much a series rises from its first to its last value, along its straight line.

    Attributes:
        rise: in the units of the series, mean over seeds with its 95 % interval.
        mean: of the series.
        slope_per_s: of the straight line.
        is_upward: it rises in nearly all seeds, by more than a tenth of each one's own mean.
    """

    rise: Estimate
    mean: float
    slope_per_s: float
    is_upward: bool


def trend(series: NDArray[np.float64], step_s: float, notable: float = 0.0) -> Trend:
    """Test series of several seeds for a common trend.

    Each seed gives the slope of its least-squares line, as a part of that seed's own mean: seeds
    differ by more in how long queues are than in whether they grow. The lower end of Student's
    interval over these has to be above a tenth. However strongly a series is correlated in time,
    seeds are independent, so the test keeps its level where tests within one series need to know
    the correlation (Hamed and Rao 1998) and do not (``tests/py_agent/long_run/test_trend.py``).
    Not to find a rise is no proof that there is none: with five seeds, a rise by a third over the
    run is found in one case of four, by half in two of three (the same tests).

    Args:
        series: warm-up cut off, ``[n_seeds, n_times]``; below `LEAST_SEEDS` seeds nothing is said
            to rise.
        step_s: from one value to the next.
        notable: a mean rise by less is none, in the units of the series.

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
    rises = slopes * (n_times - 1)
    of_own_mean = rises / np.maximum(series.mean(axis=1), max(notable, _LEAST_MEAN))
    rise, part = mean_over_seeds(rises.tolist()), mean_over_seeds(of_own_mean.tolist())
    is_sure = part.ci_low is not None and part.ci_low > _NOTABLE_PART
    return Trend(
        rise=rise,
        mean=float(series.mean()),
        slope_per_s=float(slopes.mean()) / step_s,
        is_upward=n_seeds >= LEAST_SEEDS and is_sure and rise.mean > notable,
    )
