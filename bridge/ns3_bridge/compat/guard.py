# SPDX-License-Identifier: MIT
"""Runs a program that knows nothing of us, and kills it and what it started when we are gone.

A scenario of our own ends with its agent by itself. Any other program, be it a simulator or a
compiler, gets this process between: the control socket (or pipe) that it inherits ends when the
agent's process does, however that ends. The shared memory of ns3-ai has a name; it goes, too.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import subprocess
import sys

_CONTROL = "NS3_TWIN_CONTROL_FD"
_NOT_FOUND = 127  # as shells say it


def main() -> int:
    """Run a command; returns its exit status.

    Our arguments: a file that shall not outlive the agent, as ``path:inode`` or empty; the command.
    """
    leftover, *command = sys.argv[1:]
    lifeline = int(os.environ[_CONTROL])
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NS3_TWIN_")}
    try:
        child = subprocess.Popen(command, env=environment)
    except OSError as error:
        print(f"cannot start {command[0]}: {error}", file=sys.stderr)
        return _NOT_FOUND
    child_fd = os.pidfd_open(child.pid)
    poll = select.poll()
    poll.register(child_fd, select.POLLIN)
    poll.register(lifeline, select.POLLIN)
    if child_fd not in dict(poll.poll()):
        _remove(leftover)
        os.killpg(0, signal.SIGKILL)
    status = child.wait()
    if status < 0:  # end as it did
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if -status == signal.SIGINT:  # Python has a handler for it
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    return status


def _remove(leftover: str) -> None:
    path, _, inode = leftover.rpartition(":")
    with contextlib.suppress(FileNotFoundError):
        if path and os.stat(path).st_ino == int(inode):  # else it is another's by now
            os.unlink(path)


if __name__ == "__main__":
    sys.exit(main())
