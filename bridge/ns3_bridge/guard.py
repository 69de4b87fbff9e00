# SPDX-License-Identifier: MIT
"""Runs a program that knows nothing of us, and kills it and what it started when we are gone.

A scenario of our own ends with its agent by itself. Any other program, be it a simulator or a
compiler, gets this process between: the control socket (or pipe) that it inherits ends when the
agent's process does, however that ends. The shared memory of ns3-ai has a name; it goes, too.

Nobody is left behind when this process is killed either: the kernel kills the program then. And a
program that ends takes with it what it has started in the background.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import select
import signal
import subprocess
import sys

_CONTROL = "NS3_TWIN_CONTROL_FD"
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # <linux/prctl.h>
_NOT_FOUND = 127  # as shells say it


def main() -> int:
    """Run a command; returns its exit status.

    Our arguments: a file that shall not outlive the agent, as ``path:inode`` or empty; the command.
    """
    leftover, *command = sys.argv[1:]
    lifeline = int(os.environ[_CONTROL])
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NS3_TWIN_")}
    prctl, our_pid = ctypes.CDLL(None).prctl, os.getpid()
    prctl(_PR_SET_CHILD_SUBREAPER, 1)  # what our child leaves behind becomes ours

    def die_with_us() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != our_pid:  # we were killed before it asked to be told
            os._exit(128 + signal.SIGKILL)

    try:
        child = subprocess.Popen(command, env=environment, preexec_fn=die_with_us)
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
    _end_leftovers()
    if status < 0:  # end as it did
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if -status == signal.SIGINT:  # Python has a handler for it
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    return status


def _end_leftovers() -> None:
    """Kill what the program has started and left; whoever was below those is next."""
    while left := _children():
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _children() -> list[int]:
    with open("/proc/thread-self/children", encoding="ascii") as file:
        return [int(pid) for pid in file.read().split()]


def _remove(leftover: str) -> None:
    path, _, inode = leftover.rpartition(":")
    with contextlib.suppress(FileNotFoundError):
        if path and os.stat(path).st_ino == int(inode):  # else it is another's by now
            os.unlink(path)


if __name__ == "__main__":
    sys.exit(main())
