# SPDX-License-Identifier: MIT
"""All messages so far, in bounded memory: who comes late sees what has been."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from py_agent.live.messages import Message


class History:
    """Keeps messages in their order; when slots become too many, every other one of a run goes.

    Args:
        most_bytes: of slots, of all runs together.

    Example:
        >>> history = History(most_bytes=10)
        >>> for number in range(12):
        ...     history.append(Message("1", bytes([number])))
        >>> [message.data[0] for message in history]
        [0, 2, 4, 6, 8, 10, 11]
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._messages: list[Message] = []
        self._bytes: Counter[str] = Counter()

    def append(self, message: Message) -> None:
        """Add a message."""
        self._messages.append(message)
        if message.is_slot:
            self._bytes[message.run] += message.size
            if self._bytes.total() > self._most_bytes:
                self._thin(max(self._bytes, key=lambda run: self._bytes[run]))

    def __iter__(self) -> Iterator[Message]:
        """All that are kept, in their order."""
        return iter(list(self._messages))

    def _thin(self, run: str) -> None:
        kept, self._bytes[run] = [], 0
        goes = True
        for message in self._messages:
            if message.is_slot and message.run == run:
                goes = not goes
                if goes:
                    continue
                self._bytes[run] += message.size
            kept.append(message)
        self._messages = kept
