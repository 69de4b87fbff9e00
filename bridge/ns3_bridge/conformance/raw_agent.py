# SPDX-License-Identifier: MIT
"""A socket that sends whatever it is told, to see how a gateway takes it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import zmq

from ns3_bridge.errors import DeadlineExceeded
from ns3_bridge.network import bridge_pb2 as pb
from ns3_bridge.network.keys import protect_agent
from ns3_bridge.network.messages import NETWORK_VERSION, Frame, read_reply, receive

_POLL_MS = 100


class RawAgent:
    """An agent without manners.

    Args:
        context: of the socket.
        address: of the gateway.
        key: secret key file, if the gateway demands CURVE.
        deadline_s: how long the gateway may take to answer.

    Attributes:
        session: token that goes with the requests.
        heartbeats: how many came in while waiting.
    """

    def __init__(
        self, context: zmq.Context[Any], address: str, key: Path | str | None, deadline_s: float
    ) -> None:
        self._deadline_s = deadline_s
        self._socket: zmq.Socket[bytes] = context.socket(zmq.DEALER)
        self._socket.linger = 0
        self._socket.rcvtimeo = _POLL_MS
        self._socket.ipv6 = "[" in address
        if key is not None:
            protect_agent(self._socket, key)
        self._socket.connect(address)
        self.session = b""
        self.heartbeats = 0

    def hello(self, version: int = NETWORK_VERSION, session: bytes = b"") -> pb.Reply:
        """Introduce ourselves; return the answer."""
        hello = pb.Hello(protocol_version=version, agent="conformance kit")
        return self.say(pb.Request(session=session, hello=hello).SerializeToString())[0]

    def ask(self, number: int, *frames: Frame, **body: Any) -> tuple[pb.Reply, list[bytes]]:
        """Make a request with the session's token; return the answer and its raw frames."""
        request = pb.Request(session=self.session, number=number, **body)
        return self.say(request.SerializeToString(), *frames)

    def say(self, *frames: Frame) -> tuple[pb.Reply, list[bytes]]:
        """Send frames; return the answer and its raw frames."""
        self._socket.send_multipart(frames)
        return self.hear()

    def hear(self) -> tuple[pb.Reply, list[bytes]]:
        """The next message that is no heartbeat.

        Raises:
            DeadlineExceeded: none comes.
        """
        end_s = time.monotonic() + self._deadline_s
        while time.monotonic() < end_s:
            try:
                reply, frames = read_reply(receive(self._socket))
            except zmq.Again:
                continue
            if not reply.HasField("heartbeat"):
                return reply, [bytes(frame) for frame in frames]
            self.heartbeats += 1
        raise DeadlineExceeded(f"no answer within {self._deadline_s:g} s")

    def listen(self, duration_s: float) -> None:
        """Count heartbeats for some time."""
        end_s = time.monotonic() + duration_s
        while time.monotonic() < end_s:
            try:
                reply, _ = read_reply(receive(self._socket))
            except zmq.Again:
                continue
            self.heartbeats += reply.HasField("heartbeat")

    def close(self) -> None:
        """Close the socket without goodbye."""
        self._socket.close()
