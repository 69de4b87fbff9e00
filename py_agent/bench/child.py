# SPDX-License-Identifier: MIT
"""The other ends of what is measured, each a process that ends with the benchmark."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence

from py_agent.parent_death import end_with

_END_S = 10.0  # for a gateway to end its simulator


@contextlib.contextmanager
def child(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """Start a process whose standard output is a pipe; it is ended on leaving.

    The kernel ends it, too, when the benchmark is gone: a signal may end that before it knows of
    the child that it is about to have.
    """
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=functools.partial(end_with, os.getpid(), signal.SIGTERM),
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=_END_S)
        finally:
            process.kill()
            process.communicate()


def first_line(process: subprocess.Popen[str]) -> str:
    """What a process says first."""
    assert process.stdout is not None  # it is a pipe
    return process.stdout.readline().strip()
