# SPDX-License-Identifier: MIT
"""What spaces and values of ns3-gym and ns3-ai have in common on the wire."""

from __future__ import annotations

import dataclasses
from typing import TypeAlias, TypeVar

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

_CODES = {name: code for code, (name, _) in BOX_DTYPES.items()}

SomeMessage = TypeVar("SomeMessage", bound=Message)
Greeting: TypeAlias = pb.SimInitMsg | pb.Ns3AiSimInitMsg


@dataclasses.dataclass(frozen=True)
class Dialect:
    """One of the two projects that speak these messages.

    Attributes:
        name: of the project.
        package: of its messages, as an Any names it.
        greeting: the simulation's first message; all others are the same in both.
        largest_bytes: a larger message cannot be sent.
    """

    name: str
    package: str
    greeting: type[Greeting]
    largest_bytes: int

    def type_url(self, kind: type[Message] | Message) -> str:
        """What an Any calls such a message."""
        return f"type.googleapis.com/{self.package}.{kind.DESCRIPTOR.name}"


NS3_GYM = Dialect("ns3-gym", "ns3opengym", pb.SimInitMsg, LARGEST_MESSAGE_BYTES)
NS3_AI = Dialect("ns3-ai", "ns3_ai_gym", pb.Ns3AiSimInitMsg, 1024)


def dtype_code(dtype: np.dtype[np.generic]) -> pb.Dtype:
    """The code of one of the four element types.

    Raises:
        ProtocolViolation: there is no such element type.
    """
    if dtype.name not in _CODES:
        raise ProtocolViolation(f"no dtype {dtype} in messages; known: {', '.join(_CODES)}")
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


def pack(dialect: Dialect, target: AnyMessage, message: Message) -> None:
    """Put a message into an Any, under the type name that the project knows."""
    target.type_url = dialect.type_url(message)
    target.value = message.SerializeToString()


def unpack(dialect: Dialect, source: AnyMessage, kind: type[SomeMessage], path: str) -> SomeMessage:
    """Take a message out of an Any.

    Raises:
        ProtocolViolation: another kind of message is in there, or none; it names `path`.
    """
    expected = dialect.type_url(kind)
    if source.type_url != expected:
        raise ProtocolViolation(f"{path} holds {source.type_url!r}, expected {expected!r}")
    try:
        return parse(kind, source.value)
    except ProtocolViolation as error:
        raise ProtocolViolation(f"{path}: {error}") from error
