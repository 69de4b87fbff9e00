# SPDX-License-Identifier: MIT
"""The bytes that an agent and a simulator share, seen as blocks of fields."""

from __future__ import annotations

import mmap

import numpy as np
from numpy.typing import NDArray

from ns3_bridge.errors import HandshakeError


class ChannelMemory:
    """A mapping of the channel. It lives as long as arrays refer to it: no view ever dangles.

    Args:
        fd: memory file of the channel.
        total_bytes: its size.
    """

    def __init__(self, fd: int, total_bytes: int) -> None:
        self._bytes = np.frombuffer(mmap.mmap(fd, total_bytes), np.uint8)

    def region(self, offset: int, size: int, what: str) -> NDArray[np.uint8]:
        """Bytes ``[size]`` from `offset` on, without a copy.

        Raises:
            HandshakeError: there are not as many.
        """
        if offset + size > self._bytes.size:
            raise HandshakeError(
                f"{what} at bytes {offset} to {offset + size} do not fit in "
                f"{self._bytes.size} bytes"
            )
        return self._bytes[offset : offset + size]

    def block(self, offset: int, dtype: np.dtype[np.void], what: str) -> NDArray[np.void]:
        """A block ``[1]`` of fields from `offset` on, without a copy.

        Raises:
            HandshakeError: it does not fit in the channel.
        """
        if not dtype.itemsize:
            return np.zeros(1, dtype)
        return self.region(offset, dtype.itemsize, what).view(dtype)
