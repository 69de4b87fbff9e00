# SPDX-License-Identifier: MIT
"""The socket of a gateway: where it listens, and whom it lets in."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket as sockets
import time

import zmq
from zmq.auth.thread import ThreadAuthenticator

from ns3_bridge.errors import InvalidSetting
from ns3_bridge.network.door import Door
from ns3_bridge.network.keys import GatewayKeys

_POLL_MS = 50
_UNSENT = 32  # messages for an agent that does not read
_RECEIVE_BUFFER_BYTES = 65536  # what a flooder leaves behind when it is cut off
_HANDSHAKE_MS = 10_000
_OWNER_ONLY = 0o177


class Binding:
    """A ROUTER socket that listens for agents.

    Args:
        address: ``tcp://127.0.0.1:5757`` (port ``*``: any free one) or ``ipc:///path``.
        keys: CURVE keys; needed for any TCP address that other machines can reach.
        most_connections: at once, see `Door`.
        heartbeat_s: how often ZMQ asks a peer whether it lives.
        lost_s: silence after which ZMQ drops a peer.
        largest_bytes: larger frames from agents end their connection.

    Attributes:
        socket: the socket; a receive gives up after 50 ms.
        door: bounds what connections take.
        address: where it really listens.

    Raises:
        InvalidSetting: the address is wrong, taken, or open to others without keys.
    """

    def __init__(
        self,
        address: str,
        keys: GatewayKeys | None,
        most_connections: int,
        heartbeat_s: float,
        lost_s: float,
        largest_bytes: int,
    ) -> None:
        self._ipc = _check(address, keys)
        self._inode: int | None = None
        self._context = zmq.Context()
        self._authenticator: ThreadAuthenticator | None = None
        self.socket: zmq.Socket[bytes] = self._context.socket(zmq.ROUTER)
        try:
            self.socket.rcvtimeo = _POLL_MS
            self.socket.router_mandatory = True  # a message to a gone agent is an error, not lost
            self.socket.maxmsgsize = largest_bytes
            self.socket.rcvhwm = 0  # see Inbox
            self.socket.sndhwm = _UNSENT
            self.socket.rcvbuf = _RECEIVE_BUFFER_BYTES
            self.socket.handshake_ivl = _HANDSHAKE_MS
            self.socket.ipv6 = "[" in address
            self.socket.heartbeat_ivl = round(1e3 * heartbeat_s)
            self.socket.heartbeat_timeout = round(1e3 * lost_s)
            self.socket.heartbeat_ttl = round(1e3 * lost_s)
            if keys is not None:
                keys.protect(self.socket)
                self._authenticator = ThreadAuthenticator(self._context)
                self._authenticator.start()
                self._authenticator.configure_curve_callback("*", keys)
            self.door = Door(self.socket, most_connections, largest_bytes)
            self._bind(address)
        except zmq.ZMQError as error:
            self.close()
            raise InvalidSetting(f"cannot bind {address}: {error.strerror}") from error
        except BaseException:
            self.close()
            raise
        self.address = str(self.socket.get_string(zmq.LAST_ENDPOINT)).rstrip("\0")

    def close(self, last_words_s: float = 0.0) -> None:
        """Stop listening; the file of an ipc address goes.

        Without linger: a socket that lingers does not read, and libzmq 4.3.5 aborts the process
        when a heartbeat falls due on a connection that is not read and whose peer has gone.

        Args:
            last_words_s: time before, for the last messages to go out and for what comes in to be
                read.
        """
        end_s = time.monotonic() + last_words_s
        while time.monotonic() < end_s:
            with contextlib.suppress(zmq.Again):
                self.socket.recv_multipart()
        if self._authenticator is not None:
            self._authenticator.stop()
        self.socket.disable_monitor()
        if self._ipc is not None and self._inode is not None:
            with contextlib.suppress(FileNotFoundError):
                if os.stat(self._ipc).st_ino == self._inode:  # it may be another's by now
                    os.unlink(self._ipc)
        self._context.destroy(0)

    def _bind(self, address: str) -> None:
        if self._ipc is None:
            self.socket.bind(address)
            return
        mask = os.umask(_OWNER_ONLY)
        try:
            self.socket.bind(address)
        finally:
            os.umask(mask)
        if not self._ipc.startswith("@"):  # "@": a name outside the file system
            self._inode = os.stat(self._ipc).st_ino


def _check(address: str, keys: GatewayKeys | None) -> str | None:
    """Returns the path of an ipc address."""
    scheme, _, place = address.partition("://")
    if scheme == "ipc" and place:
        # ZMQ takes an address over without a word, as if its file were a dead gateway's.
        probe = sockets.socket(sockets.AF_UNIX)
        with contextlib.closing(probe), contextlib.suppress(OSError):
            probe.connect("\0" + place[1:] if place.startswith("@") else place)
            raise InvalidSetting(f"cannot bind {address}: another gateway listens there")
        return place
    if scheme != "tcp" or ":" not in place:
        raise InvalidSetting(
            f"address {address!r}: must be tcp://HOST:PORT, e.g. tcp://127.0.0.1:5757, "
            "or ipc:///PATH"
        )
    host = place.rpartition(":")[0]
    if keys is None and not is_loopback(host):
        raise InvalidSetting(
            f"address {address}: other machines can reach it, so agents must have CURVE keys: "
            "ns3-twin keys FOLDER, then --keys FOLDER; or bind 127.0.0.1"
        )
    return None


def is_loopback(host: str) -> bool:
    """Whether the host part of an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    return False
