# SPDX-License-Identifier: MIT
"""Files that are whole: a kill, an interrupt or a full disk leaves the old one or the new one."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path


def replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place, then put it there.

    Args:
        path: its place.
        write: writes all of it to the path that it is given.

    Raises:
        OSError: it cannot be written; what was there is still there.
    """
    place = Path(os.path.realpath(path))
    if place.exists() and not place.is_file():  # a pipe or a terminal has no other in its place
        write(place)
        return
    fresh = place.with_name(f".fresh-{place.name}")
    try:
        write(fresh)
        os.replace(fresh, place)
    except BaseException:  # an interrupt, too
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise


def replace_text(path: Path, text: str) -> None:
    """The same with text.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     place = Path(folder) / "result.json"
        ...     replace_text(place, "{}")
        ...     sorted(path.name for path in Path(folder).iterdir())
        ['result.json']
    """
    replace(path, lambda fresh: fresh.write_text(text, encoding="utf-8"))


def check_place(path: Path) -> None:
    """Find out before long work, not after it, whether a file can be put in its place.

    Raises:
        OSError: none can be made there, or a folder is.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    fresh = path.with_name(f".fresh-{path.name}")
    try:
        fresh.touch()
        fresh.unlink()
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
