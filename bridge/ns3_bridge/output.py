# SPDX-License-Identifier: MIT
"""Listens to what simulators write to stdout and stderr: one thread for all of them."""

from __future__ import annotations

import collections
import contextlib
import os
import select
import threading
from typing import BinaryIO

_LINES = 40
_CHUNK_BYTES = 65536


class Output:
    """The last lines that a process wrote into a pipe.

    Args:
        fd: reading end of the pipe; closed when nobody can write any more.
        copy: gets all of it, as it comes; closed with the pipe, or where it takes no more.

    Attributes:
        has_ended: set when nobody can write any more, and all has been read.
    """

    def __init__(self, fd: int, copy: BinaryIO | None = None) -> None:
        self._fd = fd
        self._copy = copy
        self._lines: collections.deque[bytes] = collections.deque(maxlen=_LINES)
        self._unfinished = b""
        self.has_ended = threading.Event()
        _follow(self)

    def tail(self) -> str:
        """The last lines, as far as they have been read."""
        return b"\n".join([*self._lines, self._unfinished]).decode(errors="replace").rstrip()

    def fileno(self) -> int:
        """Descriptor of the pipe."""
        return self._fd

    def read(self) -> bool:
        """Read what is there. Returns whether more may come."""
        chunk = os.read(self._fd, _CHUNK_BYTES)
        if self._copy is not None:
            self._write(self._copy, chunk)
        *lines, rest = (self._unfinished + chunk).split(b"\n")
        self._lines.extend(lines)
        self._unfinished = rest[-_CHUNK_BYTES:]
        return bool(chunk)

    def _write(self, copy: BinaryIO, chunk: bytes) -> None:
        try:
            copy.write(chunk)
            copy.flush()
        except OSError as error:  # a full disk: who reads for all simulators goes on
            self._lines.append(f"{copy.name} ends here: {error.strerror}".encode())
            chunk = b""
        if not chunk:
            self._copy = None
            with contextlib.suppress(OSError):
                copy.close()


class _Reader(threading.Thread):
    """Reads from all pipes, as long as there are any."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._poll = select.epoll()
        self._outputs: dict[int, Output] = {}

    def add(self, output: Output) -> None:
        self._outputs[output.fileno()] = output
        self._poll.register(output, select.EPOLLIN)

    def run(self) -> None:
        while True:
            for fd, _ in self._poll.poll():
                output = self._outputs[fd]
                if output.read():
                    continue
                with _lock:
                    is_last = self._remove(fd)
                output.has_ended.set()
                if is_last:
                    return

    def _remove(self, fd: int) -> bool:
        global _reader
        self._poll.unregister(fd)
        del self._outputs[fd]
        os.close(fd)
        if self._outputs:
            return False
        self._poll.close()
        _reader = None
        return True


_lock = threading.Lock()
_reader: _Reader | None = None


def _follow(output: Output) -> None:
    global _reader
    with _lock:
        if _reader is None:
            _reader = _Reader()
            _reader.start()
        _reader.add(output)


def _forget() -> None:
    """In a fork of ours: the thread is our parent's."""
    global _lock, _reader
    _lock, _reader = threading.Lock(), None


os.register_at_fork(after_in_child=_forget)
