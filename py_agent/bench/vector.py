# SPDX-License-Identifier: MIT
"""What many simulators at once bring, in step and as they come, beside one after the other."""

from __future__ import annotations

import os
import time
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.table import Table

import ns3_scenarios
from ns3_bridge import LocalHost, ScenarioEnv, ScenarioPool, ScenarioVectorEnv
from py_agent.view.measurement import Measurement

_SEED = 1


def measure(
    num_envs: Annotated[int, typer.Option(min=1, help="Environments at once.")] = 2,
    rounds: Annotated[int, typer.Option(min=1, help="Interleaved rounds.")] = 9,
    seconds: Annotated[float, typer.Option(min=0.1, help="Simulated, per episode.")] = 2.0,
    n_ue: Annotated[int, typer.Option(min=1, help="Users.")] = 20,
) -> Measurement:
    """Steps per second of N cellular simulators in a vector environment beside one environment.

    Every round simulates the same N episodes three times: one after the other in a single
    environment, at once in a native vector environment, and in a pool that steps whichever is ready
    until the first of them ends. Only the steps are timed. No ratio can pass the number of cores
    that are free: the load of the machine before the start is printed beside it. "Slower of N" is
    what a lockstep of N could reach that costs nothing but to wait for the slowest in each slot,
    from the slots of the single environment.
    """
    load = os.getloadavg()[0]
    cores = len(os.sched_getaffinity(0))
    settings = {"n_ue": n_ue, "duration_s": seconds}
    host = LocalHost(ns3_scenarios.program("cellular"), settings)
    one = ScenarioEnv(host)
    many = ScenarioVectorEnv(host, num_envs)
    pool = ScenarioPool(host, num_envs, 1)
    samples = []
    try:
        for _ in range(rounds):
            slots_s = _slots_s(one, num_envs)
            one_hz = slots_s.size / slots_s.sum()
            slower_of_n = slots_s.sum() / slots_s.max(axis=0).sum()
            samples.append((one_hz, _in_step_hz(many), _as_they_come_hz(pool), slower_of_n))
    finally:
        pool.close()
        many.close()
        one.close()
    hz = np.array(samples)[:, :3]
    ratios = np.array(samples)[:, 1:]
    ratios[:, :2] /= hz[:, :1]
    one_hz, vector_hz, pool_hz = np.median(hz, axis=0)
    low, (ratio, pool_ratio, bound), high = np.percentile(ratios, [25, 50, 75], axis=0)
    table = Table(
        title=f"cellular, {n_ue} users: {slots_s.size} steps in each of {rounds} interleaved rounds"
    )
    for column in ("", "steps/s", "ratio", "quartiles of it"):
        table.add_column(column, justify="right", no_wrap=True)
    quartiles = [f"{a:.2f} … {b:.2f}" for a, b in zip(low, high, strict=True)]
    table.add_row("one environment", f"{one_hz:.0f}", "1", "")
    table.add_row(f"native vector of {num_envs}", f"{vector_hz:.0f}", f"{ratio:.2f}", quartiles[0])
    table.add_row(f"slower of {num_envs}", "", f"{bound:.2f}", quartiles[2])
    table.add_row(
        f"pool of {num_envs}, one at a time",
        f"{pool_hz:.0f}",
        f"{pool_ratio:.2f}",
        quartiles[1],
    )
    table.caption = f"{cores} cores; load average before the start: {load:.1f}"
    return Measurement(
        [table],
        {
            "num_envs": num_envs,
            "one_steps_per_s": round(float(one_hz), 1),
            "vector_steps_per_s": round(float(vector_hz), 1),
            "pool_steps_per_s": round(float(pool_hz), 1),
            "ratio": round(float(ratio), 3),
            "ratio_quartiles": np.round([low[0], high[0]], 3).tolist(),
            "slower_of_n_ratio": round(float(bound), 3),
            "pool_ratio": round(float(pool_ratio), 3),
            "pool_ratio_quartiles": np.round([low[1], high[1]], 3).tolist(),
            "cores": cores,
            "load_average": round(load, 2),
        },
    )


def _slots_s(env: ScenarioEnv, episodes: int) -> NDArray[np.float64]:
    """Duration of every step, ``[episodes, slots]``."""
    slots_s = []
    for seed in range(_SEED, _SEED + episodes):
        observation, _ = env.reset(seed=seed)
        action = _stay_and_share(observation)
        is_over = False
        ends_s = [time.perf_counter()]
        while not is_over:
            _, _, _, is_over, _ = env.step(action)
            ends_s.append(time.perf_counter())
        slots_s.append(np.diff(ends_s))
    return np.array(slots_s)


def _in_step_hz(envs: ScenarioVectorEnv) -> float:
    observations, _ = envs.reset(seed=_SEED)
    actions = _stay_and_share(observations)
    are_over = np.zeros(envs.num_envs, np.bool_)
    start_s = time.perf_counter()
    steps = 0
    while not are_over.any():
        _, _, _, are_over, _ = envs.step(actions)
        steps += envs.num_envs
    return steps / (time.perf_counter() - start_s)


def _as_they_come_hz(pool: ScenarioPool) -> float:
    pool.async_reset(seed=_SEED)
    first = [pool.recv() for _ in range(pool.num_envs)]
    start_s = time.perf_counter()
    for observations, *_, infos in first:
        pool.send(_stay_and_share(observations), infos["env_id"])
    steps = 0
    is_over = False
    while not is_over:
        observations, _, _, (is_over,), infos = pool.recv()
        steps += 1
        pool.send(_stay_and_share(observations), infos["env_id"])
    return steps / (time.perf_counter() - start_s)


def _stay_and_share(observation: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Nobody moves, all get the same share; of one environment or of many."""
    serving = observation["serving_bs"]
    share = np.full(serving.shape, 1 / serving.shape[-1], np.float32)
    return {
        "association": np.maximum(serving, 0),
        "compute_share": share,
        "bandwidth_share": share,
    }
