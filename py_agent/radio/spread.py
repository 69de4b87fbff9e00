# SPDX-License-Identifier: MIT
"""How far measurements scatter, whatever a few of them say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_QUARTILES_SD = 1.349  # apart, in a normal law


def robust_sd(values: NDArray[np.float64]) -> float:
    """Standard deviation of the normal law whose quartiles are as far apart.

    Args:
        values: at least one, ``[n]``.

    Example:
        >>> values = np.random.default_rng(1).normal(5.0, 2.0, 10_000)
        >>> values[:100] = 1e6
        >>> round(robust_sd(values), 1)
        2.0
    """
    low, high = np.percentile(values, [25, 75])
    return float((high - low) / _QUARTILES_SD)
