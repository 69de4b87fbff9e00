# SPDX-License-Identifier: MIT
"""Who stands between us and a program that knows nothing of us leaves nobody behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ns3_bridge import guard

PATIENCE_S = 60


@pytest.fixture
def start():
    """Start guards; what keeps their programs alive is closed at the end."""
    lifelines, started = [], []

    def begin(*command):
        theirs, ours = os.pipe()
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__, "", *command],
            env={**os.environ, "NS3_TWIN_CONTROL_FD": str(theirs)},
            pass_fds=[theirs],
            start_new_session=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        os.close(theirs)
        lifelines.append(ours)
        started.append(process)
        return process, ours

    yield begin
    for ours in lifelines:
        os.close(ours)
    for process in started:
        process.communicate(timeout=PATIENCE_S)


def ends(pid):
    """Whether a process ends in time."""
    deadline_s = time.monotonic() + PATIENCE_S
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline_s:
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return not Path(f"/proc/{pid}").exists()


def test_a_program_ends_when_its_guard_is_killed(start):
    process, _ = start("sh", "-c", "echo $$; exec sleep 1000")
    pid = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    assert ends(pid)


def test_what_a_program_leaves_in_the_background_ends_with_it(start):
    process, _ = start("sh", "-c", "setsid sleep 1000 > /dev/null & echo $!; exit 3")
    pid = int(process.stdout.readline())
    assert process.wait(PATIENCE_S) == 3
    assert ends(pid)


def test_a_program_ends_when_whoever_started_it_is_gone(start):
    process, ours = start("sh", "-c", "echo $$; exec sleep 1000")
    pid = int(process.stdout.readline())
    os.set_blocking(ours, False)
    os.dup2(os.open(os.devnull, os.O_RDWR), ours)  # the last end of the lifeline
    assert process.wait(PATIENCE_S) == -signal.SIGKILL
    assert ends(pid)
