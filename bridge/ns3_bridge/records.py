# SPDX-License-Identifier: MIT
"""Reads the stream of records that a simulator writes beside its observations."""

from __future__ import annotations

import os
import struct
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import _native
from ns3_bridge.errors import ChannelCorrupted
from ns3_bridge.schema import Table

_BLOCK = struct.Struct("<II")  # index of the table, number of rows


class RecordReader:
    """Collects the rows of each table.

    Args:
        fd: memfd to which the simulator appends blocks; it may be closed before this object.
        tables: the tables in the order of their declaration.
    """

    def __init__(self, fd: int, tables: Sequence[Table]) -> None:
        self._fd = os.dup(fd)  # ours: rows can be read as well when the simulation is closed
        weakref.finalize(self, os.close, self._fd)
        self._tables = tables
        self._position = 0

    def read(self, end: int) -> dict[str, NDArray[Any]]:
        """All rows up to byte `end` of the stream that were not read before.

        Returns:
            per table a structured array ``[n_rows]`` with the declared columns.

        Raises:
            ChannelCorrupted: the stream does not hold whole blocks of declared tables.
        """
        data = os.pread(self._fd, end - self._position, self._position)
        rows: dict[str, list[NDArray[Any]]] = {table.name: [] for table in self._tables}
        cursor = 0
        try:
            while cursor < len(data):
                index, count = _BLOCK.unpack_from(data, cursor)
                table = self._tables[index]
                cursor += _BLOCK.size
                rows[table.name].append(np.frombuffer(data, table.dtype, count, cursor))
                cursor += count * table.dtype.itemsize
        except (struct.error, ValueError, IndexError) as error:
            raise ChannelCorrupted(
                f"record stream, byte {self._position + cursor}: {error}"
            ) from error
        self._position = end
        _native.punch_hole(self._fd, end)  # read pages go back: the memory of a long run stays flat
        return {
            table.name: np.concatenate([np.empty(0, table.dtype), *rows[table.name]])
            for table in self._tables
        }
