# SPDX-License-Identifier: MIT
"""Whether a series rises over time, such as a backlog in an overloaded network."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from py_agent.intervals import Estimate, mean_over_seeds, p_value_of_zero

_NOTABLE_PART = 0.1  # of the mean: less is no trend that matters, however sure it is
_DOUBLED = 2 / 3  # a rise by so much of the mean is from two thirds of it to four
_LEAST_MEAN = 1e-9
_LEVEL = 0.01


@dataclasses.dataclass(frozen=True)
class Trend:
    """How much a series rises from its first to its last value, along its straight line.

    Attributes:
        rise: in the units of the series, mean over seeds with its 95 % interval.
        mean: of the series.
        slope_per_s: of the straight line.
        is_upward: it rises by more than a tenth of each seed's own mean, at the level of 1 %.
        may_double: the interval of the rise does not exclude that the mean over seeds doubles from
            the first value to the last.

    Example:
        >>> found = trend(np.tile(np.arange(100.0), (5, 1)), step_s=1.0)
        >>> found.is_upward, found.is_level, round(found.slope_per_s, 6)
        (True, False, 1.0)
    """

    rise: Estimate
    mean: float
    slope_per_s: float
    is_upward: bool
    may_double: bool

    @property
    def is_level(self) -> bool | None:
        """Nothing rises; False: it does; None: it may double, which is not known."""
        if self.is_upward:
            return False
        return None if self.may_double else True


def trend(series: NDArray[np.float64], step_s: float, notable: float = 0.0) -> Trend:
    """Test series of several seeds for a common trend.

    Each seed gives the slope of its least-squares line, as a part of that seed's own mean: seeds
    differ by more in how long queues are than in whether they grow. Student's test says whether
    these are above a tenth. However strongly a series is correlated in time, seeds are independent,
    so the test keeps its level where tests within one series need to know the correlation (Hamed
    and Rao 1998) and do not (``tests/py_agent/long_run/test_trend.py``). Its level is 1 %, for
    policies that meet the same arrivals all seem to rise where these do by chance. Not to find a
    rise is no proof that there is none: with five seeds, one by half of the mean is found in one
    case of four, by all of it in nine of ten (the same tests), and where a few seeds grow without
    limit and the others do not, nothing is in common. `Trend.may_double` tells this apart from what
    is level.

    Args:
        series: warm-up cut off, ``[n_seeds, n_times]``; below `intervals.LEAST_SEEDS` seeds
            nothing is said to rise.
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
    n_times, mean = series.shape[1], float(series.mean())
    centred = np.arange(n_times) - (n_times - 1) / 2
    slopes = series @ centred / max(float(centred @ centred), 1.0)
    rises = slopes * (n_times - 1)
    of_own_mean = rises / np.maximum(series.mean(axis=1), max(notable, _LEAST_MEAN))
    rise, beyond = mean_over_seeds(rises.tolist()), (of_own_mean - _NOTABLE_PART).tolist()
    p_value = p_value_of_zero(beyond)
    is_sure = p_value is not None and p_value < _LEVEL and float(np.mean(beyond)) > 0
    return Trend(
        rise=rise,
        mean=mean,
        slope_per_s=float(slopes.mean()) / step_s,
        is_upward=is_sure and rise.mean > notable,
        may_double=rise.ci_high is None or rise.ci_high > max(_DOUBLED * mean, notable),
    )
