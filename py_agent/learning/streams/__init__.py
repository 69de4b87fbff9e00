# SPDX-License-Identifier: MIT
"""Streams of data whose distribution drifts, one per user, all behind `DriftStream`."""

from py_agent.learning.streams.base import DriftStream, Samples
from py_agent.learning.streams.digits import RotatingDigits
from py_agent.learning.streams.drift import Drift, DriftKind
from py_agent.learning.streams.loans import DriftingLoans
from py_agent.learning.streams.mnist import RotatingMnist
from py_agent.learning.streams.recording import Recording
from py_agent.learning.streams.replay import Replay
from py_agent.learning.streams.rotating_images import RotatingImages

__all__ = [
    "Drift",
    "DriftKind",
    "DriftStream",
    "DriftingLoans",
    "Recording",
    "Replay",
    "RotatingDigits",
    "RotatingImages",
    "RotatingMnist",
    "Samples",
]
