# SPDX-License-Identifier: MIT
"""What an agent and one simulator share: two memory files, a socket and a pipe, all nameless."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from typing import NamedTuple

from ns3_bridge import _native


class SimulatorEnds(NamedTuple):
    """Descriptors that a simulator gets: inherited at its start, or sent to the one it forks from.

    Attributes:
        channel: memory file of the channel.
        records: memory file of the record stream.
        control: socket over which it receives the ends of a branch.
        output: becomes its stdout and stderr.
    """

    channel: int
    records: int
    control: int
    output: int


class Wiring:
    """Everything between us and one simulator.

    Nothing of it has a name in the file system, so nothing can go stale, even after SIGKILL.

    Args:
        channel_bytes: size of the channel.
        sealed: the size is final; otherwise the simulator sets and seals it.

    Attributes:
        channel_fd: memory file of the channel.
        records_fd: memory file of the record stream.
        control: socket over which we send the ends of a branch.
        output_fd: where we read what the simulator writes to stdout and stderr.
        theirs: the simulator's ends; of use until `close_theirs`.
    """

    def __init__(self, channel_bytes: int, *, sealed: bool) -> None:
        with contextlib.ExitStack() as on_failure:

            def kept(fd: int) -> int:
                on_failure.callback(os.close, fd)
                return fd

            flags = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
            self.channel_fd = kept(os.memfd_create("ns3-twin", flags))
            os.ftruncate(self.channel_fd, channel_bytes)
            if sealed:
                seals = _native.F_SEAL_SHRINK | _native.F_SEAL_GROW
                fcntl.fcntl(self.channel_fd, _native.F_ADD_SEALS, seals)
            self.records_fd = kept(os.memfd_create("ns3-twin-records", os.MFD_CLOEXEC))
            self.control, their_control = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            on_failure.callback(self.control.close)
            their_control_fd = kept(their_control.detach())
            self.output_fd, their_output_fd = map(kept, os.pipe2(os.O_CLOEXEC))
            self.theirs = SimulatorEnds(
                self.channel_fd, self.records_fd, their_control_fd, their_output_fd
            )
            on_failure.pop_all()

    def send(self, ends: SimulatorEnds) -> None:
        """Give the simulator the ends of a branch.

        Raises:
            OSError: it does not listen any more.
        """
        socket.send_fds(self.control, [b"b"], ends)

    def close_theirs(self) -> None:
        """Close what only the simulator needs; it has its own copies. The memory files stay."""
        os.close(self.theirs.control)
        os.close(self.theirs.output)

    def close(self) -> None:
        """Close our ends; the output's stays with whoever reads it."""
        self.control.close()
        os.close(self.channel_fd)
        os.close(self.records_fd)

    def discard(self) -> None:
        """Close all of it: no simulator came to use it."""
        self.close_theirs()
        self.close()
        os.close(self.output_fd)
