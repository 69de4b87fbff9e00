# SPDX-License-Identifier: MIT
"""Cuts off agents that send on and on without waiting for answers."""

from __future__ import annotations

import collections
import contextlib
import os
import socket as sockets

import zmq

from ns3_bridge.network.messages import Frame, receive

MOST_UNREAD = 100


class FloodGuard:
    """Counts what agents have sent at once; the protocol allows one request at a time.

    A ZMQ queue is either full at some number of messages, and libzmq 4.3.5 then aborts the process
    when a heartbeat falls due on a connection whose peer has gone (stream_engine_base.cpp,
    out_event), or it takes memory without limit. So ours is never full, and who has sent
    `MOST_UNREAD` messages before we had read them all loses the connection.
    """

    def __init__(self) -> None:
        self._unread: collections.Counter[bytes] = collections.Counter()
        self._cut_off: set[bytes] = set()

    def receive(self, socket: zmq.Socket[bytes], flags: int, largest_bytes: int) -> list[Frame]:
        """Receive a message for a ROUTER; an empty list: it is not to be served.

        Raises:
            zmq.Again: none has come in time.
        """
        if not int(socket.get(zmq.EVENTS)) & zmq.POLLIN:
            self._unread.clear()
            self._cut_off.clear()
        if self._unread.total() < MOST_UNREAD - 1:  # nobody can have sent too many
            frames = receive(socket, flags, largest_bytes=largest_bytes)
            self._unread[bytes(frames[0])] += 1
            return frames
        parts = socket.recv_multipart(flags, copy=False)
        identity = parts[0].bytes
        self._unread[identity] += 1
        if identity in self._cut_off:
            return []
        if self._unread[identity] >= MOST_UNREAD:
            self._cut_off.add(identity)
            _shut(int(parts[-1].get(zmq.SRCFD)))
            return []
        return [part.buffer for part in parts]


def _shut(fd: int) -> None:
    """End a connection under ZMQ's hands: a ROUTER has no way to end one itself.

    The descriptor may have become another's, if the connection ended just now. If that is another
    agent's connection, the agent comes back; nothing else in a gateway is a stream socket.
    """
    with contextlib.suppress(OSError), sockets.socket(fileno=os.dup(fd)) as connection:
        if connection.type == sockets.SOCK_STREAM:
            connection.shutdown(sockets.SHUT_RDWR)
