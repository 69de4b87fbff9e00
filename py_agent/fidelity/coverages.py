# SPDX-License-Identifier: MIT
"""How often what came lies within the interval of the twin's futures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from py_agent.fidelity.scene import Scene, frame_costs_s
from py_agent.fidelity.scores import coverage

Floats = NDArray[np.float64]

_LEVELS = (50, 90)


def coverages(scenes: Sequence[Scene]) -> dict[str, float]:
    """Coverage of the time that tasks spend in the system within a frame.

    There are two kinds of states: those along the run, foretold under its policy, and the branched
    one, foretold under every policy. Each state counts as much as any other, whatever the number
    of its intervals.

    Returns:
        ``coverage_50`` and ``coverage_90`` over all states; ``coverage_90_along`` and
        ``coverage_90_branched`` over one kind; ``coverage_90_frame_N`` of the N-th frame along the
        run; how many states and intervals that are.
    """
    along = [
        (s.states.came_s[i], s.states.said_s[i])
        for s in scenes
        for i in range(len(s.states.came_s))
    ]
    branched = [
        (np.concatenate([came for came, _ in costs]), np.concatenate([said for _, said in costs]))
        for costs in ([frame_costs_s(s, policy) for policy in s.physical] for s in scenes)
    ]
    states = [*along, *branched]
    found = {f"coverage_{level}": _mean_coverage(states, level) for level in _LEVELS}
    found["coverage_90_along"] = _mean_coverage(along, 90)
    found["coverage_90_branched"] = _mean_coverage(branched, 90)
    for frame in range(len(along[0][0]) if along else 0):
        ones = [(came[frame : frame + 1], said[frame : frame + 1]) for came, said in along]
        found[f"coverage_90_frame_{frame + 1}"] = _mean_coverage(ones, 90)
    found["coverage_states"] = float(len(states))
    found["coverage_intervals"] = float(sum(len(came) for came, _ in states))
    return found


def _mean_coverage(states: Sequence[tuple[Floats, Floats]], level: float) -> float:
    """Mean over states of what came ``[n]`` beside futures ``[n, futures]``; NaN without any."""
    return float(np.mean([_covered(*state, level) for state in states])) if states else float("nan")


def _covered(came: Floats, said: Floats, level: float) -> float:
    tail = (100 - level) / 2
    # Of n futures the k-th smallest is a quantile of k/(n + 1): what is right on average.
    low, high = np.percentile(said, [tail, 100 - tail], axis=1, method="weibull")
    return coverage(low, high, came)
