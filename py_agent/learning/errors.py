# SPDX-License-Identifier: MIT
"""What can go wrong with models that learn. Every error is a `LearningError`."""

from __future__ import annotations

from collections.abc import Sequence

from ns3_bridge.errors import Ns3TwinError


class LearningError(Ns3TwinError):
    """Base of all errors of the learning plant."""


class StreamExhausted(LearningError):
    """Raised when a finite stream holds fewer samples than are asked of it."""


class MissingClass(LearningError):
    """Raised when samples of a class are asked for and the pool has none."""


class InfeasibleBounds(LearningError):
    """Raised when no distribution lies within the bounds of a projection."""


class InvalidJob(LearningError):
    """Raised when a retraining job cannot be what it says, e.g. has no samples."""


class TrainingDiverged(LearningError):
    """Raised when a loss is not finite; the models keep the weights that they had.

    Attributes:
        users: whose training diverged.
    """

    def __init__(self, message: str, users: Sequence[int] = ()) -> None:
        super().__init__(message)
        self.users = list(users)
