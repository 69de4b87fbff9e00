# SPDX-License-Identifier: MIT
"""One command at a time in a folder of results."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from ns3_bridge.errors import Ns3TwinError


class FolderInUse(Ns3TwinError):
    """Raised when another process works in the folder."""


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make a folder and hold it; the kernel lets go of it when this process ends, however it does.

    Raises:
        FolderInUse: another process holds it.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as name, locked(Path(name) / "results"):
        ...     print([file.name for file in (Path(name) / "results").iterdir()])
        ['.lock']
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip() or "unknown"
            raise FolderInUse(
                f"{folder} is in use by another command (process {holder}): wait for its end, or "
                "give another folder"
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)
