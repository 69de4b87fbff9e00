# SPDX-License-Identifier: MIT
"""Observations and actions as ns3-gym and ns3-ai pack them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ns3_bridge.actions import as_array
from ns3_bridge.compat import ns3_gym_pb2 as pb
from ns3_bridge.compat.space_messages import Space
from ns3_bridge.compat.wire import BOX_DTYPES, Dialect, dtype_code, pack, unpack
from ns3_bridge.errors import InvalidAction, ProtocolViolation

_TYPES: Mapping[type[Space], pb.SpaceType] = {
    spaces.Discrete: pb.DISCRETE,
    spaces.Box: pb.BOX,
    spaces.Tuple: pb.TUPLE,
    spaces.Dict: pb.DICT,
}


def pack_value(dialect: Dialect, space: Space, value: Any, name: str = "") -> pb.DataContainer:
    """Pack a value of the space, a Box in C order; `check_value` checks one that may be none."""
    container = pb.DataContainer(type=_TYPES[type(space)], name=name)
    match space:
        case spaces.Discrete():
            pack(dialect, container.data, pb.DiscreteDataContainer(data=int(value)))
        case spaces.Box():
            array = np.asarray(value, space.dtype)
            code = dtype_code(array.dtype)
            box = pb.BoxDataContainer(dtype=code, shape=space.shape)
            getattr(box, BOX_DTYPES[code][1]).extend(array.ravel().tolist())
            pack(dialect, container.data, box)
        case spaces.Tuple():
            parts = [pack_value(dialect, s, v) for s, v in zip(space.spaces, value, strict=True)]
            pack(dialect, container.data, pb.TupleDataContainer(element=parts))
        case spaces.Dict():
            parts = [
                pack_value(dialect, inner, value[key], key) for key, inner in space.spaces.items()
            ]
            pack(dialect, container.data, pb.DictDataContainer(element=parts))
    return container


def read_value(dialect: Dialect, space: Space, container: pb.DataContainer, path: str) -> Any:
    """Unpack a value: an integer, an array of the space's shape and dtype, a tuple or a dict.

    Its bounds are not checked: many scenarios of ns3-gym do not keep theirs.

    Args:
        dialect: the project that it comes from.
        space: what it should be like.
        container: as it came; of a Box only the number of elements counts, not their shape, since
            agents send flat ones.
        path: names it in errors.

    Raises:
        ProtocolViolation: it is not like that.
    """
    if container.type != _TYPES[type(space)]:
        raise ProtocolViolation(f"{path} is of type {container.type}, expected {space}")
    match space:
        case spaces.Discrete():
            return np.int64(unpack(dialect, container.data, pb.DiscreteDataContainer, path).data)
        case spaces.Box():
            return _read_box(
                space, unpack(dialect, container.data, pb.BoxDataContainer, path), path
            )
        case spaces.Tuple():
            parts = unpack(dialect, container.data, pb.TupleDataContainer, path).element
            if len(parts) != len(space.spaces):
                raise ProtocolViolation(
                    f"{path} has {len(parts)} elements, expected {len(space.spaces)}"
                )
            pairs = zip(space.spaces, parts, strict=True)
            return tuple(
                read_value(dialect, s, part, f"{path}[{i}]") for i, (s, part) in enumerate(pairs)
            )
        case spaces.Dict():
            named = {
                p.name: p
                for p in unpack(dialect, container.data, pb.DictDataContainer, path).element
            }
            if named.keys() != space.spaces.keys():
                raise ProtocolViolation(
                    f"{path} has the elements {sorted(named)}, expected {sorted(space.spaces)}"
                )
            return {
                key: read_value(dialect, inner, named[key], f"{path}.{key}")
                for key, inner in space.spaces.items()
            }


def check_value(space: Space, value: Any, path: str) -> Any:
    """Return an agent's action as the space wants it: arrays of its dtype.

    Raises:
        InvalidAction: shape, kind of number or bounds are wrong; it names `path`.
    """
    match space:
        case spaces.Discrete():
            array = _check_numbers(value, (), "iu", path)
            if not 0 <= array < space.n:
                raise InvalidAction(path, f"{path} = {array} is outside [0, {space.n - 1}]")
            return int(array)
        case spaces.Box():
            kinds = "iuf" if np.dtype(space.dtype).kind == "f" else "iu"
            array = _check_numbers(value, space.shape, kinds, path)
            bad = ~((array >= space.low) & (array <= space.high))  # written so that NaN fails
            if bad.any():
                index = tuple(int(i) for i in np.argwhere(bad)[0])
                raise InvalidAction(
                    path,
                    f"{path}{list(index)} = {array[index]} is outside "
                    f"[{space.low[index]:g}, {space.high[index]:g}]",
                )
            return array.astype(space.dtype)
        case spaces.Tuple():
            if not isinstance(value, Sequence) or len(value) != len(space.spaces):
                raise InvalidAction(path, f"{path} must have {len(space.spaces)} elements")
            pairs = zip(space.spaces, value, strict=True)
            return tuple(check_value(s, v, f"{path}[{i}]") for i, (s, v) in enumerate(pairs))
        case spaces.Dict():
            if not isinstance(value, Mapping) or value.keys() != space.spaces.keys():
                raise InvalidAction(path, f"{path} must have the keys {sorted(space.spaces)}")
            return {k: check_value(s, value[k], f"{path}.{k}") for k, s in space.spaces.items()}


def _read_box(space: spaces.Box, box: pb.BoxDataContainer, path: str) -> NDArray[Any]:
    sent_dtype, field = BOX_DTYPES.get(box.dtype, BOX_DTYPES[pb.FLOAT])
    sent = np.array(getattr(box, field), sent_dtype)
    expected = int(np.prod(space.shape))
    if sent.size != expected:
        raise ProtocolViolation(f"{path} has {sent.size} elements, expected {expected}")
    with np.errstate(invalid="ignore"):
        array = sent.astype(space.dtype)
    if array.dtype.kind != "f" and (array != sent).any():
        raise ProtocolViolation(f"{path} has elements that are no {array.dtype}: {sent}")
    return array.reshape(space.shape)


def _check_numbers(value: Any, shape: tuple[int, ...], kinds: str, path: str) -> NDArray[Any]:
    array = as_array(path, value)
    if array.shape != shape:
        raise InvalidAction(path, f"{path} has shape {array.shape}, expected {shape}")
    if array.dtype.kind not in kinds:
        wanted = "numbers" if "f" in kinds else "integers"
        raise InvalidAction(path, f"{path} has dtype {array.dtype}, expected {wanted}")
    return array
