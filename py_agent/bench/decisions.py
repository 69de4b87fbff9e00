# SPDX-License-Identifier: MIT
"""What a decision costs where a simulation asks at every event, over this bridge and others."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.table import Table

import ns3_scenarios
from ns3_bridge import Channel, Transport
from ns3_bridge._native import Status
from ns3_bridge.testing import echo_command
from py_agent.bench import ns3_ai_way, ns3_gym_way
from py_agent.view.measurement import Measurement

_LABELS = {
    "ours": "this bridge",
    "ns3_ai_way": "as ns3-ai (stand-in)",
    "ns3_gym_way": "as ns3-gym (stand-in)",
}
_ALONE = "alone"  # over this bridge, and nothing else
_WINDOW_PACKETS = 80.0  # somewhat more than fits on the way: the link is always busy
_SETTINGS = {"n_flows": 1, "flows": {"start_spread_s": 0}, "ask": {"every": "acknowledgement"}}
_UNLIMITED = 2**30  # slots of the echo

Values = NDArray[np.float32]
Exchange = Callable[[Values], object]


@dataclasses.dataclass(frozen=True)
class _Episode:
    decisions: int
    us_per_decision: float  # median
    mean_us: float
    simulated_s: float
    wall_s: float


def measure(
    rounds: Annotated[int, typer.Option(min=1, help="Interleaved rounds.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.2, help="Simulated, per round and way.")] = 5.0,
) -> Measurement:
    """Decisions of a TCP flow at every acknowledgement: this bridge, ways of ns3-ai and ns3-gym.

    All ways exchange what the scenario tcp (one flow, 20 Mbit/s) observes, between -1 and 1, at the
    moments at which it does, with a simulation that echoes it; so between two exchanges a process
    waits for as long as it would in the program itself. One way at a time is measured, as that of
    ns3-ai never stops spinning: an episode each, in every round. Per decision: the median over an
    episode, then over the rounds. Simulated seconds per second are of the whole program: measured
    for this bridge, which also carries the values of the others; of their time its exchanges are
    taken away. ns3-gym's stand-in is Python on both ends.
    """
    found: dict[str, list[_Episode]] = {name: [] for name in (_ALONE, *_LABELS)}
    size = _size()
    for _ in range(rounds):
        found[_ALONE].append(_play(seconds, None))
        for name in _LABELS:
            with _way(name, size) as exchange:
                found[name].append(_play(seconds, exchange))
    us = {n: float(np.median([e.us_per_decision for e in found[n]])) for n in _LABELS}
    speed = {n: float(np.median(_speeds(found, n))) for n in _LABELS}
    numbers = {
        "decisions_per_simulated_s": found[_ALONE][0].decisions / found[_ALONE][0].simulated_s,
        "us_per_decision": {name: round(value, 3) for name, value in us.items()},
        "times_ours": {name: round(value / us["ours"], 2) for name, value in us.items()},
        "simulated_s_per_s": {name: round(value, 3) for name, value in speed.items()},
        "our_speed_over": {n: round(speed["ours"] / value, 3) for n, value in speed.items()},
    }
    return Measurement([_table(numbers, rounds)], numbers)


@contextlib.contextmanager
def _way(name: str, size: int) -> Iterator[Exchange]:
    if name == "ns3_ai_way":
        with ns3_ai_way.running(size) as ai:
            yield ai.exchange
    elif name == "ns3_gym_way":
        with ns3_gym_way.running(size) as gym:
            yield gym.exchange
    else:
        with contextlib.closing(Channel(echo_command(size, _UNLIMITED))) as channel:
            yield _trip(channel)


def _trip(channel: Transport) -> Exchange:
    say, echo = channel.actions["say"], channel.observations["echo"]

    def exchange(values: Values) -> Values:
        say[:] = values
        channel.exchange()
        return echo.copy()

    return exchange


def _size() -> int:
    """Numbers that are observed, as float32."""
    with contextlib.closing(ns3_scenarios.make("tcp", _SETTINGS)) as env:
        return sum(int(np.prod(field.shape)) for field in env.schema.observations)


def _play(seconds: float, exchange: Exchange | None) -> _Episode:
    """An episode; what is observed goes through `exchange`, too, and that is timed."""
    env = ns3_scenarios.make("tcp", {**_SETTINGS, "duration_s": seconds})
    with contextlib.closing(env):
        _, begun = env.reset(seed=1)
        channel = env.channel
        observed = list(channel.observations.values())
        channel.actions["controller"][:] = 0
        channel.actions["window_packets"][:] = _WINDOW_PACKETS
        times_s: list[float] = []
        start_s = time.perf_counter()
        while channel.exchange() is Status.RUNNING:
            if exchange is not None:
                values = np.concatenate(observed, dtype=np.float32, casting="unsafe").clip(-1, 1)
                before_s = time.perf_counter()
                exchange(values)
                times_s.append(time.perf_counter() - before_s)
        wall_s = time.perf_counter() - start_s
        us = 1e6 * np.array(times_s or [0.0])
        return _Episode(
            *(channel.slot, float(np.median(us)), float(us.mean())),
            *(channel.time_s - begun["time_s"], wall_s),
        )


def _speeds(found: dict[str, list[_Episode]], name: str) -> list[float]:
    """Simulated seconds per second of the program over one way, in each round."""
    if name == "ours":
        return [episode.simulated_s / episode.wall_s for episode in found[_ALONE]]
    speeds = []
    for episode, ours in zip(found[name], found["ours"], strict=True):
        without_ours_s = episode.wall_s - 1e-6 * episode.decisions * ours.mean_us
        its_own_s = 1e-6 * episode.decisions * episode.mean_us
        # The program took no less than its exchanges, whatever else the machine was busy with.
        speeds.append(episode.simulated_s / max(without_ours_s, its_own_s))
    return speeds


def _table(numbers: dict[str, Any], rounds: int) -> Table:
    per_s = numbers["decisions_per_simulated_s"]
    table = Table(
        title=f"{per_s:.0f} decisions per simulated second, median of {rounds} interleaved rounds"
    )
    columns = {
        "us_per_decision": "µs per decision",
        "times_ours": "times ours",
        "simulated_s_per_s": "simulated s per s",
        "our_speed_over": "our speed over it",
    }
    for title in ("", *columns.values()):
        table.add_column(title, justify="right" if title else "left")
    for name, label in _LABELS.items():
        table.add_row(label, *(f"{numbers[column][name]:.3g}" for column in columns))
    return table
