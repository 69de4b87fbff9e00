# SPDX-License-Identifier: MIT
"""What the bridge costs a real scenario: with an agent beside alone with its default actions."""

from __future__ import annotations

import subprocess
import time

import numpy as np
from rich.table import Table

import ns3_scenarios
from ns3_bridge import ScenarioEnv

ROUNDS = 9  # interleaved
DURATION_S = 5.0


def measure() -> Table:
    """Wall and CPU time of both, and the ratio per round."""
    env = ns3_scenarios.make("cellular", {"duration_s": DURATION_S})
    rounds = np.array([(_alone_s(), _with_agent_s(env)) for _ in range(ROUNDS)])
    env.close()
    ratio = rounds[:, 1] / rounds[:, 0]
    table = Table(
        title=f"cellular, 3 BS × 20 UE, {DURATION_S:g} s in slots of 20 ms, {ROUNDS} rounds"
    )
    for column in (
        "alone (C++ default actions)",
        "with a Python agent",
        "ratio: median",
        "quartiles",
    ):
        table.add_column(column, justify="right")
    table.add_row(
        f"{np.median(rounds[:, 0]):.3f} s",
        f"{np.median(rounds[:, 1]):.3f} s",
        f"{np.median(ratio):.4f}",
        f"{np.percentile(ratio, 25):.4f} … {np.percentile(ratio, 75):.4f}",
    )
    return table


def _alone_s() -> float:
    command = [ns3_scenarios.program("cellular"), f"--duration_s={DURATION_S}", "--RngRun=1"]
    start_s = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - start_s


def _with_agent_s(env: ScenarioEnv) -> float:
    start_s = time.perf_counter()
    observation, _ = env.reset(seed=1)
    start = np.maximum(observation["serving_bs"], 0)
    share = np.full(len(start), 1 / len(start), np.float32)
    truncated = False
    while not truncated:
        # The default action of the scenario: everybody stays, equal shares.
        action = {"association": start, "compute_share": share, "bandwidth_share": share}
        _, _, _, truncated, _ = env.step(action)
    env.close()
    return time.perf_counter() - start_s
