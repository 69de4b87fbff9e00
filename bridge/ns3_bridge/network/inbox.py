# SPDX-License-Identifier: MIT
"""What agents have sent and nobody has read yet: the driver first, and nobody too much."""

from __future__ import annotations

import collections
import time
from collections.abc import Collection, Sequence

import zmq

from ns3_bridge.network.door import Door
from ns3_bridge.network.messages import Frame

MOST_UNREAD = 100  # of the driver
MOST_UNREAD_OF_OTHERS = 4

_SHARED = 64  # so many of others are kept; beyond that, only one of each
_PER_LOOK = 64
_NOBLOCK = int(zmq.NOBLOCK)  # an enumeration takes its time for it
_PAUSE_MS = 2  # between two messages of others, while somebody drives
_POLL_MS = 50

Message = tuple[bytes, str, Sequence[Frame]]  # identity, user, frames


class Inbox:
    """Takes messages off a ROUTER.

    A ZMQ queue is either full at some number of messages, and libzmq 4.3.5 then aborts the process
    when a heartbeat falls due on a connection whose peer has gone (stream_engine_base.cpp,
    out_event), or it takes memory without limit. So ours is never full: messages are taken off as
    they come, the driver's are served at once and the others' in between, one every 2 ms. Who has
    sent too many before the first was answered loses the connection, for the protocol allows one
    request at a time.

    Args:
        socket: the ROUTER.
        door: shuts connections.
        has_users: the socket demands keys, so that every message has a user.
    """

    def __init__(self, socket: zmq.Socket[bytes], door: Door, *, has_users: bool) -> None:
        self._socket = socket
        self._door = door
        self._has_users = has_users
        self._of_driver: collections.deque[Message] = collections.deque()
        self._of_others: collections.deque[Message] = collections.deque()
        self._unread: collections.Counter[bytes] = collections.Counter()
        self._cut_off: set[bytes] = set()
        self._next_other_s = 0.0

    def receive(
        self, driver: bytes | None, waiting: Collection[bytes], *, may_wait: bool
    ) -> Message | None:
        """The next message to be served, if there is one.

        Args:
            driver: identity of who drives.
            waiting: identities that are in the queue.
            may_wait: up to 50 ms for a message to come.
        """
        self._door.look(driver, waiting)
        self._take_off(driver, may_wait)
        now_s = time.monotonic()
        if self._of_driver:
            message = self._of_driver.popleft()
        elif self._of_others and (driver is None or now_s >= self._next_other_s):
            message = self._of_others.popleft()
            self._next_other_s = now_s + 1e-3 * _PAUSE_MS
        else:
            return None
        self._answered(message[0])
        return message

    def _take_off(self, driver: bytes | None, may_wait: bool) -> None:
        if may_wait and not self._of_driver:
            self._socket.poll(_PAUSE_MS if self._of_others else _POLL_MS)
        discarded = 0
        for _ in range(_PER_LOOK):
            try:
                identity = self._socket.recv(_NOBLOCK)
                if identity in self._cut_off:  # there may be a million of these
                    while self._socket.recv(copy=False).more:
                        pass
                    discarded += 1
                    continue
                parts = self._socket.recv_multipart(copy=False)
            except zmq.Again:
                self._cut_off.clear()  # nothing of theirs is left
                break
            discarded += not self._keep(driver, identity, parts)
            if self._of_driver and not self._cut_off:
                break
        if discarded:
            self._door.charge(discarded)

    def _keep(self, driver: bytes | None, identity: bytes, parts: Sequence[zmq.Frame]) -> bool:
        is_driver = identity == driver
        if is_driver or not self._unread[identity]:
            self._door.hear(identity, _descriptor(parts[-1]))
        self._unread[identity] += 1
        if self._unread[identity] > (MOST_UNREAD if is_driver else MOST_UNREAD_OF_OTHERS):
            self._cut(identity)
            return False
        is_first = self._unread[identity] == 1
        if not is_driver and not is_first and len(self._of_others) >= _SHARED:
            self._answered(identity)
            return False
        user = str(parts[-1].get("User-Id")) if self._has_users else ""
        message = (identity, user, [part.buffer for part in parts])
        (self._of_driver if is_driver else self._of_others).append(message)
        return True

    def _answered(self, identity: bytes) -> None:
        self._unread[identity] -= 1
        if self._unread[identity] <= 0:
            del self._unread[identity]

    def _cut(self, identity: bytes) -> None:
        self._cut_off.add(identity)
        self._door.shut(identity)
        del self._unread[identity]
        for messages in (self._of_driver, self._of_others):
            kept = [message for message in messages if message[0] != identity]
            messages.clear()
            messages.extend(kept)


def _descriptor(frame: zmq.Frame) -> int | None:
    """Of the connection that a frame came over; None: its peer speaks ZMTP 1.0, or noise."""
    try:
        return int(frame.get(zmq.SRCFD))
    except zmq.ZMQError:
        return None
