# SPDX-License-Identifier: MIT
"""Values of Gymnasium's spaces as flat vectors of numbers in [−1, 1], and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ns3_bridge.errors import InvalidSetting

Vector: TypeAlias = NDArray[np.float32]
Range: TypeAlias = tuple[float, float]

_WIDE = 1e4  # a range wider than this is scaled by its logarithm


class VectorCodec(Protocol):
    """Places of a vector that the values of one space take."""

    @property
    def places(self) -> int:
        """How many."""
        ...

    def scaled(self, value: Any, batch: tuple[int, ...] = ()) -> Vector:
        """The vector ``[*batch, places]`` of a value ``[*batch, *shape]``."""
        ...

    def unscaled(self, vector: NDArray[np.float64]) -> Any:
        """The value ``shape`` that a vector ``[places]`` stands for, numbers beyond ±1 as ±1.

        Leading dimensions of the vector are those of the value, too.
        """
        ...


@dataclasses.dataclass(frozen=True)
class Numbers:
    """A number x in [low, high] is ``2·(x − low)/(high − low) − 1``.

    If the range is wider than 10⁴, sign(x)·log(1 + abs x) takes the place of x, low and high in the
    vector of a value, so that a backlog of 10⁶ bits in a range up to 10¹⁵ is still told from one of
    10⁵. The way back is linear.

    Attributes:
        low: smallest values, ``[places]``.
        high: largest values, ``[places]``.
        shape: of a value.
        dtype: of a value.

    Example:
        >>> share = Numbers(np.zeros(2), np.ones(2), (2,), np.dtype(np.float32))
        >>> share.scaled([0.5, 1.0]).tolist(), share.unscaled(np.array([0.0, 1.0])).tolist()
        ([0.0, 1.0], [0.5, 1.0])
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def places(self) -> int:
        """See `VectorCodec`."""
        return len(self.low)

    def scaled(self, value: Any, batch: tuple[int, ...] = ()) -> Vector:
        """See `VectorCodec`."""
        flat = np.asarray(value).astype(np.float64).reshape(*batch, self.places)
        low, high = self.low, self.high
        wide = high - low > _WIDE
        if wide.any():
            flat, low, high = (np.where(wide, _logarithmic(x), x) for x in (flat, low, high))
        in_range = 2 * (flat - low) / np.maximum(high - low, np.finfo(float).tiny) - 1
        vector: Vector = np.clip(in_range, -1, 1).astype(np.float32)
        return vector

    def unscaled(self, vector: NDArray[np.float64]) -> NDArray[Any]:
        """See `VectorCodec`."""
        number = self.low + (np.clip(vector, -1, 1) + 1) / 2 * (self.high - self.low)
        if self.dtype.kind != "f":
            number = np.rint(number)
        return number.reshape((*vector.shape[:-1], *self.shape)).astype(self.dtype)


@dataclasses.dataclass(frozen=True)
class Categories:
    """One place per element and value, one-hot: 0 or 1; on the way back the largest is chosen.

    Attributes:
        first: smallest value of each element, ``[n]``.
        count: how many values each element has, ``[n]``.
        shape: of a value.
        dtype: of a value.

    Example:
        >>> station = Categories(np.array([-1]), np.array([3]), (1,), np.dtype(np.int32))
        >>> station.scaled([1]).tolist(), station.unscaled(np.array([0.2, 0.9, 0.4])).tolist()
        ([0.0, 0.0, 1.0], [0])
    """

    first: NDArray[np.int64]
    count: NDArray[np.int64]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def places(self) -> int:
        """See `VectorCodec`."""
        return int(self.count.sum())

    @property
    def _real(self) -> NDArray[np.bool_]:
        """Which of the places ``[n, most]`` there are."""
        most = int(self.count.max(initial=0))
        real: NDArray[np.bool_] = np.arange(most) < self.count[:, None]
        return real

    def scaled(self, value: Any, batch: tuple[int, ...] = ()) -> Vector:
        """See `VectorCodec`."""
        chosen = np.asarray(value).reshape(*batch, len(self.count)) - self.first
        real = self._real
        one_hot = chosen[..., None] == np.arange(real.shape[1])
        vector: Vector = one_hot[..., real].astype(np.float32)
        return vector

    def unscaled(self, vector: NDArray[np.float64]) -> NDArray[Any]:
        """See `VectorCodec`."""
        real = self._real
        scores = np.full((*vector.shape[:-1], *real.shape), -np.inf)
        scores[..., real] = vector
        chosen: NDArray[Any] = self.first + scores.argmax(axis=-1)
        return chosen.reshape((*vector.shape[:-1], *self.shape)).astype(self.dtype)


@dataclasses.dataclass(frozen=True)
class Group:
    """The parts of a Dict or Tuple space, one after the other.

    Attributes:
        keys: where a value has its parts; None: it is a tuple.
        parts: of the space.

    Example:
        >>> share = Numbers(np.zeros(1), np.ones(1), (1,), np.dtype(np.float32))
        >>> both = Group(["bandwidth", "compute"], [share, share])
        >>> both.scaled({"bandwidth": [0.0], "compute": [0.5]}).tolist()
        [-1.0, 0.0]
    """

    keys: Sequence[str] | None
    parts: Sequence[VectorCodec]

    @property
    def places(self) -> int:
        """See `VectorCodec`."""
        return sum(part.places for part in self.parts)

    def scaled(self, value: Any, batch: tuple[int, ...] = ()) -> Vector:
        """See `VectorCodec`."""
        values = value if self.keys is None else [value[key] for key in self.keys]
        vectors = [part.scaled(v, batch) for part, v in zip(self.parts, values, strict=True)]
        return np.concatenate([np.empty((*batch, 0), np.float32), *vectors], axis=-1)

    def unscaled(self, vector: NDArray[np.float64]) -> Any:
        """See `VectorCodec`."""
        ends = np.cumsum([part.places for part in self.parts])[:-1]
        pieces = np.split(vector, ends, axis=-1) if self.parts else []
        values = [part.unscaled(v) for part, v in zip(self.parts, pieces, strict=True)]
        return tuple(values) if self.keys is None else dict(zip(self.keys, values, strict=True))


def codec_of(
    space: spaces.Space[Any], categories: Mapping[str, Range] | None = None, name: str = ""
) -> VectorCodec:
    """How the values of a space become vectors.

    Args:
        space: of numbers, or a Dict or Tuple of such spaces.
        categories: ranges of Boxes of integers that name things rather than count them, by key.
        name: of the space, in messages.

    Raises:
        InvalidSetting: a part of the space is not of numbers, or has no bounds.
    """
    if isinstance(space, spaces.Dict):
        keys = tuple(space)
        return Group(keys, [codec_of(space[key], categories, key) for key in keys])
    if isinstance(space, spaces.Tuple):
        return Group(None, [codec_of(part, categories, name) for part in space])
    if isinstance(space, spaces.Discrete):
        return _categories(np.array([space.start]), np.array([space.n]), (), space)
    if isinstance(space, spaces.MultiDiscrete):
        return _categories(space.start.ravel(), space.nvec.ravel(), space.shape, space)
    if isinstance(space, spaces.MultiBinary):
        n = int(np.prod(space.shape))
        return Numbers(np.zeros(n), np.ones(n), space.shape, np.dtype(np.int8))
    if isinstance(space, spaces.Box):
        return _of_box(space, (categories or {}).get(name), name)
    raise InvalidSetting(
        f"{name or 'the space'} is a {type(space).__name__}, which is not a vector of numbers: "
        "leave it out (gymnasium.wrappers.FilterObservation) or transform it below"
    )


def _of_box(space: spaces.Box, categories: Range | None, name: str) -> VectorCodec:
    assert space.dtype is not None  # of a Box there is one
    low, high = space.low.astype(np.float64).ravel(), space.high.astype(np.float64).ravel()
    if categories is not None and (low == categories[0]).all() and (high == categories[1]).all():
        return _categories(low, high - low + 1, space.shape, space)
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise InvalidSetting(
            f"{name or 'the space'} has no bounds, so it cannot be scaled to [−1, 1]: give it some "
            "by a wrapper below, e.g. gymnasium.wrappers.RescaleObservation"
        )
    return Numbers(low, high, space.shape, space.dtype)


def _categories(
    first: NDArray[Any], count: NDArray[Any], shape: tuple[int, ...], space: spaces.Space[Any]
) -> Categories:
    assert space.dtype is not None
    return Categories(first.astype(np.int64), count.astype(np.int64), shape, space.dtype)


def _logarithmic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = np.sign(x) * np.log1p(np.abs(x))
    return result
