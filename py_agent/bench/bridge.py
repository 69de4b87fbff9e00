# SPDX-License-Identifier: MIT
"""What a round trip between agent and simulator costs, over every transport."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.table import Table

import ns3_bridge
from ns3_bridge import Channel, make_keys
from ns3_bridge.testing import echo_command, echo_scenario
from ns3_bridge.testing.echo import PROGRAMS
from py_agent.bench import bare_zmq, ns3_ai_way, ns3_gym_way
from py_agent.bench.child import child, first_line
from py_agent.view.measurement import Measurement

SIZES = (2, 100, 1_000, 10_000)
_BATCH = 100  # the clock is read once per batch
_NETWORK_TRIPS = 500
_LABELS = {
    "cpp_limit": "C++ ↔ C++",
    "shm": "shared memory",
    "shm_in_place": "shared memory, in place",
    "ipc": "gateway, ipc",
    "tcp": "gateway, tcp",
    "tcp_curve": "gateway, tcp + CURVE",
    "zmq_ipc": "ZMQ alone, ipc",
    "zmq_tcp": "ZMQ alone, tcp",
    "ns3_ai_way": "as ns3-ai (stand-in)",
    "ns3_gym_way": "as ns3-gym (stand-in)",
}

RoundTrip = Callable[[], Any]


def measure(
    rounds: Annotated[int, typer.Option(min=1, help="Interleaved rounds.")] = 5,
    trips: Annotated[int, typer.Option(min=100, help="Per round, in shared memory.")] = 20_000,
) -> Measurement:
    """Round trips of n float32: shared memory, gateways, C++ alone, the ways of ns3-ai and ns3-gym.

    Every round measures each transport once, so that noise hits all. Python fills the action and
    reads the observation in each trip by NumPy, which takes most of the time in shared memory;
    "in place" is the exchange alone, for agents that work on the views. A number is the median
    over batches of 100 trips, then over the rounds. ns3-gym's stand-in is Python on both ends.
    A trip over ZMQ alone wakes four threads of two processes. In a virtual machine most of it is
    the time that sleeping processors take to wake: a gateway whose simulator spins can be faster.
    A message of ns3-ai's Gym interface holds 1,024 bytes: more is not possible there (JSON: null).
    """
    medians_us: dict[str, dict[str, float | None]] = {f"{name}_us_p50": {} for name in _LABELS}
    for size in SIZES:
        with contextlib.ExitStack() as open_ends:
            ways = _open(size, rounds * trips, open_ends)
            samples: dict[str, list[float]] = {name: [] for name in _LABELS}
            for _ in range(rounds):
                samples["cpp_limit"].append(_ping_pong_us(size, trips))
                if ns3_ai_way.fits(size):
                    samples["ns3_ai_way"].append(_ns3_ai_us(size, trips))
                for name, round_trip in ways.items():
                    count = trips if name.startswith("shm") else _NETWORK_TRIPS
                    samples[name].append(_median_us(round_trip, count))
        for name, values in samples.items():
            median_us = round(float(np.median(values)), 3) if values else None
            medians_us[f"{name}_us_p50"][str(size)] = median_us
    return Measurement([_table(medians_us, rounds)], medians_us)


def _open(size: int, most_trips: int, open_ends: contextlib.ExitStack) -> dict[str, RoundTrip]:
    folder = Path(open_ends.enter_context(tempfile.TemporaryDirectory(prefix="ns3-twin-bench")))
    slots = 8 * (most_trips + _NETWORK_TRIPS)
    channel = Channel(echo_command(size, slots))
    open_ends.callback(channel.close)
    ways: dict[str, RoundTrip] = {"shm": _trip(channel), "shm_in_place": channel.exchange}
    scenario = echo_scenario(folder / "echo", size, slots)
    keys = folder / "keys"
    make_keys(keys)
    for name, bind, options in (
        ("ipc", f"ipc://{folder}/socket", {}),
        ("tcp", "tcp://127.0.0.1:*", {}),
        ("tcp_curve", "tcp://127.0.0.1:*", {"keys": keys}),
    ):
        address = open_ends.enter_context(_gateway(scenario, bind, **options))
        key = keys / "agent.key_secret" if options else None
        env = ns3_bridge.connect(address, key=key)
        open_ends.callback(env.close)
        env.reset(seed=1)
        ways[name] = _trip(env.channel)
    for name, address in (("zmq_ipc", f"ipc://{folder}/bare"), ("zmq_tcp", "tcp://127.0.0.1:*")):
        ways[name] = open_ends.enter_context(bare_zmq.running(size, address))
    agent = open_ends.enter_context(ns3_gym_way.running(size))
    action = np.full(size, 0.5, np.float32)
    ways["ns3_gym_way"] = lambda: agent.exchange(action)
    return ways


@contextlib.contextmanager
def _gateway(scenario: str, bind: str, keys: Path | None = None) -> Iterator[str]:
    command = [sys.executable, "-c", "from py_agent.cli.main import main; main()", "serve"]
    command += ["--scenario", scenario, "--bind", bind]
    command += ["--keys", str(keys)] if keys else []
    with child(command) as gateway:
        yield first_line(gateway).split(" at ")[1]


def _trip(channel: ns3_bridge.Transport) -> RoundTrip:
    own: NDArray[np.float32] = np.full_like(channel.actions["say"], 0.5)
    say, echo, exchange = channel.actions["say"], channel.observations["echo"], channel.exchange

    def round_trip() -> None:
        say[:] = own
        exchange()
        own[:] = echo

    return round_trip


def _median_us(round_trip: RoundTrip, trips: int) -> float:
    batches_us = []
    for batch in range(trips // _BATCH + 1):
        start_s = time.perf_counter()
        for _ in range(_BATCH):
            round_trip()
        if batch > 0:  # the first one warms up
            batches_us.append((time.perf_counter() - start_s) / _BATCH * 1e6)
    return float(np.median(batches_us))


def _ping_pong_us(size: int, trips: int) -> float:
    done = subprocess.run(
        [PROGRAMS / "shm-ping-pong", str(size), str(trips)],
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    return float(done.stdout)


def _ns3_ai_us(size: int, trips: int) -> float:
    action = np.full(size, 0.5, np.float32)
    with ns3_ai_way.running(size) as agent:  # only now: its simulation never stops spinning
        return _median_us(lambda: agent.exchange(action), trips)


def _table(medians_us: dict[str, dict[str, float | None]], rounds: int) -> Table:
    table = Table(title=f"Round trip of n float32 in µs, median of {rounds} interleaved rounds")
    table.add_column("")
    for size in SIZES:
        table.add_column(f"{size:,}", justify="right")
    for name, label in _LABELS.items():
        values = medians_us[f"{name}_us_p50"]
        table.add_row(label, *(_cell(values[str(size)]) for size in SIZES))
    return table


def _cell(median_us: float | None) -> str:
    return "not possible" if median_us is None else f"{median_us:.2f}"
