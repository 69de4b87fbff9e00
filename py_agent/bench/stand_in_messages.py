# SPDX-License-Identifier: MIT
"""The messages of the stand-ins for ns3-gym and ns3-ai: their fields, under a name of our own."""

from __future__ import annotations

from typing import Any

import numpy as np
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory
from numpy.typing import NDArray

_FIELD = descriptor_pb2.FieldDescriptorProto
_PACKAGE = "ns3_stand_in"
BOX_URL = f"type.googleapis.com/{_PACKAGE}.BoxDataContainer"


def _messages() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(
        name="ns3_stand_in.proto",
        package=_PACKAGE,
        syntax="proto3",
        dependency=["google/protobuf/any.proto"],
    )
    declared: dict[str, list[tuple[str, int, int, bool, str]]] = {
        "BoxDataContainer": [
            ("dtype", 1, _FIELD.TYPE_UINT32, False, ""),
            ("shape", 2, _FIELD.TYPE_UINT32, True, ""),
            ("floatData", 5, _FIELD.TYPE_FLOAT, True, ""),
        ],
        "DataContainer": [
            ("type", 1, _FIELD.TYPE_UINT32, False, ""),
            ("data", 2, _FIELD.TYPE_MESSAGE, False, ".google.protobuf.Any"),
            ("name", 3, _FIELD.TYPE_STRING, False, ""),
        ],
        "EnvStateMsg": [
            ("obsData", 1, _FIELD.TYPE_MESSAGE, False, f".{_PACKAGE}.DataContainer"),
            ("reward", 2, _FIELD.TYPE_FLOAT, False, ""),
            ("isGameOver", 3, _FIELD.TYPE_BOOL, False, ""),
            ("info", 5, _FIELD.TYPE_STRING, False, ""),
        ],
        "EnvActMsg": [
            ("actData", 1, _FIELD.TYPE_MESSAGE, False, f".{_PACKAGE}.DataContainer"),
            ("stopSimReq", 2, _FIELD.TYPE_BOOL, False, ""),
        ],
    }
    for name, fields in declared.items():
        message = file.message_type.add(name=name)
        for field, number, kind, repeated, type_name in fields:
            label = _FIELD.LABEL_REPEATED if repeated else _FIELD.LABEL_OPTIONAL
            message.field.add(
                name=field, number=number, type=kind, label=label, type_name=type_name or None
            )
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(any_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))
        for name in declared
    }


MESSAGES = _messages()


def pack(container: Any, values: NDArray[np.float32]) -> None:
    """Put `values` ``[n]`` into a DataContainer."""
    box = MESSAGES["BoxDataContainer"](dtype=3, shape=values.shape, floatData=values.tolist())
    container.type = 2
    container.data.Pack(box)


def unpack(container: Any) -> NDArray[np.float32]:
    """Take values ``[n]`` out of a DataContainer."""
    box = MESSAGES["BoxDataContainer"]()
    container.data.Unpack(box)
    return np.array(box.floatData, np.float32)
