# SPDX-License-Identifier: MIT
"""A stand-in for the way of ns3-gym: protobuf over ZMQ REQ/REP.

Both ends are in Python here, while the simulation's end of ns3-gym is C++: its share of the time is
a little less there. The messages have the fields of ns3-gym's (its contract, not its code).
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import zmq
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory
from numpy.typing import NDArray

_FIELD = descriptor_pb2.FieldDescriptorProto
_PACKAGE = "ns3_gym_stand_in"
_DEADLINE_MS = 120_000  # the others are measured meanwhile


def _messages() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(
        name="ns3_gym_stand_in.proto",
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


_MESSAGES = _messages()


class Agent:
    """The end that binds REP.

    Args:
        socket: where the simulation asks.
    """

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        self._socket = socket
        socket.recv()

    def exchange(self, action: NDArray[np.float32]) -> NDArray[np.float32]:
        """Answer with `action` ``[n]``; return the next observation ``[n]``."""
        message = _MESSAGES["EnvActMsg"]()
        _pack(message.actData, action)
        self._socket.send(message.SerializeToString())
        state = _MESSAGES["EnvStateMsg"]()
        state.ParseFromString(self._socket.recv())
        return _unpack(state.obsData)


@contextlib.contextmanager
def running(n_floats: int) -> Iterator[Agent]:
    """An agent, and a simulation that echoes its actions in a process of its own."""
    with zmq.Context() as context, context.socket(zmq.REP) as socket:
        socket.linger = 0
        socket.rcvtimeo = _DEADLINE_MS
        port = socket.bind_to_random_port("tcp://127.0.0.1")
        command = [sys.executable, "-m", __name__, f"tcp://127.0.0.1:{port}", str(n_floats)]
        simulation = subprocess.Popen(command)
        try:
            yield Agent(socket)
        finally:
            simulation.kill()
            simulation.wait()


def _simulate(address: str, n_floats: int) -> None:
    values = np.zeros(n_floats, np.float32)
    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        socket.linger = 0
        socket.rcvtimeo = _DEADLINE_MS
        socket.connect(address)
        while True:
            state = _MESSAGES["EnvStateMsg"](reward=0.5, info="")
            _pack(state.obsData, values)
            socket.send(state.SerializeToString())
            action = _MESSAGES["EnvActMsg"]()
            action.ParseFromString(socket.recv())
            values = _unpack(action.actData)


def _pack(container: Any, values: NDArray[np.float32]) -> None:
    box = _MESSAGES["BoxDataContainer"](dtype=3, shape=values.shape, floatData=values.tolist())
    container.type = 2
    container.data.Pack(box)


def _unpack(container: Any) -> NDArray[np.float32]:
    box = _MESSAGES["BoxDataContainer"]()
    container.data.Unpack(box)
    return np.array(box.floatData, np.float32)


if __name__ == "__main__":
    _simulate(sys.argv[1], int(sys.argv[2]))
