# SPDX-License-Identifier: MIT
"""What a branch and a warm reset cost, in time and memory, beside a cold reset."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

import ns3_scenarios
from ns3_bridge import Channel, ScenarioEnv
from py_agent.view.measurement import Measurement

SIZES = ((2, 6), (3, 20), (7, 40))  # base stations, users
SLOTS_IN_BRANCH = 15  # 0.3 s
ROWS = (
    ("cold reset", "cold_reset_ms", "ms"),
    ("warm reset", "warm_reset_ms", "ms"),
    ("branch", "branch_ms", "ms"),
    ("close a branch", "close_ms", "ms"),
    ("a slot, for comparison", "slot_ms", "ms"),
    ("memory of a simulator", "simulator_mb", "MB"),
    ("memory of a new branch", "new_branch_mb", "MB"),
    (f"memory of a branch after {SLOTS_IN_BRANCH} slots", "branch_mb", "MB"),
)


def measure(rounds: int = 30) -> Measurement:
    """Time of cold resets, warm resets and branches; memory of a branch.

    Medians over the rounds. Every round does all of them, so that noise hits all; a cold reset is
    measured in every tenth.
    """
    numbers = {
        f"{n_bs}x{n_ue}": _measure_size({"n_bs": n_bs, "n_ue": n_ue}, rounds)
        for n_bs, n_ue in SIZES
    }
    table = Table(title=f"cellular, median of {rounds} interleaved rounds")
    table.add_column("")
    for n_bs, n_ue in SIZES:
        table.add_column(f"{n_bs} BS × {n_ue} UE", justify="right")
    for label, name, unit in ROWS:
        table.add_row(label, *(f"{found[name]:.4g} {unit}" for found in numbers.values()))
    return Measurement([table], numbers)


def _measure_size(settings: dict[str, Any], rounds: int) -> dict[str, float]:
    cold = ns3_scenarios.make("cellular", settings)
    warm = ns3_scenarios.make("cellular", settings, warm_starts=1)
    times_ms: dict[str, list[float]] = {
        name: [] for name in ("cold_reset", "warm_reset", "branch", "close", "slot")
    }
    memory_mb = []
    warm.reset(seed=1)
    try:
        for i in range(rounds):
            if i % 10 == 0:
                times_ms["cold_reset"].append(_ms(cold.reset, seed=1))
            times_ms["warm_reset"].append(_ms(warm.reset, seed=1))
            action = _constant(warm)
            warm.step(action)
            start_s = time.perf_counter()
            (branch,) = warm.branch()
            times_ms["branch"].append(1e3 * (time.perf_counter() - start_s))
            new_mb = _private_mb(branch)
            for _ in range(SLOTS_IN_BRANCH):
                times_ms["slot"].append(_ms(branch.step, action))
            memory_mb.append((_resident_mb(cold), new_mb, _private_mb(branch)))
            times_ms["close"].append(_ms(branch.close))
    finally:
        cold.close()
        warm.close()
    found = {f"{name}_ms": float(np.median(values)) for name, values in times_ms.items()}
    simulator_mb, new_mb, branch_mb = np.median(memory_mb, axis=0).tolist()
    return {
        **found,
        "simulator_mb": simulator_mb,
        "new_branch_mb": new_mb,
        "branch_mb": branch_mb,
    }


def _ms(call: Callable[..., object], *arguments: Any, **options: Any) -> float:
    start_s = time.perf_counter()
    call(*arguments, **options)
    return 1e3 * (time.perf_counter() - start_s)


def _constant(env: ScenarioEnv) -> dict[str, Any]:
    serving_bs = env.channel.observations["serving_bs"]
    share = np.full(len(serving_bs), 1 / len(serving_bs), np.float32)
    return {
        "association": np.maximum(serving_bs, 0),
        "compute_share": share,
        "bandwidth_share": share,
    }


def _private_mb(env: ScenarioEnv) -> float:
    """Memory that the simulator shares with nobody."""
    return _kb(env, "smaps_rollup", "Private_Dirty:", "Private_Clean:") / 1024


def _resident_mb(env: ScenarioEnv) -> float:
    return _kb(env, "status", "VmRSS:") / 1024


def _kb(env: ScenarioEnv, file: str, *names: str) -> int:
    channel = env.channel
    assert isinstance(channel, Channel)
    lines = Path(f"/proc/{channel.process.pid}/{file}").read_text(encoding="utf-8").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(names))
