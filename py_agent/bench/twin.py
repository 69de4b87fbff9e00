# SPDX-License-Identifier: MIT
"""How much network the twin's rollouts simulate per second, beside ns-3."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

import ns3_scenarios
from ns3_bridge import InvalidSetting
from py_agent.driver import play
from py_agent.policies import Network, load_policy
from py_agent.view.measurement import Measurement

BATCHES = (1, 64, 1024, 4096, 16384)
_LARGEST_ALL = 4096  # every observation of more rollouts takes gigabytes
_NO_END = 10**9  # slots
_HELD, _RULE, _ALL = "shares held", "under the rule", "vector environment"
_CORES = "held, a thread per core"
_WAYS = (_HELD, _CORES, _RULE, _ALL)

Speeds: TypeAlias = Mapping[tuple[str, int], NDArray[np.float64]]


def measure(
    rounds: int = 5,
    slots: int = 25,
    n_bs: int = 3,
    n_ue: int = 20,
    policy: str = "strongest-equal",
    largest: int = BATCHES[-1],
    sizes: str = "3x60,7x40",
    scenario: str = "cellular",
) -> Measurement:
    """User-seconds that the twin simulates per second, by batch size, as multiples of ns-3.

    Everything runs on one core, in turns, `rounds` times; ratios are within a round, the median
    counts. Four ways: shares held from frame to frame, by one thread and by one per core; the rule
    asked in every slot; the vector environment, which makes every observation of every slot, for up
    to 4096.
    The first three step large batches block by block, as `simulate` does. Batches are of 1, 64,
    1024, 4096 and 16384 rollouts, up to `largest`. Then networks of other `sizes` (base stations x
    users, comma-separated) in batches of as many users in all. A `scenario` is a name, or the path
    of a program.
    """
    wanted = [_size(text) for text in sizes.split(",") if text]
    batches = [batch for batch in BATCHES if batch <= max(largest, 1)]
    speeds = _speeds(scenario, rounds, slots, n_bs, n_ue, policy, batches, _WAYS)
    measurement = _measurement(speeds, batches, n_bs, n_ue, policy)
    others: list[tuple[int, int, int, Speeds]] = [(n_bs, n_ue, batches[-1], speeds)]
    for other_bs, other_ue in wanted:
        batch = max(1, batches[-1] * n_ue // other_ue)
        ways = (_HELD, _RULE)
        found = _speeds(scenario, rounds, slots, other_bs, other_ue, policy, [batch], ways)
        others.append((other_bs, other_ue, batch, found))
    if len(others) > 1:
        table, by_size = _by_size(others)
        numbers = {**measurement.numbers, "sizes": by_size}
        return Measurement([*measurement.tables, table], numbers)
    return measurement


def _size(text: str) -> tuple[int, int]:
    n_bs, cross, n_ue = text.partition("x")
    if not (cross and n_bs.isdigit() and n_ue.isdigit() and int(n_bs) and int(n_ue)):
        raise InvalidSetting(f"sizes: {text!r} must look like 3x60, base stations x users")
    return int(n_bs), int(n_ue)


def _speeds(
    scenario: str,
    rounds: int,
    slots: int,
    n_bs: int,
    n_ue: int,
    policy: str,
    batches: Sequence[int],
    kinds: Sequence[str],
) -> Speeds:
    from py_agent.twin.environment.env import make_vector
    from py_agent.twin.environment.network import TwinNetwork

    settings = {"n_bs": n_bs, "n_ue": n_ue, "duration_s": 1000.0}
    network = TwinNetwork.of(settings, scenario=scenario)
    known = Network(network.schema.scenario, network.place.settings, network.schema)
    ways: dict[tuple[str, int], Callable[[int], object]] = {}
    with closing(ns3_scenarios.make(scenario, settings)) as env:
        ways["ns-3", 1] = _played(env, policy, known)
        for batch in batches:
            frame = network.place.settings["slots_per_frame"]
            cores = os.cpu_count() or 1
            for way, every, threads in ((_HELD, frame, 1), (_CORES, frame, cores), (_RULE, 1, 1)):
                if way in kinds:
                    ways[way, batch] = _rollouts(network, batch, policy, known, every, threads)
            if _ALL in kinds and batch <= _LARGEST_ALL:
                ways[_ALL, batch] = _played(
                    make_vector(batch, settings, scenario=scenario), policy, known
                )
        return _in_turns(ways, rounds, slots, n_ue * network.place.settings["slot_s"])


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


def _played(env: Any, name: str, known: Network) -> Callable[[int], object]:
    """One network of ns-3, or a vector environment."""
    policy = load_policy(name)
    policy.begin(known, seed=1)
    observation, _ = env.reset(seed=1)
    passing = play(env, policy, known, observation, _NO_END)

    def advance(slots: int) -> None:
        for _ in itertools.islice(passing, slots):
            pass

    return advance


def _rollouts(
    network: Any, batch: int, name: str, known: Network, every: int, threads: int
) -> Callable[[int], object]:
    from py_agent.twin.rollout.random_streams import spread_seeds
    from py_agent.twin.rollout.rollout import blocks

    rollout = network.rollout(batch, threads)
    rollout.start(spread_seeds(1, batch))
    of_blocks = [
        _block(rollout.part(rows), name, known, every) for rows in blocks(batch, rollout.n_ue)
    ]

    def advance(slots: int) -> None:
        for advance_block in of_blocks:
            advance_block(slots)

    return advance


def _block(rollout: Any, name: str, known: Network, every: int) -> Callable[[int], object]:
    """Rollouts under a policy that is asked for shares every so many slots."""
    from py_agent.twin.rollout.observation import Observer

    observer = Observer(known.schema, rollout)
    policy = load_policy(name)
    policy.begin(known, seed=1)
    action: dict[str, Any] = {}

    def advance(slots: int) -> None:
        while slots > 0:
            slot = int(rollout.state["slot"][0])
            observation = observer.lazily()
            if slot % rollout.slots_per_frame == 0 or not action:
                action.update(policy.decide_frame(observation))
            if slot % every == 0 or "compute_share" not in action:
                action.update(policy.decide_slot(observation))
            held = min(slots, every - slot % every)
            rollout.steps(action, held)
            slots -= held

    return advance


def _measurement(
    speeds: Speeds,
    batches: Sequence[int],
    n_bs: int,
    n_ue: int,
    policy: str,
) -> Measurement:
    ns3 = speeds["ns-3", 1]
    table = Table(
        title=f"{n_bs} BS × {n_ue} UE under {policy}, one core; ns-3: {np.median(ns3):.1f}"
        " user-seconds per second"
    )
    table.add_column("rollouts at once", justify="right")
    for way in _WAYS:
        table.add_column(way, justify="right")
        table.add_column("× ns-3", justify="right")
    numbers: dict[str, Any] = {"ns3_user_s_per_s": float(np.median(ns3)), "twin": []}
    for batch in batches:
        cells: list[str] = []
        for way in _WAYS:
            if (way, batch) not in speeds:
                cells += ["–", "–"]
                continue
            found = speeds[way, batch]
            ratio = float(np.median(found / ns3))
            numbers["twin"].append(
                {
                    "rollouts": batch,
                    "way": way,
                    "user_s_per_s": float(np.median(found)),
                    "ratio": ratio,
                    "ratio_quartiles": _quartiles(found / ns3),
                }
            )
            cells += [f"{np.median(found):,.0f}", f"{ratio:,.0f}"]
        table.add_row(f"{batch:,}", *cells)
    return Measurement([table], numbers)


def _by_size(sizes: Sequence[tuple[int, int, int, Speeds]]) -> tuple[Table, list[dict[str, Any]]]:
    table = Table(title="By size of the network, in large batches: multiples of ns-3")
    for column in ("BS × UE", "ns-3 (user-seconds/s)", "rollouts", _HELD, _RULE):
        table.add_column(column, justify="right")
    numbers: list[dict[str, Any]] = []
    for n_bs, n_ue, batch, speeds in sizes:
        ns3 = speeds["ns-3", 1]
        held, rule = (float(np.median(speeds[way, batch] / ns3)) for way in (_HELD, _RULE))
        ns3_speed = float(np.median(ns3))
        numbers.append(
            {"n_bs": n_bs, "n_ue": n_ue, "rollouts": batch, "ns3_user_s_per_s": ns3_speed}
            | {"ratio_held": held, "ratio_rule": rule}
        )
        table.add_row(
            f"{n_bs} × {n_ue}", f"{ns3_speed:.1f}", f"{batch:,}", f"{held:,.0f}", f"{rule:,.0f}"
        )
    return table, numbers


def _quartiles(values: NDArray[np.float64]) -> Sequence[float]:
    quartiles: list[float] = np.quantile(values, [0.25, 0.75]).tolist()
    return quartiles
