# SPDX-License-Identifier: MIT
"""The shared memory of ns3-ai by its name: who made it, who uses it, and that it goes again."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ns3_bridge.compat._ns3_ai import Segment
from ns3_bridge.errors import DeadlineExceeded, HandshakeError, InvalidSetting

DEFAULT_NAME = "My Seg"
SIZE_BYTES = 4096

_FOLDER = Path("/dev/shm")
_POLL_S = 0.02
_INITIALISED = (2).to_bytes(4, "little")  # Boost's first word, once a segment can be used


def segment_path(name: str) -> Path:
    """Where the file system shows a segment.

    Raises:
        InvalidSetting: no segment can have that name.
    """
    if not name or "/" in name or "\0" in name or len(name.encode()) > 255 or name in {".", ".."}:
        raise InvalidSetting(f"segment {name!r}: must be 1 to 255 bytes without '/'")
    return _FOLDER / name


def create_segment(name: str, deadline_s: float) -> Segment:
    """Make a segment as agents of ns3-ai do; one that nobody uses any more makes room.

    Args:
        name: of the segment.
        deadline_s: how long to wait for the name.

    Raises:
        InvalidSetting: no segment can have that name.
        DeadlineExceeded: another simulation starts or runs under that name.
        HandshakeError: there is no room for it.
    """
    path = segment_path(name)
    until_s = time.monotonic() + deadline_s
    while True:
        with _turn() as is_ours:
            users = users_of(path)
            if is_ours and not users:
                path.unlink(missing_ok=True)
                _check_room()
                return Segment.create(name, SIZE_BYTES)
        if time.monotonic() >= until_s:
            raise DeadlineExceeded(
                f"the shared-memory segment {name!r} was in use for {deadline_s:g} s, by process "
                f"{', '.join(map(str, users)) or 'unknown'}: ns3-ai has one name for all its "
                "simulations, so one at a time may start, and none beside an agent of ns3-ai itself"
            )
        time.sleep(_POLL_S)


def open_segment(name: str, deadline_s: float, on_wait: Callable[[], None]) -> Segment:
    """Open the segment of an agent of ns3-ai.

    Args:
        name: of the segment.
        deadline_s: how long to wait for the agent to make it.
        on_wait: called every 20 ms; what it raises ends the wait.

    Raises:
        InvalidSetting: no segment can have that name.
        DeadlineExceeded: there is none, or nobody uses it.
        HandshakeError: it is not one of ns3-ai's Gym interface.
    """
    path = segment_path(name)
    until_s = time.monotonic() + deadline_s
    while not (_is_initialised(path) and users_of(path)):
        on_wait()
        if time.monotonic() >= until_s:
            state = "was left behind by an agent that is gone" if path.exists() else "is not there"
            raise DeadlineExceeded(
                f"the shared-memory segment {name!r} of an agent of ns3-ai {state}; waited "
                f"{deadline_s:g} s (--agent-deadline)"
            )
        time.sleep(_POLL_S)
    try:
        return Segment.open(name)
    except (RuntimeError, OSError) as error:
        raise HandshakeError(
            f"cannot open the shared-memory segment {name!r}: {error}. Is it ns3-ai's, of its Gym "
            "interface, built with a Boost that lays it out alike?"
        ) from error


def users_of(path: Path) -> list[int]:
    """The processes that have mapped that file, of those that we may look at."""
    ending = f" {path}\n"
    users = []
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            maps = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="replace")
            if ending in maps:
                users.append(int(pid))
    return users


def remove_segment(path: Path, inode: int) -> None:
    """Take a segment's name away, unless it is another's by now; whoever has mapped it keeps it."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_ino == inode:
            path.unlink()


def _check_room() -> None:
    """Boost would take the memory first and die of SIGBUS when it writes there."""
    room = os.statvfs(_FOLDER)
    free_bytes = room.f_bavail * room.f_frsize
    if room.f_blocks and free_bytes < SIZE_BYTES:
        raise HandshakeError(
            f"{_FOLDER} is full: {free_bytes} bytes are free, the shared memory of an ns3-ai "
            f"program takes {SIZE_BYTES}"
        )


def _is_initialised(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == _INITIALISED
    except FileNotFoundError:
        return False
    except OSError as error:
        raise HandshakeError(f"cannot read {path}: {error.strerror}") from error


@contextlib.contextmanager
def _turn() -> Iterator[bool]:
    """No two of us look whether a name is free and take it at once. Yields whether we may."""
    folder = os.open(_FOLDER, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(folder)
