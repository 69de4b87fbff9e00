# SPDX-License-Identifier: MIT
"""Where the warm-up of a simulation ends: MSER-5."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

BATCH = 5  # frames
#: Fewer do not tell a warm-up from chance.
LEAST_FRAMES = 10 * BATCH


@dataclasses.dataclass(frozen=True)
class WarmUp:
    """What to leave out.

    Attributes:
        cut: first frame that counts.
        is_settled: what follows looks stationary. If not, the series is too short to tell, or still
            moves where half of it is cut, which is the most.

    Example:
        >>> steady = np.tile([1.0, 1.2, 0.9, 1.1, 0.8], 20)
        >>> warm_up(np.concatenate([np.linspace(9, 1, 10), steady]))
        WarmUp(cut=10, is_settled=True)
        >>> warm_up(np.arange(100.0))
        WarmUp(cut=50, is_settled=False)
    """

    cut: int
    is_settled: bool


def warm_up(series: NDArray[np.float64]) -> WarmUp:
    """The truncation point of MSER-5.

    Of all points it is the one after which the batch means have the smallest marginal standard
    error, ``Σ_{i≥d} (Z_i − Z̄_d)² / (k − d)²`` over ``k`` batches of five (White, "An effective
    truncation heuristic for bias reduction in simulation output", Simulation 69(6), 1997; batches
    of five: Spratt 1998). At least half of the series is left; where that bound is the best point,
    the run is too short for its warm-up.

    Args:
        series: one value per frame, e.g. a mean over seeds, ``[n_frames]``; frames beyond the last
            whole batch count to no batch.
    """
    count = len(series) // BATCH
    if len(series) < LEAST_FRAMES:
        return WarmUp(0, False)
    batches = series[: count * BATCH].reshape(count, BATCH).mean(axis=1)
    errors = [
        float(((batches[d:] - batches[d:].mean()) ** 2).sum()) / (count - d) ** 2
        for d in range(count // 2 + 1)
    ]
    first = int(np.argmin(errors))
    return WarmUp(first * BATCH, is_settled=first < count // 2)
