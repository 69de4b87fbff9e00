# SPDX-License-Identifier: MIT
"""What the bridge costs a real scenario: with an agent beside alone with its default actions."""

from __future__ import annotations

import subprocess
import time

import numpy as np
from rich.table import Table

import ns3_scenarios
from ns3_bridge import Channel, ScenarioEnv
from ns3_bridge._native import Status

ROUNDS = 15  # interleaved: every round measures all, so that noise hits all
SETTINGS = {"duration_s": 4.0}


def measure() -> Table:
    """Wall time with and without an agent, start and end of the processes included."""
    env = ns3_scenarios.make("cellular", SETTINGS)
    command = [ns3_scenarios.program("cellular"), "--RngRun=1"]
    command += [f"--{name}={value}" for name, value in SETTINGS.items()]
    rounds = np.array(
        [(_alone_s(command), _channel_s(command), _environment_s(env)) for _ in range(ROUNDS)]
    )
    table = Table(
        title=f"cellular, 3 BS × 20 UE, {SETTINGS['duration_s']:g} s in slots of 20 ms, "
        f"constant actions, {ROUNDS} interleaved rounds"
    )
    for column in ("", "median", "ratio", "quartiles of it"):
        table.add_column(column, justify="right", no_wrap=True)
    labels = ("alone, actions in C++", "bridge: channel", "bridge: Gymnasium environment")
    for label, times_s in zip(labels, rounds.T, strict=True):
        ratio = times_s / rounds[:, 0]
        table.add_row(
            label,
            f"{np.median(times_s):.3f} s",
            f"{np.median(ratio):.3f}",
            f"{np.percentile(ratio, 25):.3f} … {np.percentile(ratio, 75):.3f}",
        )
    return table


def _alone_s(command: list[str]) -> float:
    start_s = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - start_s


def _channel_s(command: list[str]) -> float:
    # The simulator presets every action with its default: an agent that writes nothing agrees.
    start_s = time.perf_counter()
    channel = Channel(command)
    while channel.exchange() == Status.RUNNING:
        pass
    channel.close()
    return time.perf_counter() - start_s


def _environment_s(env: ScenarioEnv) -> float:
    start_s = time.perf_counter()
    observation, _ = env.reset(seed=1)
    share = np.full(len(observation["serving_bs"]), 1 / len(observation["serving_bs"]), np.float32)
    action = {
        "association": np.maximum(observation["serving_bs"], 0),
        "compute_share": share,
        "bandwidth_share": share,
    }
    truncated = False
    while not truncated:
        _, _, _, truncated, _ = env.step(action)
    env.close()
    return time.perf_counter() - start_s
