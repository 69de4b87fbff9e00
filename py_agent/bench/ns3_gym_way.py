# SPDX-License-Identifier: MIT
"""A stand-in for the way of ns3-gym: protobuf over ZMQ REQ/REP.

Both ends are in Python here, while the simulation's end of ns3-gym is C++: its share of the time is
a little less there.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import numpy as np
import zmq
from numpy.typing import NDArray

from py_agent.bench.child import child
from py_agent.bench.stand_in_messages import MESSAGES, pack, unpack

_DEADLINE_MS = 120_000  # the others are measured meanwhile


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
        message = MESSAGES["EnvActMsg"]()
        pack(message.actData, action)
        self._socket.send(message.SerializeToString())
        state = MESSAGES["EnvStateMsg"]()
        state.ParseFromString(self._socket.recv())
        return unpack(state.obsData)


@contextlib.contextmanager
def running(n_floats: int) -> Iterator[Agent]:
    """An agent, and a simulation that echoes its actions in a process of its own."""
    with zmq.Context() as context, context.socket(zmq.REP) as socket:
        socket.linger = 0
        socket.rcvtimeo = _DEADLINE_MS
        port = socket.bind_to_random_port("tcp://127.0.0.1")
        command = [sys.executable, "-m", __name__, f"tcp://127.0.0.1:{port}", str(n_floats)]
        with child(command):
            yield Agent(socket)


def _simulate(address: str, n_floats: int) -> None:
    values = np.zeros(n_floats, np.float32)
    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        socket.linger = 0
        socket.rcvtimeo = _DEADLINE_MS
        socket.connect(address)
        while True:
            state = MESSAGES["EnvStateMsg"](reward=0.5, info="")
            pack(state.obsData, values)
            socket.send(state.SerializeToString())
            action = MESSAGES["EnvActMsg"]()
            action.ParseFromString(socket.recv())
            values = unpack(action.actData)


if __name__ == "__main__":
    _simulate(sys.argv[1], int(sys.argv[2]))
