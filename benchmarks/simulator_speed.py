# SPDX-License-Identifier: MIT
"""Speed of the simulations, switch by switch, beside plain ns-3.

Plain ns-3 is the same scenario with ns-3's event list and the C library's malloc; of `cellular`
with ns-3's proportional fair MAC scheduler and error model, too. Gains are ratios of the
simulator's processor time within a round: other programs disturb them less than time on the wall.
The observations of each run are hashed, so that "the same bits" is measured, too.
"""

from __future__ import annotations

import hashlib
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rich.progress import track
from rich.table import Table

import ns3_scenarios
from ns3_bridge import Channel
from ns3_bridge._native import Status

USERS = (10, 20, 40, 80)
WIFI_USERS = (10, 20, 40)
BASE_STATIONS = (1, 3, 7)
WARMUP_S = 0.5
USER_CELL_SECONDS = 120  # of each run: small networks are simulated for longer
LONGEST_S = 3.0
SIZE_ROUNDS = 3  # interleaved: every round measures all, so that noise hits all
SETTING_ROUNDS = 5


@dataclass(frozen=True)
class Variant:
    """One way to run the scenario: settings of the program, its allocator, another build of it."""

    label: str
    settings: dict[str, str] = field(default_factory=dict)
    allocator: str = "pool"
    scenario: str = "cellular"
    program: Path | None = None


PF = {"radio.scheduler": "pf"}
PLAIN_ERROR_MODEL = {"speed.error_model": "ns3"}
PLAIN_EVENTS = {"SchedulerType": "ns3::MapScheduler"}
PLAIN = Variant("plain ns-3", PF | PLAIN_ERROR_MODEL | PLAIN_EVENTS, allocator="system")
SHIPPED = Variant("as shipped")  # all, and the MAC scheduler that takes the agent's shares
SWITCHES = (
    PLAIN,
    Variant("allocator", PF | PLAIN_ERROR_MODEL | PLAIN_EVENTS),
    Variant("searches", PF | PLAIN_EVENTS, allocator="system"),
    Variant("event list", PF | PLAIN_ERROR_MODEL, allocator="system"),
    Variant("all", PF),
    SHIPPED,
)
WIFI_SWITCHES = (
    Variant("plain ns-3", PLAIN_EVENTS, allocator="system", scenario="wifi"),
    Variant("allocator", PLAIN_EVENTS, scenario="wifi"),
    Variant("event list", allocator="system", scenario="wifi"),
    Variant("as shipped", scenario="wifi"),
)
SETTINGS = (
    SHIPPED,
    *(
        Variant(f"{name}={value}", {name: value})
        for name, value in (
            ("ns3::LteAmc::AmcModel", "PiroEW2010"),
            ("ns3::LteSpectrumPhy::CtrlErrorModelEnabled", "false"),
            ("ns3::LteUePhy::EnableUplinkPowerControl", "false"),
            ("radio.bandwidth_rb", "15"),
            ("SchedulerType", "ns3::MapScheduler"),
            ("SchedulerType", "ns3::HeapScheduler"),
            ("SchedulerType", "ns3::CalendarScheduler"),
            ("SchedulerType", "ns3::PriorityQueueScheduler"),
        )
    ),
)


class Run(NamedTuple):
    """What one run took, and the hash of all it observed."""

    cpu_s: float
    wall_s: float
    observations: str


def measure() -> tuple[Table, Table, Table]:
    """By size of the network and switch; then what other settings bring."""
    return (
        _sizes("cellular", SWITCHES, USERS),
        _sizes("wifi", WIFI_SWITCHES, WIFI_USERS),
        _settings(),
    )


def _sizes(scenario: str, switches: Sequence[Variant], users: Sequence[int]) -> Table:
    title = f"{scenario} against plain ns-3, medians of {SIZE_ROUNDS} interleaved rounds"
    table = Table(title=title)
    table.add_column("BS × UE", justify="right", no_wrap=True)
    for label in ("plain ns-3", "as shipped"):
        table.add_column(f"{label}: simulated s per s", justify="right")
    for variant in switches[1:]:
        table.add_column(f"{variant.label}: gain", justify="right")
    sizes = [(n_bs, n_ue) for n_bs in BASE_STATIONS for n_ue in users]
    for n_bs, n_ue in track(sizes, "simulator speed", transient=True):
        duration_s = min(LONGEST_S, max(0.4, USER_CELL_SECONDS / (n_bs * n_ue)))
        runs = interleaved(switches, SIZE_ROUNDS, n_bs, n_ue, duration_s)
        simulated_s = WARMUP_S + duration_s
        speeds = (simulated_s / np.median([run.wall_s for run in runs[i]]) for i in (0, -1))
        table.add_row(
            f"{n_bs} × {n_ue}",
            *(f"{speed:.2f}" for speed in speeds),
            *(gain(own, runs[0]) for own in runs[1:]),
        )
    table.caption = "gain: processor time of plain ns-3 / own; * not the same bits"
    return table


def _settings() -> Table:
    table = Table(title=f"cellular, 3 BS × 20 UE: settings, {SETTING_ROUNDS} interleaved rounds")
    table.add_column("as shipped, and")
    table.add_column("gain", justify="right")
    runs = interleaved(SETTINGS, SETTING_ROUNDS, 3, 20, LONGEST_S)
    for variant, own in zip(SETTINGS[1:], runs[1:], strict=True):
        table.add_row(variant.label, gain(own, runs[0]))
    table.caption = "gain: processor time as shipped / own; * not the same bits"
    return table


def gain(own: Sequence[Run], reference: Sequence[Run]) -> str:
    """How many times less processor time, the median over rounds; ``*``: not the same bits."""
    ratio = np.median([r.cpu_s / o.cpu_s for o, r in zip(own, reference, strict=True)])
    return f"{ratio:.2f}" + ("" if own[0].observations == reference[0].observations else "*")


def interleaved(
    variants: Sequence[Variant], rounds: int, n_bs: int, n_ue: int, duration_s: float
) -> list[list[Run]]:
    """Runs by variant and round."""
    by_round = [
        [_run(variant, n_bs, n_ue, duration_s) for variant in variants] for _ in range(rounds)
    ]
    return [list(runs) for runs in zip(*by_round, strict=True)]


def _run(variant: Variant, n_bs: int, n_ue: int, duration_s: float) -> Run:
    size = {"n_bs": n_bs, "n_ue": n_ue, "warmup_s": WARMUP_S, "duration_s": duration_s}
    command = [
        "/usr/bin/env",
        f"NS3_TWIN_ALLOCATOR={variant.allocator}",
        variant.program or ns3_scenarios.program(variant.scenario),
        "--RngRun=1",
        *(f"--{name}={value}" for name, value in {**size, **variant.settings}.items()),
    ]
    observed = hashlib.blake2b()
    start_s, start_cpu_s = time.perf_counter(), _children_cpu_s()
    channel = Channel(command)
    running = True
    while running:  # an agent that writes nothing agrees with the default actions
        for values in channel.observations.values():
            observed.update(values)
        running = channel.exchange() == Status.RUNNING
    channel.close()
    return Run(_children_cpu_s() - start_cpu_s, time.perf_counter() - start_s, observed.hexdigest())


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
