# SPDX-License-Identifier: MIT
"""Is a gateway alive? For health checks."""

from __future__ import annotations

import time
from pathlib import Path

import zmq

from ns3_bridge.errors import HandshakeError, InvalidSetting
from ns3_bridge.network import bridge_pb2 as pb
from ns3_bridge.network.keys import protect_agent
from ns3_bridge.network.link_monitor import LinkMonitor
from ns3_bridge.network.messages import read_reply, receive, send
from ns3_bridge.waits import check_wait


def ping(address: str, *, key: Path | str | None = None, deadline_s: float = 5.0) -> float:
    """Let a gateway answer once, without a session: whoever drives is not disturbed.

    It takes leave of a session that it never had, and the gateway says so. That takes the loop that
    serves agents, which goes on while the simulator works; an open port alone would not show it.

    Args:
        address: of the gateway.
        key: secret key file of an agent, if the gateway demands CURVE.
        deadline_s: how long the gateway may take.

    Returns:
        how long it took, in seconds.

    Raises:
        HandshakeError: no answer came in time; the message says what could be seen.
        InvalidSetting: the address, a key or the deadline is wrong.
    """
    check_wait("deadline_s", deadline_s)
    start_s = time.monotonic()
    context = zmq.Context()
    socket: zmq.Socket[bytes] = context.socket(zmq.DEALER)
    try:
        socket.rcvtimeo = round(1e3 * deadline_s)
        socket.ipv6 = "[" in address
        if key is not None:
            protect_agent(socket, key)
        monitor = LinkMonitor(socket)
        try:
            socket.connect(address)
            send(socket, [pb.Request(bye=pb.Bye()).SerializeToString()])
            read_reply(receive(socket))
        except zmq.Again:
            raise HandshakeError(f"no gateway answers at {address}: {monitor.explain()}") from None
        except zmq.ZMQError as error:
            raise InvalidSetting(f"cannot connect to {address!r}: {error.strerror}") from error
    finally:
        socket.disable_monitor()
        context.destroy(0)
    return time.monotonic() - start_s
