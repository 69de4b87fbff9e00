# SPDX-License-Identifier: MIT
"""Starts a simulator process, listens to what it says, and never leaves it behind."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from ns3_bridge.errors import HandshakeError
from ns3_bridge.output import Output
from ns3_bridge.starts import in_lasting_thread
from ns3_bridge.waits import LONGEST_S
from ns3_bridge.wiring import Wiring

_DRAIN_S = 1.0
_AGENT_DEADLINE_S = LONGEST_S  # a gateway has one of its own; orphans end with their parent


class ChildProcess(Protocol):
    """What `subprocess.Popen` offers and we use."""

    @property
    def pid(self) -> int:
        """Process identifier."""
        ...

    def wait(self) -> int:
        """Wait for the end and reap. Returns the exit status; negative: killed by that signal."""
        ...


class ForkedProcess:
    """A child of ours that we did not start: a simulator forked it (see PROTOCOL.md, Branches).

    Attributes:
        pid: process identifier.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._return_code: int | None = None

    def wait(self) -> int:
        """Wait for the end and reap. Returns the exit status; negative: killed by that signal."""
        if self._return_code is None:
            try:
                self._return_code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            except ChildProcessError:  # another part of the program has reaped it
                self._return_code = 0
        return self._return_code


class SimulatorProcess:
    """A running simulator with the memory that it shares with us.

    Args:
        process: the process, a child of ours.
        wiring: what it shares with us; closed with this object.
        output_copy: gets what the process writes to stdout and stderr, and is closed then.

    Attributes:
        wiring: what it shares with us.
        pid_fd: becomes readable when the process has ended.
        user_pid: the process that may use it, which is the one that made this object; 0 once that
            has ended it.
        end_reason: why it was ended from here; empty if it was not.
    """

    def __init__(
        self, process: ChildProcess, wiring: Wiring, output_copy: BinaryIO | None = None
    ) -> None:
        wiring.close_theirs()
        self.wiring = wiring
        self._process = process
        self.user_pid = self._owner_pid = os.getpid()
        self.end_reason = ""
        self.pid_fd = os.pidfd_open(process.pid)
        self._output = Output(wiring.output_fd, output_copy)
        self._finalizer = weakref.finalize(
            self, _end, process, self.pid_fd, wiring, self._output, self._owner_pid
        )

    @classmethod
    def start(
        cls, command: Sequence[str], header_bytes: int, output_file: Path | None = None
    ) -> SimulatorProcess:
        """Start a simulator.

        Args:
            command: program and arguments.
            header_bytes: size of the channel before the simulator has declared its fields.
            output_file: what it writes to stdout and stderr is appended to it.

        Raises:
            HandshakeError: the program cannot be started.
            OSError: there can be no `output_file`.
        """
        return in_lasting_thread(lambda: cls._start(command, header_bytes, output_file))

    @classmethod
    def _start(
        cls, command: Sequence[str], header_bytes: int, output_file: Path | None
    ) -> SimulatorProcess:
        output_copy = None if output_file is None else output_file.open("ab")
        wiring = Wiring(header_bytes, sealed=False)
        ends = wiring.theirs
        try:
            process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=ends.output,
                stderr=ends.output,
                pass_fds=[ends.channel, ends.records, ends.control],
                start_new_session=True,  # Ctrl-C is for us; we end the simulator ourselves
                env={
                    **os.environ,
                    "NS3_TWIN_CHANNEL_FD": str(ends.channel),
                    "NS3_TWIN_RECORDS_FD": str(ends.records),
                    "NS3_TWIN_CONTROL_FD": str(ends.control),
                    "NS3_TWIN_AGENT_PID": str(os.getpid()),
                    "NS3_TWIN_AGENT_DEADLINE_S": str(_AGENT_DEADLINE_S),
                },
            )
        except OSError as error:
            wiring.discard()
            if output_copy is not None:
                output_copy.close()
            raise HandshakeError(f"cannot start {command[0]}: {error}") from error
        return cls(process, wiring, output_copy)

    @property
    def pid(self) -> int:
        """Process identifier."""
        return self._process.pid

    @property
    def channel_fd(self) -> int:
        """Memory file of the channel."""
        return self.wiring.channel_fd

    @property
    def records_fd(self) -> int:
        """Memory file of the record stream."""
        return self.wiring.records_fd

    @property
    def is_ours(self) -> bool:
        """Are we the process that started it, not a fork of that?"""
        return os.getpid() == self._owner_pid

    def wait(self, deadline_s: float) -> int | None:
        """Wait for the process to end. Returns its exit status, or None at the deadline."""
        if self._finalizer.alive and not _has_ended(self.pid_fd, deadline_s):
            return None
        return self._process.wait()

    def output_tail(self) -> str:
        """The last lines that the simulator wrote; complete once it has ended."""
        if not self._finalizer.alive or _has_ended(self.pid_fd, 0):
            self._output.has_ended.wait(_DRAIN_S)
        return self._output.tail()

    def kill(self) -> None:
        """Kill the process if it still runs and is ours; do not wait for its end."""
        if self._finalizer.alive and self.is_ours:
            _kill(self._process, self.pid_fd)

    def close(self, reason: str = "it was closed") -> None:
        """Kill the process if it still runs and is ours, and give back all that we hold of it.

        Args:
            reason: why, for those who use it all the same.
        """
        self.give_up(reason)
        self._finalizer()

    def give_up(self, reason: str) -> None:
        """Say that we end it, and why; the first reason stays, and its own death before that."""
        if not self.is_ours:
            return
        if not self.end_reason and self._finalizer.alive and not _has_ended(self.pid_fd, 0):
            self.end_reason = reason
        self.user_pid = 0


def _has_ended(pid_fd: int, deadline_s: float) -> bool:
    poll = select.poll()
    poll.register(pid_fd, select.POLLIN)
    return bool(poll.poll(1e3 * deadline_s))


def _kill(process: ChildProcess, pid_fd: int) -> None:
    if not _has_ended(pid_fd, 0):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # SIGKILL ends a stopped process, too
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(pid_fd, signal.SIGKILL)


def _end(
    process: ChildProcess, pid_fd: int, wiring: Wiring, output: Output, owner_pid: int
) -> None:
    with contextlib.ExitStack() as held:  # closed also where an interrupt ends the waits
        held.callback(os.close, pid_fd)
        held.callback(wiring.close)
        if os.getpid() == owner_pid:  # a fork has the descriptors alone
            _kill(process, pid_fd)
            process.wait()
            output.has_ended.wait(_DRAIN_S)
