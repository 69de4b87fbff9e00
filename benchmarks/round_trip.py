# SPDX-License-Identifier: MIT
"""Round trip of the bridge beside a bare C++ to C++ ping-pong through shared memory."""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.table import Table

from ns3_bridge import Channel
from ns3_bridge.testing import echo_command

SIZES = (2, 100, 1_000, 10_000)
ROUNDS = 7  # interleaved: every round measures both, so that noise hits both
TRIPS = 50_000


def measure() -> Table:
    """Medians over the rounds: time of a round trip and ratio to the ping-pong."""
    table = Table(title=f"Round trip of n float32, median of {ROUNDS} interleaved rounds")
    for column in (
        "float32",
        "C++ ↔ C++",
        "bridge: exchange",
        "ratio",
        "+ NumPy in and out",
        "ratio",
    ):
        table.add_column(column, justify="right")
    with tempfile.TemporaryDirectory() as folder:
        ping_pong = _compile(Path(folder))
        for size in SIZES:
            rounds = np.array([_round(ping_pong, size) for _ in range(ROUNDS)])
            bare, exchange, copied = np.median(rounds, axis=0)
            ratio_exchange = np.median(rounds[:, 1] / rounds[:, 0])
            ratio_copied = np.median(rounds[:, 2] / rounds[:, 0])
            table.add_row(
                f"{size:,}",
                f"{bare:.2f} µs",
                f"{exchange:.2f} µs",
                f"{ratio_exchange:.2f}×",
                f"{copied:.2f} µs",
                f"{ratio_copied:.2f}×",
            )
    return table


def _compile(folder: Path) -> Path:
    program = folder / "shm_ping_pong"
    source = Path(__file__).with_name("shm_ping_pong.cc")
    subprocess.run(["g++", "-O3", "-std=c++20", source, "-o", program], check=True)
    return program


def _round(ping_pong: Path, size: int) -> tuple[float, float, float]:
    done = subprocess.run(
        [ping_pong, str(size), str(TRIPS)], capture_output=True, text=True, check=True
    )
    return float(done.stdout), *_bridge_us(size)


def _bridge_us(size: int) -> tuple[float, float]:
    channel = Channel(echo_command(size, 4 * TRIPS))
    try:
        own = np.full(size, 0.5, np.float32)
        say, echo, exchange = channel.actions["say"], channel.observations["echo"], channel.exchange
        for _ in range(TRIPS):  # warm up
            exchange()
        start_s = time.perf_counter()
        for _ in range(TRIPS):
            exchange()
        middle_s = time.perf_counter()
        for _ in range(TRIPS):
            say[:] = own
            exchange()
            own[:] = echo
        end_s = time.perf_counter()
    finally:
        channel.close()
    return (middle_s - start_s) / TRIPS * 1e6, (end_s - middle_s) / TRIPS * 1e6
