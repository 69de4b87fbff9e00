# SPDX-License-Identifier: MIT
"""The line to an agent of ns3-gym: it listens, we connect and speak first."""

from __future__ import annotations

import time
from collections.abc import Callable

import zmq
from google.protobuf.message import Message
from zmq.utils.monitor import recv_monitor_message

from ns3_bridge.compat.agent_line import AgentSilent
from ns3_bridge.compat.wire import SomeMessage, parse
from ns3_bridge.errors import ConnectionLost, InvalidSetting, ProtocolViolation
from ns3_bridge.network.binding import is_loopback

_PATROL_MS = 50
_LINGER_MS = 300


class Ns3GymAgent:
    """A line over a socket on which the agent listens (see `AgentLine`).

    Args:
        address: ``tcp://localhost:5555`` or the like, see `check_address`.
        deadline_s: how long the agent may take for an answer, and to start listening.
        largest_bytes: a larger message ends the connection.
        on_wait: called every 50 ms of a wait; what it raises ends the wait.
    """

    def __init__(
        self, address: str, deadline_s: float, largest_bytes: int, on_wait: Callable[[], None]
    ) -> None:
        self._address = address
        self._deadline_s = deadline_s
        self._largest_bytes = largest_bytes
        self._on_wait = on_wait
        self._context = zmq.Context()
        self._socket: zmq.Socket[bytes] = self._context.socket(zmq.REQ)
        self._socket.maxmsgsize = largest_bytes
        self._monitor = self._socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        self._socket.connect(address)
        self._is_our_turn = True

    def ask(self, message: Message, kind: type[SomeMessage]) -> SomeMessage:
        """Send a message, wait for the answer (see `AgentLine.ask`)."""
        self._send(message)
        until_s = time.monotonic() + self._deadline_s
        while not self._socket.poll(_PATROL_MS):
            self._on_wait()
            self.check_presence()
            if time.monotonic() >= until_s:
                raise AgentSilent(
                    f"no agent of ns3-gym gave an answer at {self._address} within "
                    f"{self._deadline_s:g} s (--agent-deadline)"
                )
        frames = self._socket.recv_multipart()
        self._is_our_turn = True
        if len(frames) != 1:
            raise ProtocolViolation(f"a message of {len(frames)} frames; ns3-gym sends one")
        return parse(kind, frames[0])

    def tell(self, message: Message) -> None:
        """Send a last message, if the agent waits for one."""
        if self._is_our_turn:
            self._send(message)

    def check_presence(self) -> None:
        """Notice that the agent is gone (see `AgentLine.check_presence`)."""
        while self._monitor.poll(0):
            recv_monitor_message(self._monitor)
            if not self._socket.poll(0):  # else it has answered first
                raise ConnectionLost(
                    f"the agent at {self._address} is gone, or has sent more than "
                    f"{self._largest_bytes} bytes"
                )

    def close(self) -> None:
        """Hang up."""
        self._socket.disable_monitor()
        self._context.destroy(_LINGER_MS)

    def _send(self, message: Message) -> None:
        self._socket.send(message.SerializeToString(), zmq.NOBLOCK)
        self._is_our_turn = False


def check_address(address: str) -> None:
    """Check where an agent is said to listen.

    Raises:
        InvalidSetting: it is no TCP address of this machine.
    """
    scheme, _, place = address.partition("://")
    host, _, port = place.rpartition(":")
    if scheme != "tcp" or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise InvalidSetting(
            f"address {address!r}: must be tcp://HOST:PORT, e.g. tcp://localhost:5555"
        )
    if not is_loopback(host):
        raise InvalidSetting(
            f"address {address}: agents of ns3-gym know neither keys nor encryption, so this goes "
            "to localhost only; reach another machine through a tunnel: ssh -L 5555:localhost:5555"
        )
