# SPDX-License-Identifier: MIT
"""How soon what ends is ended: deaths of simulators, interrupts, agents that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.table import Table

import ns3_scenarios
from ns3_bridge import Channel, SimulatorDied
from ns3_bridge.testing import echo_command
from ns3_bridge.testing.processes import children_of

ROUNDS = 15
_GIVE_UP_S = 60.0


def measure() -> Table:
    """Median and worst of each reaction."""
    table = Table(title=f"reactions, {ROUNDS} rounds")
    for column in ("what happens", "until", "median", "worst"):
        table.add_column(column)
    for event, reaction, once in (
        ("a simulator is killed in a slot", "`step` says so", _simulator_killed),
        ("Ctrl-C while an agent waits", "agent and simulator are gone", _interrupted),
        ("an agent is killed", "its simulator is gone", _agent_killed),
        ("SIGTERM to ns3-twin run", "command and simulator are gone", _run_terminated),
    ):
        seconds = np.array([once() for _ in range(ROUNDS)])
        table.add_row(event, reaction, f"{np.median(seconds):.3f} s", f"{seconds.max():.3f} s")
    return table


def _simulator_killed() -> float:
    channel = Channel(echo_command(1, 1000))
    channel.exchange()
    os.kill(channel.process.pid, signal.SIGKILL)
    start_s = time.perf_counter()
    try:
        channel.exchange()
    except SimulatorDied:
        return time.perf_counter() - start_s
    raise RuntimeError("the death of a simulator went unnoticed")


def _interrupted() -> float:
    # A simulator that is stopped gives no answer: the agent waits.
    return _end_of_agent(
        signal.SIGINT, "os.kill(channel.process.pid, signal.SIGSTOP)", "channel.exchange()"
    )


def _agent_killed() -> float:
    return _end_of_agent(signal.SIGKILL, "", "signal.pause()")


def _end_of_agent(number: signal.Signals, before: str, waits: str) -> float:
    script = f"""
        import os, signal
        from ns3_bridge import Channel
        signal.signal(signal.SIGINT, signal.default_int_handler)
        channel = Channel({echo_command(1, 10)!r})
        {before}
        print(channel.process.pid, flush=True)
        {waits}
    """
    agent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    assert agent.stdout is not None
    simulator = int(agent.stdout.readline())
    time.sleep(0.1)  # it waits by then
    start_s = time.perf_counter()
    agent.send_signal(number)
    agent.communicate(timeout=_GIVE_UP_S)
    _until(lambda: not Path(f"/proc/{simulator}").exists())
    return time.perf_counter() - start_s


def _run_terminated() -> float:
    command = [ns3_scenarios.program("cellular"), "--duration_s=1000"]
    run = subprocess.Popen(
        [str(Path(sys.executable).with_name("ns3-twin")), "run", "--duration", "1000"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def simulator() -> list[int]:
        return [
            pid
            for pid in children_of(run.pid)
            if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(command[0].encode())
        ]

    _until(lambda: bool(simulator()))
    time.sleep(1.0)  # in the middle of it
    (pid,) = simulator()
    start_s = time.perf_counter()
    run.terminate()
    run.communicate(timeout=_GIVE_UP_S)
    _until(lambda: not Path(f"/proc/{pid}").exists())
    return time.perf_counter() - start_s


def _until(condition: Callable[[], bool]) -> None:
    end_s = time.monotonic() + _GIVE_UP_S
    while not condition():
        if time.monotonic() > end_s:
            raise TimeoutError("nothing has happened for a minute")
        time.sleep(0.001)
