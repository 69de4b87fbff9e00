# SPDX-License-Identifier: MIT
"""Finds out why a gateway does not answer."""

from __future__ import annotations

from types import TracebackType

import zmq
from zmq.utils.monitor import recv_monitor_message

_EVENTS = (
    zmq.EVENT_CONNECTED
    | zmq.EVENT_HANDSHAKE_SUCCEEDED
    | zmq.EVENT_HANDSHAKE_FAILED_AUTH
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
)


class HandshakeMonitor:
    """Watches how a socket connects.

    Args:
        socket: not connected yet.
    """

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        self._socket = socket
        self._seen: set[int] = set()

    def __enter__(self) -> HandshakeMonitor:
        self._monitor = self._socket.get_monitor_socket(_EVENTS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.disable_monitor()

    def refused(self) -> bool:
        """Whether the gateway has refused our keys."""
        self._look()
        return zmq.EVENT_HANDSHAKE_FAILED_AUTH in self._seen

    def explain(self) -> str:
        """What is wrong, as far as it can be seen from here."""
        self._look()
        if zmq.EVENT_HANDSHAKE_SUCCEEDED in self._seen:
            return "something else than a gateway listens there, or it hangs"
        if zmq.EVENT_HANDSHAKE_FAILED_AUTH in self._seen:
            return "it refuses this agent's key"
        if zmq.EVENT_CONNECTED in self._seen:
            return "something listens there, but the keys of the two sides do not fit, or it hangs"
        return "nobody listens there"

    def _look(self) -> None:
        while self._monitor.poll(0):
            self._seen.add(recv_monitor_message(self._monitor)["event"])
