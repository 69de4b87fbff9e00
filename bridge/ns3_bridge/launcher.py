# SPDX-License-Identifier: MIT
"""Starts a simulator process, listens to what it says, and never leaves it behind."""

from __future__ import annotations

import collections
import contextlib
import os
import signal
import subprocess
import threading
import weakref
from collections.abc import Sequence
from typing import IO

from ns3_bridge.errors import HandshakeError

_OUTPUT_LINES = 40
_DRAIN_S = 1.0


class SimulatorProcess:
    """A running simulator with the memory that it shares with us.

    Args:
        command: program and arguments.
        header_bytes: size of the channel before the simulator has declared its fields.
        agent_deadline_s: how long the simulator waits for an action before it gives up.

    Attributes:
        channel_fd: memfd of the channel.
        records_fd: memfd of the record stream.
        pid_fd: becomes readable when the process has ended.

    Raises:
        HandshakeError: the program cannot be started.
    """

    def __init__(
        self, command: Sequence[str], header_bytes: int, agent_deadline_s: float = 3600.0
    ) -> None:
        # Memory without a name: nothing can go stale in the file system, even after SIGKILL.
        self.channel_fd = os.memfd_create("ns3-twin", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        self.records_fd = os.memfd_create("ns3-twin-records", os.MFD_CLOEXEC)
        fds = [self.channel_fd, self.records_fd]
        try:
            os.ftruncate(self.channel_fd, header_bytes)
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=fds,
                start_new_session=True,  # Ctrl-C is for us; we end the simulator ourselves
                env={
                    **os.environ,
                    "NS3_TWIN_CHANNEL_FD": str(self.channel_fd),
                    "NS3_TWIN_RECORDS_FD": str(self.records_fd),
                    "NS3_TWIN_AGENT_PID": str(os.getpid()),
                    "NS3_TWIN_AGENT_DEADLINE_S": str(agent_deadline_s),
                },
            )
        except OSError as error:
            for fd in fds:
                os.close(fd)
            raise HandshakeError(f"cannot start {command[0]}: {error}") from error
        assert self._process.stdout is not None
        self.pid_fd = os.pidfd_open(self._process.pid)
        self._output: collections.deque[str] = collections.deque(maxlen=_OUTPUT_LINES)
        self._reader = threading.Thread(
            target=_drain, args=(self._process.stdout, self._output), daemon=True
        )
        self._reader.start()
        self._finalizer = weakref.finalize(
            self, _end, self._process, self._reader, [*fds, self.pid_fd]
        )

    @property
    def pid(self) -> int:
        """Process identifier."""
        return self._process.pid

    def wait(self, deadline_s: float) -> int | None:
        """Wait for the process to end. Returns its exit status, or None at the deadline."""
        try:
            return self._process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            return None

    def output_tail(self) -> str:
        """The last lines that the simulator wrote; complete once it has ended."""
        if self._process.poll() is not None:
            self._reader.join(_DRAIN_S)
        return "".join(self._output).rstrip()

    def close(self) -> None:
        """Kill the process if it still runs, and give back all that it held."""
        self._finalizer()


def _drain(stream: IO[bytes], lines: collections.deque[str]) -> None:
    with contextlib.suppress(ValueError):  # closed under our hands
        for line in stream:
            lines.append(line.decode(errors="replace"))


def _end(process: subprocess.Popen[bytes], reader: threading.Thread, fds: list[int]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # SIGKILL ends a stopped process, too
        process.wait()
    reader.join(_DRAIN_S)
    if process.stdout is not None and not reader.is_alive():
        process.stdout.close()
    for fd in fds:
        os.close(fd)
