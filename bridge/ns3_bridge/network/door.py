# SPDX-License-Identifier: MIT
"""Who is connected to a gateway, and what each connection may cost it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import socket as sockets
import struct
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import zmq

MOST_CONNECTIONS = 128

_DESCRIPTORS = 4096
_KEPT_DESCRIPTORS = 64  # of the limit: for simulators, keys, files
_LOOK_S = 0.02
_ACCEPTS_PER_S = 100.0
_MOST_ACCEPTS = 200.0
_LEAST_TOKENS = -500.0  # so the door opens again after five seconds
_REOPEN_AT = 20.0
_DISCARDED_PER_ACCEPT = 200  # so many thrown-away messages cost as much as a connection
_BYTES_PER_ACCEPT = 50_000  # and so many bytes of a message that never ends
_DRIVER_BYTES_PER_S = 4096  # heartbeats while an agent thinks
_BYTES_RECEIVED = 128  # offset of tcpi_bytes_received in struct tcp_info (linux/tcp.h)
_ATTACH_FILTER, _DETACH_FILTER = 26, 27  # SO_ATTACH_FILTER, SO_DETACH_FILTER
_DROP_ALL = struct.pack("HBBI", 6, 0, 0, 0)  # classic BPF: return 0
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # struct linger
_EVENT = struct.Struct("=HI")


@dataclass
class _Connection:
    fd: int
    inode: int
    heard_s: float
    identity: bytes | None = None
    counted_bytes: int = 0  # received up to its last complete message
    is_heard: bool = False  # a complete message has come since the last look


class Door:
    """Bounds what peers of a ROUTER can take: descriptors, memory, and time for new connections.

    ZMQ accepts every connection, and keeps the frames of a message in memory until its last one has
    come, however many they are. A ROUTER can refuse neither, so this looks at the kernel's
    counters and shuts connections under ZMQ's hands:

    - beyond `most` connections, those that said nothing for longest;
    - connections that have sent more bytes since their last complete message than a message may
      have: each for itself while it drives, all others together.

    New connections cost tokens, and so does what flooders leave behind. Without tokens the kernel
    drops further attempts (a filter on the listening socket); they come back a second later by
    themselves.

    Args:
        socket: not bound yet; it needs `disable_monitor` before it is closed.
        most: connections at once.
        largest_bytes: of a message.
    """

    def __init__(self, socket: zmq.Socket[bytes], most: int, largest_bytes: int) -> None:
        self._most = most
        self._largest_bytes = largest_bytes
        self._monitor = socket.get_monitor_socket(
            zmq.EVENT_LISTENING | zmq.EVENT_ACCEPTED | zmq.EVENT_DISCONNECTED
        )
        self._monitor.rcvhwm = 0  # ZMQ's own thread must never wait for us
        self._connections: dict[int, _Connection] = {}
        self._listening: int | None = None
        self._is_open = True
        self._tokens = _MOST_ACCEPTS
        self._looked_s = time.monotonic()

    def look(self, driver: bytes | None, waiting: Collection[bytes]) -> None:
        """See who has come and gone, and shut what takes too much. Cheap: every 20 ms at most.

        Args:
            driver: identity of who drives; its connection is shut only for endless messages.
            waiting: identities that are in the queue; theirs are not shut to make room.
        """
        now_s = time.monotonic()
        passed_s = now_s - self._looked_s
        if passed_s < _LOOK_S:
            return
        self._looked_s = now_s
        tokens = max(self._tokens, _LEAST_TOKENS) + _ACCEPTS_PER_S * passed_s
        self._tokens = min(_MOST_ACCEPTS, tokens)
        self._read_events(now_s)
        self._bound_messages(driver, now_s)
        self._bound_connections({driver, *waiting})
        self._open_or_shut()

    def hear(self, identity: bytes, fd: int | None) -> None:
        """A complete message came from that identity; ZMQ says over that descriptor."""
        if fd is None:
            return
        if fd not in self._connections:
            self._read_events(time.monotonic())
        connection = self._connections.get(fd)
        if connection is not None and connection.identity in (None, identity):
            connection.identity = identity
            connection.is_heard = True
            connection.heard_s = self._looked_s

    def shut(self, identity: bytes) -> None:
        """End the connection of an agent: a ROUTER has no way to end one itself.

        Of an agent whose messages tell no descriptor: of those the one that sent most.
        """
        connections = self._connections.values()
        known = [connection for connection in connections if connection.identity == identity]
        unknown = [connection for connection in connections if connection.identity is None]
        if known or unknown:
            _shut(max(known or unknown, key=_bytes_received))

    def charge(self, n_discarded: int) -> None:
        """Messages of flooders had to be thrown away."""
        self._tokens -= n_discarded / _DISCARDED_PER_ACCEPT

    def _read_events(self, now_s: float) -> None:
        with contextlib.suppress(zmq.Again):
            while True:
                event, value = _EVENT.unpack(self._monitor.recv_multipart(zmq.NOBLOCK)[0])
                if event == zmq.EVENT_ACCEPTED:
                    self._tokens -= 1
                    with contextlib.suppress(OSError):  # it has gone already
                        inode = os.fstat(value).st_ino
                        self._connections[value] = _Connection(value, inode, now_s)
                elif event == zmq.EVENT_DISCONNECTED:
                    self._connections.pop(value, None)
                else:
                    self._listening = value

    def _bound_messages(self, driver: bytes | None, now_s: float) -> None:
        others: list[tuple[int, _Connection]] = []
        for connection in self._connections.values():
            received = _bytes_received(connection)
            if connection.is_heard:
                connection.counted_bytes, connection.is_heard = received, False
            unfinished = received - connection.counted_bytes
            if driver is None or connection.identity != driver:
                others.append((unfinished, connection))
            elif unfinished > self._largest_bytes + _DRIVER_BYTES_PER_S * (
                now_s - connection.heard_s
            ):
                self._shut_endless(connection, unfinished)
        total = sum(unfinished for unfinished, _ in others)
        others.sort(key=lambda pair: pair[0])
        while total > 2 * self._largest_bytes:
            unfinished, connection = others.pop()
            total -= unfinished
            self._shut_endless(connection, unfinished)

    def _shut_endless(self, connection: _Connection, unfinished: int) -> None:
        self._tokens -= unfinished / _BYTES_PER_ACCEPT
        _shut(connection)

    def _bound_connections(self, kept: Collection[bytes | None]) -> None:
        excess = len(self._connections) - self._most
        if excess <= 0:
            return
        oldest = sorted(self._connections.values(), key=lambda connection: connection.heard_s)
        strangers = [c for c in oldest if c.identity is None or c.identity not in kept]
        for connection in strangers[:excess]:
            _shut(connection)

    def _open_or_shut(self) -> None:
        wants_open = self._tokens >= (0 if self._is_open else _REOPEN_AT)
        if wants_open == self._is_open or self._listening is None:
            return
        with contextlib.suppress(OSError), _borrowed(self._listening) as listening:
            if listening.family != sockets.AF_UNIX:  # only its owner can reach such a file
                if wants_open:
                    listening.setsockopt(sockets.SOL_SOCKET, _DETACH_FILTER, 0)
                else:
                    code = ctypes.create_string_buffer(_DROP_ALL)
                    program = struct.pack("HP", 1, ctypes.addressof(code))
                    listening.setsockopt(sockets.SOL_SOCKET, _ATTACH_FILTER, program)
                self._is_open = wants_open


def most_connections() -> int:
    """How many connections a gateway may hold; raises this process's limit of descriptors."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < _DESCRIPTORS:
        soft = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _DESCRIPTORS)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    taken = len(os.listdir("/proc/self/fd"))
    return max(4, min(MOST_CONNECTIONS, (soft - taken - _KEPT_DESCRIPTORS) // 2))


class Reserve:
    """Descriptors that nobody can take but the one who needs them."""

    def __init__(self, count: int = 24) -> None:
        self._count = count
        self._fds: list[int] = []
        self._take()

    @contextlib.contextmanager
    def lent(self) -> Iterator[None]:
        """Within this context they are free."""
        self.close()
        try:
            yield
        finally:
            self._take()

    def close(self) -> None:
        """Give them back."""
        while self._fds:
            os.close(self._fds.pop())

    def _take(self) -> None:
        with contextlib.suppress(OSError):  # fewer, for now
            while len(self._fds) < self._count:
                self._fds.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))


@contextlib.contextmanager
def _borrowed(fd: int) -> Iterator[sockets.socket]:
    """ZMQ's own socket for a moment, without a descriptor of ours."""
    borrowed = sockets.socket(fileno=fd)
    try:
        yield borrowed
    finally:
        borrowed.detach()


def _bytes_received(connection: _Connection) -> int:
    """By the kernel's count; 0: it counts none (ipc), or the connection has gone."""
    with contextlib.suppress(OSError, struct.error), _borrowed(connection.fd) as socket:
        if socket.family != sockets.AF_UNIX:
            info = socket.getsockopt(sockets.IPPROTO_TCP, sockets.TCP_INFO, _BYTES_RECEIVED + 8)
            return int(struct.unpack_from("Q", info, _BYTES_RECEIVED)[0])
    return 0


def _shut(connection: _Connection) -> None:
    with contextlib.suppress(OSError):
        if os.fstat(connection.fd).st_ino == connection.inode:  # else it is another's by now
            with _borrowed(connection.fd) as socket:
                # ZMQ then closes with a reset: a peer with a full window would wait a minute.
                socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, _RESET_ON_CLOSE)
                socket.shutdown(sockets.SHUT_RDWR)
