# SPDX-License-Identifier: MIT
"""One run of a scenario program that knows nothing of us."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from google.protobuf.message import Message

from ns3_bridge import guard
from ns3_bridge.compat.wire import SomeMessage
from ns3_bridge.errors import HandshakeError
from ns3_bridge.launcher import SimulatorProcess


class ProgramRun(Protocol):
    """The program speaks first, and each of its messages gets one answer."""

    def receive(self, kind: type[SomeMessage], deadline_s: float) -> SomeMessage:
        """Wait for the next message.

        Raises:
            SimulatorDied: the program has ended.
            ConnectionLost: it runs, but has hung up.
            DeadlineExceeded: there was none in time.
            ProtocolViolation: it is not of that kind.
        """
        ...

    def send(self, message: Message) -> None:
        """Answer the last message."""
        ...

    def close(self) -> None:
        """End the program: by asking it to if it waits for an answer, and else by force."""
        ...


def check_program(command: Sequence[str]) -> None:
    """Check that there is such a program.

    Raises:
        HandshakeError: there is none.
    """
    if shutil.which(command[0]) is None:
        raise HandshakeError(f"cannot start {command[0]}: there is no such program")


def start_guarded(
    command: Sequence[str], values: Mapping[str, object], leftover: str = ""
) -> SimulatorProcess:
    """Start a program that ends when we do.

    Args:
        command: program and arguments; ``{name}`` in them becomes the value of that name.
        values: by name.
        leftover: a file that shall not outlive us, as ``path:inode``.
    """
    filled = list(command)
    for name, value in values.items():
        filled = [argument.replace(f"{{{name}}}", str(value)) for argument in filled]
    return SimulatorProcess.start(
        [sys.executable, "-I", "-S", str(Path(guard.__file__)), leftover, *filled], 0
    )


def quoted(output: str) -> str:
    """A program's last words, for the end of a message."""
    return f"; it said last:\n{output}" if output else ""
