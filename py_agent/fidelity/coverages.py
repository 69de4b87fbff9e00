# SPDX-License-Identifier: MIT
"""How often what was observed lies within the interval of the twin's rollouts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from py_agent.fidelity.checkpoint import Checkpoint, frame_costs_s
from py_agent.fidelity.scores import coverage

Floats = NDArray[np.float64]

_LEVELS = (50, 90)


def coverages(checkpoints: Sequence[Checkpoint]) -> dict[str, float]:
    """Coverage of the time that tasks spend in the system within a frame.

    There are two kinds of states: those along the run, predicted under its policy, and the branched
    one, predicted under every policy. Each state counts as much as any other, whatever the number
    of its intervals.

    Returns:
        ``coverage_50`` and ``coverage_90`` over all states; ``coverage_90_along`` and
        ``coverage_90_branched`` over one kind; ``coverage_90_frame_N`` of the N-th frame along the
        run; how many states and intervals that are.
    """
    along = [
        (s.states.observed_s[i], s.states.predicted_s[i])
        for s in checkpoints
        for i in range(len(s.states.observed_s))
    ]
    branched = [
        (
            np.concatenate([observed for observed, _ in costs]),
            np.concatenate([predicted for _, predicted in costs]),
        )
        for costs in ([frame_costs_s(s, policy) for policy in s.physical] for s in checkpoints)
    ]
    states = [*along, *branched]
    found = {f"coverage_{level}": _mean_coverage(states, level) for level in _LEVELS}
    found["coverage_90_along"] = _mean_coverage(along, 90)
    found["coverage_90_branched"] = _mean_coverage(branched, 90)
    for frame in range(len(along[0][0]) if along else 0):
        ones = [
            (observed[frame : frame + 1], predicted[frame : frame + 1])
            for observed, predicted in along
        ]
        found[f"coverage_90_frame_{frame + 1}"] = _mean_coverage(ones, 90)
    found["coverage_states"] = float(len(states))
    found["coverage_intervals"] = float(sum(len(observed) for observed, _ in states))
    return found


def _mean_coverage(states: Sequence[tuple[Floats, Floats]], level: float) -> float:
    """Mean over states of what was observed ``[n]`` beside rollouts ``[n, rollouts]``, or NaN."""
    return float(np.mean([_covered(*state, level) for state in states])) if states else float("nan")


def _covered(observed: Floats, predicted: Floats, level: float) -> float:
    tail = (100 - level) / 2
    # Of n rollouts the k-th smallest is a quantile of k/(n + 1): what is right on average.
    low, high = np.percentile(predicted, [tail, 100 - tail], axis=1, method="weibull")
    return coverage(low, high, observed)
