# SPDX-License-Identifier: MIT
"""What the native vector environment brings: N simulators at once beside one after the other."""

from __future__ import annotations

import os
import time
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.table import Table

import ns3_scenarios
from ns3_bridge import LocalHost, ScenarioEnv, ScenarioVectorEnv
from py_agent.bench.report import Report

_SEED = 1


def measure(
    num_envs: Annotated[int, typer.Option(min=1, help="Environments at once.")] = 2,
    rounds: Annotated[int, typer.Option(min=1, help="Interleaved rounds.")] = 9,
    seconds: Annotated[float, typer.Option(min=0.1, help="Simulated, per episode.")] = 2.0,
    n_ue: Annotated[int, typer.Option(min=1, help="Users.")] = 20,
) -> Report:
    """Steps per second of N cellular simulators in a vector environment beside one environment.

    Every round simulates the same N episodes twice: at once in a native vector environment, and one
    after the other in a single one; only the steps are timed. The ratio cannot pass the number of
    cores that are free: the load of the machine before the start is printed beside it.
    """
    load = os.getloadavg()[0]
    cores = len(os.sched_getaffinity(0))
    settings = {"n_ue": n_ue, "duration_s": seconds}
    host = LocalHost(ns3_scenarios.program("cellular"), settings)
    one = ScenarioEnv(host)
    many = ScenarioVectorEnv(host, num_envs)
    try:
        times_s = np.array(
            [(_one_by_one_s(one, num_envs), _at_once_s(many)) for _ in range(rounds)]
        )
    finally:
        many.close()
        one.close()
    steps = num_envs * round(seconds / host.settings.model_dump()["slot_s"])
    one_hz, many_hz = np.median(steps / times_s, axis=0)
    low, ratio, high = np.percentile(times_s[:, 0] / times_s[:, 1], [25, 50, 75])
    table = Table(
        title=f"cellular, {n_ue} users: {steps} steps in each of {rounds} interleaved rounds"
    )
    for column in ("", "steps/s", "ratio", "quartiles of it"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_row("one environment", f"{one_hz:.0f}", "1", "")
    table.add_row(
        f"native vector of {num_envs}", f"{many_hz:.0f}", f"{ratio:.2f}", f"{low:.2f} … {high:.2f}"
    )
    table.caption = f"{cores} cores; load average before the start: {load:.1f}"
    return Report(
        [table],
        {
            "num_envs": num_envs,
            "one_steps_per_s": round(float(one_hz), 1),
            "vector_steps_per_s": round(float(many_hz), 1),
            "ratio": round(float(ratio), 3),
            "ratio_quartiles": [round(float(low), 3), round(float(high), 3)],
            "cores": cores,
            "load_average": round(load, 2),
        },
    )


def _one_by_one_s(env: ScenarioEnv, episodes: int) -> float:
    elapsed_s = 0.0
    for seed in range(_SEED, _SEED + episodes):
        observation, _ = env.reset(seed=seed)
        action = _stay_and_share(observation)
        is_over = False
        start_s = time.perf_counter()
        while not is_over:
            _, _, _, is_over, _ = env.step(action)
        elapsed_s += time.perf_counter() - start_s
    return elapsed_s


def _at_once_s(envs: ScenarioVectorEnv) -> float:
    observations, _ = envs.reset(seed=_SEED)
    actions = _stay_and_share(observations)
    are_over = np.zeros(envs.num_envs, np.bool_)
    start_s = time.perf_counter()
    while not are_over.any():
        _, _, _, are_over, _ = envs.step(actions)
    return time.perf_counter() - start_s


def _stay_and_share(observation: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Nobody moves, all get the same share; of one environment or of many."""
    serving = observation["serving_bs"]
    share = np.full(serving.shape, 1 / serving.shape[-1], np.float32)
    return {
        "association": np.maximum(serving, 0),
        "compute_share": share,
        "bandwidth_share": share,
    }
