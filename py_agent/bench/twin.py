# SPDX-License-Identifier: MIT
"""How much network the twin's futures simulate per second, beside ns-3."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

import ns3_scenarios
from py_agent.bench.report import Report
from py_agent.policies import Network, load_policy

BATCHES = (1, 64, 1024, 4096)
_HELD, _RULE, _ALL = "shares held", "under the rule", "vector environment"


def measure(
    rounds: int = 5,
    slots: int = 25,
    n_bs: int = 3,
    n_ue: int = 20,
    policy: str = "max-rsrp-equal",
    largest: int = BATCHES[-1],
) -> Report:
    """User-seconds that the twin simulates per second, by batch size, as multiples of ns-3.

    Everything runs on one core, in turns, `rounds` times; ratios are within a round, the median
    counts. Three ways: shares held from frame to frame; the rule asked in every slot, for all
    futures at once; the vector environment, which makes every observation of every slot. Batches
    are of 1, 64, 1024 and 4096 futures, up to `largest`.
    """
    import torch  # an extra

    from py_agent.twin.env import make_vector
    from py_agent.twin.network import TwinNetwork

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    settings = {"n_bs": n_bs, "n_ue": n_ue, "duration_s": 1000.0}
    network = TwinNetwork.of({**settings, "duration_s": 60.0})
    known = Network("cellular", network.place.settings, network.schema)
    ways: dict[tuple[str, int], Callable[[int], object]] = {}
    env = ns3_scenarios.make("cellular", settings)
    try:
        ways["ns-3", 1] = _scenario(env, policy, known)
        batches = [batch for batch in BATCHES if batch <= max(largest, 1)]
        for batch in batches:
            for way, every in ((_HELD, network.place.settings["slots_per_frame"]), (_RULE, 1)):
                ways[way, batch] = _futures(network, batch, policy, known, every)
            envs = make_vector(batch, {**settings, "duration_s": 60.0})
            ways[_ALL, batch] = _vector(envs, policy, known)
        speeds = _in_turns(ways, rounds, slots, n_ue * network.place.settings["slot_s"])
    finally:
        env.close()
        torch.set_num_threads(threads)
    return _report(speeds, batches, n_bs, n_ue, policy)


def _in_turns(
    ways: Mapping[tuple[str, int], Callable[[int], object]],
    rounds: int,
    slots: int,
    user_s_per_slot: float,
) -> dict[tuple[str, int], NDArray[np.float64]]:
    """User-seconds per second, ``[rounds]`` each; the first round only warms up."""
    speeds: dict[tuple[str, int], list[float]] = {way: [] for way in ways}
    for _ in range(rounds + 1):
        for (way, batch), advance in ways.items():
            start_s = time.perf_counter()
            advance(slots)
            elapsed_s = time.perf_counter() - start_s
            speeds[way, batch].append(batch * slots * user_s_per_slot / elapsed_s)
    return {way: np.array(values[1:]) for way, values in speeds.items()}


def _scenario(env: Any, name: str, known: Network) -> Callable[[int], object]:
    policy = load_policy(name)
    policy.begin(known, seed=1)
    observation, _ = env.reset(seed=1)
    frame: dict[str, Any] = {}

    def advance(slots: int) -> None:
        nonlocal observation
        for _ in range(slots):
            if observation["slot_in_frame"][0] == 0 or not frame:
                frame.update(policy.decide_frame(observation))
            observation, *_ = env.step({**frame, **policy.decide_slot(observation)})

    return advance


def _futures(
    network: Any, batch: int, name: str, known: Network, every: int
) -> Callable[[int], object]:
    import torch

    from py_agent.twin.rollout.observation import Observer
    from py_agent.twin.rollout.random_streams import spread_seeds

    rollout = network.rollout(batch)
    rollout.start(spread_seeds(1, batch, rollout.device))
    observer = Observer(network.schema, rollout)
    policy = load_policy(name)
    policy.begin(known, seed=1)
    action: dict[str, Any] = {}

    def decide(method: Callable[[Any], Mapping[str, Any]]) -> None:
        decided = method(observer.lazily())
        action.update({field: torch.as_tensor(value) for field, value in decided.items()})

    def advance(slots: int) -> None:
        for _ in range(slots):
            slot = int(rollout.state.slot[0])
            if slot % rollout.slots_per_frame == 0 or not action:
                decide(policy.decide_frame)
            if slot % every == 0 or "compute_share" not in action:
                decide(policy.decide_slot)
            rollout.step(action)

    return advance


def _vector(envs: Any, name: str, known: Network) -> Callable[[int], object]:
    policy = load_policy(name)
    policy.begin(known, seed=1)
    observations, _ = envs.reset(seed=1)
    frame: dict[str, Any] = {}

    def advance(slots: int) -> None:
        nonlocal observations
        for _ in range(slots):
            if observations["slot_in_frame"][0, 0] == 0 or not frame:
                frame.update(policy.decide_frame(observations))
            observations, *_ = envs.step({**frame, **policy.decide_slot(observations)})

    return advance


def _report(
    speeds: Mapping[tuple[str, int], NDArray[np.float64]],
    batches: Sequence[int],
    n_bs: int,
    n_ue: int,
    policy: str,
) -> Report:
    ns3 = speeds["ns-3", 1]
    table = Table(
        title=f"{n_bs} BS × {n_ue} UE under {policy}, one core; ns-3: {np.median(ns3):.1f}"
        " user-seconds per second"
    )
    table.add_column("futures at once", justify="right")
    for way in (_HELD, _RULE, _ALL):
        table.add_column(way, justify="right")
        table.add_column("× ns-3", justify="right")
    numbers: dict[str, Any] = {"ns3_user_s_per_s": float(np.median(ns3)), "twin": []}
    for batch in batches:
        cells: list[str] = []
        for way in (_HELD, _RULE, _ALL):
            found = speeds[way, batch]
            ratio = float(np.median(found / ns3))
            numbers["twin"].append(
                {
                    "futures": batch,
                    "way": way,
                    "user_s_per_s": float(np.median(found)),
                    "ratio": ratio,
                    "ratio_quartiles": _quartiles(found / ns3),
                }
            )
            cells += [f"{np.median(found):,.0f}", f"{ratio:,.0f}"]
        table.add_row(f"{batch:,}", *cells)
    return Report([table], numbers)


def _quartiles(values: NDArray[np.float64]) -> Sequence[float]:
    quartiles: list[float] = np.quantile(values, [0.25, 0.75]).tolist()
    return quartiles
