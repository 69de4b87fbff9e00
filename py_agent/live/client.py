# SPDX-License-Identifier: MIT
"""One page that looks on: what it has yet to get."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Protocol

from py_agent.live.messages import Message

_MOST_SLOTS = 64  # that wait for a page; of more, the oldest are left out


class Connection(Protocol):
    """What a page is reached by."""

    async def send(self, message: str | bytes, /) -> None:
        """Return when it is on its way."""


class Client:
    """Sends a page all that has been, then what comes; one that is slow misses slots.

    Args:
        connection: to it.
        past: messages that there have been.
        knows: how many were published until then.

    Attributes:
        knows: as given.

    Example:
        >>> class Page:
        ...     async def send(self, data):
        ...         print(data)
        >>> async def look_on():
        ...     client = Client(Page(), [Message("1", "past")], knows=1)
        ...     serving = asyncio.ensure_future(client.serve())
        ...     client.put(Message("1", "present"))
        ...     while not client.is_served:
        ...         await asyncio.sleep(0)
        ...     serving.cancel()
        >>> asyncio.run(look_on())
        past
        present
    """

    def __init__(self, connection: Connection, past: Iterable[Message], knows: int) -> None:
        self._connection = connection
        self.knows = knows
        self._past = past
        self._waiting: deque[Message] = deque()
        self._slots = 0  # of those that wait
        self._arrived = asyncio.Event()
        self._has_past = True

    @property
    def is_served(self) -> bool:
        """Whether nothing waits for it."""
        return not self._has_past and not self._waiting

    def put(self, message: Message) -> None:
        """A message has come."""
        self._waiting.append(message)
        self._slots += message.is_slot
        if self._slots > _MOST_SLOTS:
            self._waiting.remove(next(m for m in self._waiting if m.is_slot))
            self._slots -= 1
        self._arrived.set()

    async def serve(self) -> None:
        """Send on, until the connection is gone."""
        for message in self._past:
            await self._connection.send(message.data)
        self._past, self._has_past = (), False
        while True:
            while self._waiting:
                message = self._waiting[0]
                await self._connection.send(message.data)
                if self._waiting and self._waiting[0] is message:  # else it was left out meanwhile
                    self._waiting.popleft()
                    self._slots -= message.is_slot
            self._arrived.clear()
            await self._arrived.wait()
