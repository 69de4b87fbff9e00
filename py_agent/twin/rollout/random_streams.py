# SPDX-License-Identifier: MIT
"""Random numbers that are a function of seed, stream and counters alone."""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence

import torch
from torch import Tensor


def _signed(number: int) -> int:
    """The int64 with these bits."""
    number &= (1 << 64) - 1
    return number - (1 << 64) if number >> 63 else number


_GOLDEN = _signed(0x9E3779B97F4A7C15)  # 2^64 / golden ratio
_MULTIPLIERS = (_signed(0xBF58476D1CE4E5B9), _signed(0x94D049BB133111EB))
_SHIFTS = (30, 27, 31)
_BITS = 23  # of a uniform number: with the half that keeps it from 0 and 1, what a float32 holds
_NOISE_BITS = 21  # three to a hash


class Stream(enum.IntEnum):
    """What a random number is for: streams do not disturb each other."""

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


class RandomStreams:
    """Hashes of (seed, stream, counter, element): SplitMix64 (Steele, Lea and Flood 2014).

    Each future has a seed of its own, so what happens in one does not depend on how many others
    there are, and two policies under one seed meet the same walks, tasks and fades.

    Args:
        seeds: ``[batch]`` int64.
    """

    def __init__(self, seeds: Tensor) -> None:
        self.seeds = seeds.clone()

    def uniform(self, stream: Stream, rows: Tensor, counter: Tensor | int, n: int) -> Tensor:
        """Numbers in (0, 1), ``[n_rows, n]``.

        Args:
            stream: what for.
            rows: futures, ``[n_rows]``.
            counter: how often they have drawn before, ``[n_rows]`` or one for all.
            n: numbers per future.
        """
        return _to_uniform(self._hashes(stream, rows, counter, n))

    def normal(self, stream: Stream, rows: Tensor, counter: Tensor | int, n: int) -> Tensor:
        """Standard normal numbers, ``[n_rows, n]``; see `uniform`."""
        return math.sqrt(2) * torch.erfinv(2 * self.uniform(stream, rows, counter, n) - 1)

    def noise(self, stream: Stream, rows: Tensor, counter: Tensor | int, n: int) -> Tensor:
        """Numbers of mean 0 and variance 1, uniform: cheap steps for processes with long memory.

        A Gauss-Markov process that forgets over some tens of steps is normal to within a per cent
        all the same, by the central limit theorem.

        Returns:
            ``[n_rows, n]``.
        """
        hashes = self._hashes(stream, rows, counter, -(-n // 3))
        mask = (1 << _NOISE_BITS) - 1
        parts = torch.stack([(hashes >> k * _NOISE_BITS) & mask for k in range(3)], dim=-1)
        scaled = parts.to(torch.float32).mul_(math.sqrt(12) * 2.0**-_NOISE_BITS)
        return scaled.sub_(math.sqrt(3)).flatten(1)[:, :n]

    def uniform_each(
        self, stream: Stream, rows: Tensor, counter: Tensor, element: Tensor
    ) -> Tensor:
        """A number in (0, 1) for each (future, counter, element), ``[n]`` each."""
        key = _mix(self.seeds[rows] + _times_golden(stream))
        return _to_uniform(_mix(_mix(key + _times_golden(counter)) + _times_golden(element)))

    def normal_each(self, stream: Stream, rows: Tensor, counter: Tensor, element: Tensor) -> Tensor:
        """A standard normal number for each (future, counter, element), ``[n]`` each."""
        uniform = self.uniform_each(stream, rows, counter, element)
        return math.sqrt(2) * torch.erfinv(2 * uniform - 1)

    def _hashes(self, stream: Stream, rows: Tensor, counter: Tensor | int, n: int) -> Tensor:
        key = _mix(self.seeds[rows] + _times_golden(stream))
        key = _mix(key + _times_golden(counter))
        elements = _times_golden(torch.arange(n, device=key.device))
        return _mix(key[:, None] + elements)


def spread_seeds(seed: int, batch: int, device: torch.device) -> Tensor:
    """Seeds of the futures of one seed, ``[batch]``."""
    return torch.arange(batch, device=device, dtype=torch.int64) + _signed(seed << 32)


def seed_tensor(seeds: Sequence[int], device: torch.device) -> Tensor:
    """Seeds as `RandomStreams` takes them."""
    return torch.tensor([_signed(seed << 32) for seed in seeds], dtype=torch.int64, device=device)


def _times_golden(number: Tensor | int) -> Tensor | int:
    return _signed(number * _GOLDEN) if isinstance(number, int) else number * _GOLDEN


def _mix(x: Tensor) -> Tensor:
    """The finaliser of SplitMix64."""
    for shift, multiplier in zip(_SHIFTS, (*_MULTIPLIERS, None), strict=True):
        # ">>" keeps the sign; the mask makes it a logical shift.
        x = x ^ ((x >> shift) & ((1 << (64 - shift)) - 1))
        if multiplier is not None:
            x = x * multiplier
    return x


def _to_uniform(hashes: Tensor) -> Tensor:
    top = (hashes >> (64 - _BITS)) & ((1 << _BITS) - 1)
    return (top.to(torch.float32) + 0.5) * 2.0**-_BITS
