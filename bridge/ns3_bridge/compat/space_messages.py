# SPDX-License-Identifier: MIT
"""Gymnasium spaces as ns3-gym and ns3-ai describe them."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from gymnasium import spaces

from ns3_bridge.compat import ns3_gym_pb2 as pb
from ns3_bridge.compat.wire import (
    BOX_DTYPES,
    LARGEST_MESSAGE_BYTES,
    Dialect,
    dtype_code,
    pack,
    unpack,
)
from ns3_bridge.errors import ProtocolViolation

Space: TypeAlias = spaces.Space[Any]

_MAX_DEPTH = 16
_MAX_ELEMENTS = LARGEST_MESSAGE_BYTES // 4


def describe_space(dialect: Dialect, space: Space, name: str = "") -> pb.SpaceDescription:
    """Describe a space made of Discrete, Box, Tuple and Dict.

    Raises:
        ProtocolViolation: there is no such space, e.g. a Box whose elements differ in bounds.
    """
    description = pb.SpaceDescription(name=name)
    match space:
        case spaces.Discrete() if space.start == 0:
            description.type = pb.DISCRETE
            pack(dialect, description.space, pb.DiscreteSpace(n=int(space.n)))
        case spaces.Box() if _is_uniform(space.low) and _is_uniform(space.high):
            description.type = pb.BOX
            low, high = (
                float(bound.flat[0]) if bound.size else 0.0 for bound in (space.low, space.high)
            )
            code = dtype_code(np.dtype(space.dtype))
            pack(
                dialect,
                description.space,
                pb.BoxSpace(low=low, high=high, dtype=code, shape=space.shape),
            )
        case spaces.Tuple():
            description.type = pb.TUPLE
            pack(
                dialect,
                description.space,
                pb.TupleSpace(element=[describe_space(dialect, inner) for inner in space.spaces]),
            )
        case spaces.Dict():
            description.type = pb.DICT
            elements = [describe_space(dialect, inner, key) for key, inner in space.spaces.items()]
            pack(dialect, description.space, pb.DictSpace(element=elements))
        case _:
            raise ProtocolViolation(f"{dialect.name} has no space like {space}")
    return description


def read_space(
    dialect: Dialect, description: pb.SpaceDescription, path: str, depth: int = 0
) -> Space:
    """The space that a description means.

    Args:
        dialect: the project that it comes from.
        description: as it came.
        path: names it in errors.
        depth: of the Tuples and Dicts around it.

    Raises:
        ProtocolViolation: it means none, or one beyond all limits.
    """
    if depth > _MAX_DEPTH:
        raise ProtocolViolation(f"{path}: spaces are nested deeper than {_MAX_DEPTH}")
    match description.type:
        case pb.DISCRETE:
            count = unpack(dialect, description.space, pb.DiscreteSpace, path).n
            if count < 1:
                raise ProtocolViolation(f"{path}: Discrete of {count} values, must be at least 1")
            return spaces.Discrete(count)
        case pb.BOX:
            return _read_box(unpack(dialect, description.space, pb.BoxSpace, path), path)
        case pb.TUPLE:
            parts = unpack(dialect, description.space, pb.TupleSpace, path).element
            return spaces.Tuple(
                [
                    read_space(dialect, part, f"{path}[{i}]", depth + 1)
                    for i, part in enumerate(parts)
                ]
            )
        case pb.DICT:
            parts = unpack(dialect, description.space, pb.DictSpace, path).element
            return spaces.Dict(
                [
                    (part.name, read_space(dialect, part, f"{path}.{part.name}", depth + 1))
                    for part in parts
                ]
            )
    raise ProtocolViolation(f"{path}: unknown space type {description.type}")


def _read_box(box: pb.BoxSpace, path: str) -> spaces.Box:
    if math.prod(box.shape) > _MAX_ELEMENTS:
        raise ProtocolViolation(
            f"{path}: Box of shape {list(box.shape)} has more than {_MAX_ELEMENTS} elements"
        )
    if not box.low <= box.high:
        raise ProtocolViolation(f"{path}: Box with bounds [{box.low:g}, {box.high:g}]")
    # Both projects take an element type that they do not know for FLOAT.
    dtype = np.dtype(BOX_DTYPES.get(box.dtype, BOX_DTYPES[pb.FLOAT])[0])
    low, high = box.low, box.high
    if dtype.kind in "iu":  # 2³² − 1 as a float is 2³²
        low, high = (max(min(bound, _last(dtype)), _first(dtype)) for bound in (low, high))
    return spaces.Box(
        np.full(box.shape, low, dtype), np.full(box.shape, high, dtype), dtype=dtype.type
    )


def _first(dtype: np.dtype[Any]) -> int:
    return int(np.iinfo(dtype).min)


def _last(dtype: np.dtype[Any]) -> int:
    return int(np.iinfo(dtype).max)


def _is_uniform(bounds: Any) -> bool:
    return bool((bounds == bounds.flat[0]).all()) if bounds.size else True
