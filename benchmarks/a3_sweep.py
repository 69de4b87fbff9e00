# SPDX-License-Identifier: MIT
"""Which offset and time to trigger event A3 does best with, on ns-3, under the shares of `fill`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from rich.table import Table

import ns3_scenarios
from py_agent.contract import Network
from py_agent.driver import play
from py_agent.policies.association import AssociationRule, LoadBalancing, Strongest
from py_agent.policies.event_a3 import EventA3
from py_agent.policies.fill import FillPolicy

SETTINGS = {
    **{"n_ue": 12, "duration_s": 15.0, "traffic": {"rate_hz": 1.5}},
    **{"compute": {"mode": "quota"}, "radio": {"bandwidth_mode": "quota"}},
}
SEEDS = (8001, 8002, 8003)  # no comparison and no agent has these
# The event is entered by offset + hysteresis, and left by their difference.
OFFSETS_DB = (1.0, 2.0, 3.0)
HYSTERESES_DB = (0.0, 1.0)
TRIGGERS_S = (0.04, 0.16, 0.48)  # TR 36.839 compares offsets of −1 to 3 dB, 0.04 to 0.48 s


def measure() -> Table:
    """Tasks in the system, mean over users, time and seeds; beside rules without an event."""
    table = Table(title=f"event A3 on ns-3, {len(SEEDS)} seeds × {SETTINGS['duration_s']:g} s")
    for column in ("association", "tasks per user", "handovers per user and minute"):
        table.add_column(column)
    found = {name: _run_all(make) for name, make in _rules()}
    for name, (tasks, handovers) in sorted(found.items(), key=lambda item: item[1]):
        table.add_row(name, f"{tasks:.3f}", f"{handovers:.2f}")
    return table


def _rules() -> Iterator[tuple[str, type[AssociationRule] | EventA3]]:
    yield "strongest", Strongest
    yield "load", LoadBalancing
    for offset_db, hysteresis_db, trigger_s in itertools.product(
        OFFSETS_DB, HYSTERESES_DB, TRIGGERS_S
    ):
        name = f"a3, offset {offset_db:g} dB, hysteresis {hysteresis_db:g} dB, {trigger_s:g} s"
        yield name, EventA3(offset_db, hysteresis_db, trigger_s)


def _run_all(make: type[AssociationRule] | EventA3) -> tuple[float, float]:
    runs = [_run(make() if isinstance(make, type) else make, seed) for seed in SEEDS]
    tasks, handovers = np.mean(runs, axis=0)
    return float(tasks), float(handovers)


def _run(association: AssociationRule, seed: int) -> tuple[float, float]:
    env = ns3_scenarios.make("cellular", SETTINGS)
    network = Network("cellular", env.settings.model_dump(), env.schema)
    policy = FillPolicy(association)
    policy.begin(network, seed)
    observation, _ = env.reset(seed=seed)
    cost_s = -sum(slot.reward for slot in play(env, policy, network, observation))
    handovers = len(env.take_records()["handover"])
    env.close()
    user_s = SETTINGS["n_ue"] * SETTINGS["duration_s"]
    return cost_s / user_s, handovers / user_s * 60
