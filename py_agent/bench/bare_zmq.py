# SPDX-License-Identifier: MIT
"""What ZMQ takes by itself: DEALER to ROUTER and back, raw frames, no gateway and no simulator."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

import zmq

from py_agent.bench.child import child, first_line

_DEADLINE_MS = 120_000  # the others are measured meanwhile


@contextlib.contextmanager
def running(n_floats: int, address: str) -> Iterator[Callable[[], object]]:
    """A round trip of `n_floats` to a process of its own that listens at `address`."""
    command = [sys.executable, "-m", __name__, address]
    with (
        child(command) as echo,
        zmq.Context() as context,
        context.socket(zmq.DEALER) as socket,
    ):
        socket.linger = 0
        socket.rcvtimeo = _DEADLINE_MS
        socket.connect(first_line(echo))
        frames = [b"control", bytes(4 * n_floats)]

        def round_trip() -> object:
            socket.send_multipart(frames)
            return socket.recv_multipart()

        yield round_trip


def _echo(address: str) -> None:
    with zmq.Context() as context, context.socket(zmq.ROUTER) as socket:
        socket.linger = 0
        socket.rcvtimeo = _DEADLINE_MS
        socket.bind(address)
        print(str(socket.get_string(zmq.LAST_ENDPOINT)).rstrip("\0"), flush=True)
        while True:
            socket.send_multipart(socket.recv_multipart())


if __name__ == "__main__":
    _echo(sys.argv[1])
