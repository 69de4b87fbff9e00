# SPDX-License-Identifier: MIT
"""What other priorities than those of `fill` bring in the twin: the room that an agent has."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from rich.table import Table

from py_agent.contract import Decision, Observation
from py_agent.drl.validation import evaluate
from py_agent.intervals import paired_ratio
from py_agent.policies import Network
from py_agent.policies.association import LoadBalancing
from py_agent.policies.cell_work import CellWork
from py_agent.policies.fill import FillPolicy, Priorities
from py_agent.twin.environment.env import make_vector

NETWORKS, DURATION_S, SEED = 64, 6.0, 5000
SETTINGS = {
    **{"n_ue": 12, "duration_s": DURATION_S, "traffic": {"rate_hz": 2}},
    **{"compute": {"mode": "quota"}, "radio": {"bandwidth_mode": "quota"}},
    "state": {"bearers": False, "mac": False},
}
_LEAST_S = 1e-6


def total_remaining(work: CellWork, rule: Priorities, observation: Observation) -> Priorities:
    tasks = np.maximum(work.uploading, 1)
    remaining_s = work.upload_s + work.uploading * work.typical_compute_s
    return {"bandwidth_share": np.log(tasks / np.maximum(remaining_s, _LEAST_S))}


def wait_for_server(work: CellWork, rule: Priorities, observation: Observation) -> Priorities:
    return {"bandwidth_share": rule["bandwidth_share"] - 0.5 * np.log1p(work.compute_s)}


def noise(work: CellWork, rule: Priorities, observation: Observation) -> Priorities:
    drawn = np.random.default_rng(0).uniform(-0.3, 0.3, work.compute_s.shape)
    return {"compute_share": rule["compute_share"] + drawn}


def head_alone(work: CellWork, rule: Priorities, observation: Observation) -> Priorities:
    return {"compute_share": np.log(work.typical_compute_s / np.maximum(work.head_s, _LEAST_S))}


def oldest_first(work: CellWork, rule: Priorities, observation: Observation) -> Priorities:
    return {"compute_share": observation["oldest_age_s"].astype(np.float64)}


Change = Callable[[CellWork, Priorities, Observation], Priorities]
VARIANTS: dict[str, Change] = {
    "uploads by upload and computation that remain": total_remaining,
    "uploads later where the user's server is behind": wait_for_server,
    "computation: ±0.3 at random": noise,
    "computation by the task in service alone": head_alone,
    "computation by the age of the oldest task": oldest_first,
}


class _Changed(FillPolicy):
    def __init__(self, change: Change) -> None:
        super().__init__(LoadBalancing())
        self._change = change

    def decide_slot(self, observation: Observation) -> Decision:
        work = self._meter.measure(observation)
        rule = self._divider.priorities(work, observation)
        return self._divider.divide(work, {**rule, **self._change(work, rule, observation)})


def measure() -> Table:
    """Mean delay of each variant over that of `fill`, in pairs."""
    networks = make_vector(NETWORKS, SETTINGS)
    network = Network("cellular", networks.settings.model_dump(), networks.schema)
    slots = round(DURATION_S / network.settings["slot_s"]) - 1

    def delays_s(policy: FillPolicy) -> list[float]:
        return evaluate(networks, network, policy, slots, SEED).delay_s.tolist()

    rule_s = delays_s(FillPolicy(LoadBalancing()))
    table = Table(
        title=f"Mean delay beside fill, twin, {NETWORKS} seeds × {DURATION_S:g} s, quotas, load 0.8"
    )
    for column in ("priorities", "ratio [95 % CI]"):
        table.add_column(column)
    for name, change in VARIANTS.items():
        ratio = paired_ratio(delays_s(_Changed(change)), rule_s)
        table.add_row(name, ratio.text(4))
    networks.close()
    return table
