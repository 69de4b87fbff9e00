# SPDX-License-Identifier: MIT
"""What spaces and values of ns3-gym have in common on the wire."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import DecodeError, Message

from ns3_bridge.compat import ns3_gym_pb2 as pb
from ns3_bridge.errors import ProtocolViolation

LARGEST_MESSAGE_BYTES = 64 * 2**20

# NumPy's name of the element type, and the field of BoxDataContainer that holds the elements.
BOX_DTYPES = {
    pb.INT: ("int32", "int_data"),
    pb.UINT: ("uint32", "uint_data"),
    pb.FLOAT: ("float32", "float_data"),
    pb.DOUBLE: ("float64", "double_data"),
}

_TYPE_URL = "type.googleapis.com/ns3opengym."
_CODES = {name: code for code, (name, _) in BOX_DTYPES.items()}

SomeMessage = TypeVar("SomeMessage", bound=Message)


def dtype_code(dtype: np.dtype[np.generic]) -> pb.Dtype:
    """The code of one of the four element types.

    Raises:
        ProtocolViolation: ns3-gym has no such element type.
    """
    if dtype.name not in _CODES:
        raise ProtocolViolation(f"ns3-gym has no dtype {dtype}; known: {', '.join(_CODES)}")
    return _CODES[dtype.name]


def parse(kind: type[SomeMessage], frame: bytes) -> SomeMessage:
    """Read a message.

    Raises:
        ProtocolViolation: it is none of that kind.
    """
    message = kind()
    try:
        message.ParseFromString(frame)
    except DecodeError as error:
        raise ProtocolViolation(f"{len(frame)} bytes are no {kind.__name__}") from error
    return message


def pack(target: AnyMessage, message: Message) -> None:
    """Put a message into an Any, under the type name that ns3-gym knows."""
    target.type_url = _TYPE_URL + message.DESCRIPTOR.name
    target.value = message.SerializeToString()


def unpack(source: AnyMessage, kind: type[SomeMessage], path: str) -> SomeMessage:
    """Take a message out of an Any.

    Raises:
        ProtocolViolation: another kind of message is in there, or none; it names `path`.
    """
    expected = _TYPE_URL + kind.DESCRIPTOR.name
    if source.type_url != expected:
        raise ProtocolViolation(f"{path} holds {source.type_url!r}, expected {expected!r}")
    try:
        return parse(kind, source.value)
    except ProtocolViolation as error:
        raise ProtocolViolation(f"{path}: {error}") from error
