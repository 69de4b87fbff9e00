# SPDX-License-Identifier: MIT
"""How far data has drifted: gradually, abruptly, or there and back again."""

from __future__ import annotations

import dataclasses
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from py_agent.learning.errors import LearningError

DriftKind = Literal["gradual", "abrupt", "recurring"]


@dataclasses.dataclass(frozen=True)
class Drift:
    """The position of every user on the axis along which its data drifts.

    - *gradual*: ``rate · t``
    - *abrupt*: stands still, then jumps by ``rate · period`` once per period
    - *recurring*: a triangle wave, outwards for half a period and back again

    On average over a period all three move at `rate`.

    Attributes:
        kind: which of them.
        rate: units per second, ``[n_users]``.
        period_s: of abrupt and recurring drift.
        phase_s: how far into its period each user starts, ``[n_users]``.

    Raises:
        LearningError: an unknown kind, or a period that is not positive.

    Example:
        >>> drift = Drift("abrupt", np.array([0.5]), period_s=20.0, phase_s=np.zeros(1))
        >>> [float(drift.position(t)[0]) for t in (0.0, 19.0, 20.0, 40.0)]
        [0.0, 0.0, 10.0, 20.0]
    """

    kind: DriftKind
    rate: NDArray[np.float64]
    period_s: float
    phase_s: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.kind not in get_args(DriftKind):
            raise LearningError(
                f"drift {self.kind!r} is unknown; known: {', '.join(get_args(DriftKind))}"
            )
        if not self.period_s > 0:
            raise LearningError(f"drift period {self.period_s} s must be positive")

    def position(
        self, time_s: NDArray[np.float64] | float, users: NDArray[np.intp] | None = None
    ) -> NDArray[np.float64]:
        """Where users are at a time, ``[n]``; times before 0 are allowed.

        Args:
            time_s: one time, or one per user, ``[n]``.
            users: which, ``[n]``; None: all.
        """
        rate = self.rate if users is None else self.rate[users]
        phase_s = self.phase_s if users is None else self.phase_s[users]
        if self.kind == "gradual":
            return rate * time_s
        cycles = (phase_s + time_s) / self.period_s
        if self.kind == "abrupt":
            return rate * self.period_s * np.floor(cycles)
        within = cycles - np.floor(cycles)
        return rate * self.period_s * np.minimum(within, 1 - within)
