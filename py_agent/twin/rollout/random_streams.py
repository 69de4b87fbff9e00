# SPDX-License-Identifier: MIT
"""Seeds of rollouts: their random numbers are a function of seed, stream and counters alone."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from py_agent import former_names

Seeds = NDArray[np.int64]


class Stream(enum.IntEnum):
    """What a random number is for, as the engine counts them (``engine/random.h``)."""

    PLACE = enum.auto()
    LEG = enum.auto()
    RESIDUAL_START = enum.auto()
    RESIDUAL = enum.auto()
    CORRECTION_START = enum.auto()
    CORRECTION = enum.auto()
    TRAFFIC_STATE = enum.auto()
    TRAFFIC_PERIOD = enum.auto()
    TRAFFIC_GAP = enum.auto()
    TASK_SIZE = enum.auto()
    USER_CYCLES = enum.auto()
    TASK_CYCLES = enum.auto()
    PIPELINE = enum.auto()
    HANDOVER = enum.auto()
    LEARNING = enum.auto()
    ESTIMATE = enum.auto()
    STAY = enum.auto()
    ARRIVAL = enum.auto()


def spread_seeds(seed: int, batch: int) -> Seeds:
    """Seeds of the rollouts of one seed, ``[batch]``."""
    return np.arange(batch, dtype=np.int64) + _signed(seed << 32)


def seed_array(seeds: Sequence[int]) -> Seeds:
    """Seeds of rollouts that have one each, ``[batch]``."""
    return np.array([_signed(seed << 32) for seed in seeds], np.int64)


def _signed(number: int) -> int:
    """The int64 with these bits."""
    number &= (1 << 64) - 1
    return number - (1 << 64) if number >> 63 else number


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
