# SPDX-License-Identifier: MIT
"""Finds out why a gateway does not answer, or does not answer any more."""

from __future__ import annotations

import time

import zmq
from zmq.utils.monitor import recv_monitor_message

_EVENTS = (
    zmq.EVENT_CONNECTED
    | zmq.EVENT_CLOSED  # of a socket that connects: an attempt was refused
    | zmq.EVENT_HANDSHAKE_SUCCEEDED
    | zmq.EVENT_HANDSHAKE_FAILED_AUTH
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
)


class LinkMonitor:
    """Watches how a socket connects, and connects again.

    ZMQ reconnects by itself. Where the gateway's process is gone, its machine refuses every attempt
    at once; where the network is disturbed, an attempt stays without an answer.

    Args:
        socket: not connected yet; it needs `disable_monitor` before it is closed.
    """

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        self._monitor = socket.get_monitor_socket(_EVENTS)
        self._seen: set[int] = set()
        self._refused_since_s: float | None = None

    def refuses_key(self) -> bool:
        """Whether the gateway has refused our keys."""
        self._look()
        return zmq.EVENT_HANDSHAKE_FAILED_AUTH in self._seen

    def refused_for_s(self) -> float:
        """For how long every attempt to connect has been refused; 0: none has."""
        self._look()
        return 0.0 if self._refused_since_s is None else time.monotonic() - self._refused_since_s

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
            event = recv_monitor_message(self._monitor)["event"]
            self._seen.add(event)
            if event == zmq.EVENT_CONNECTED:
                self._refused_since_s = None
            elif event == zmq.EVENT_CLOSED and self._refused_since_s is None:
                self._refused_since_s = time.monotonic()
