# SPDX-License-Identifier: MIT
"""What tests ask the kernel about processes."""

from __future__ import annotations

import contextlib
from pathlib import Path


def children_of(pid: int | str) -> list[int]:
    """Processes that a process has started, by whichever of its threads; none if it is gone.

    >>> import subprocess
    >>> child = subprocess.Popen(["sleep", "60"])
    >>> child.pid in children_of("self")
    True
    >>> child.kill()
    >>> child.wait()
    -9
    """
    found: list[int] = []
    for file in sorted(Path(f"/proc/{pid}/task").glob("*/children")):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # the thread has ended
            found += map(int, file.read_text(encoding="utf-8").split())
    return found
