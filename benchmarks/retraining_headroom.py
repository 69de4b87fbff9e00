# SPDX-License-Identifier: MIT
"""What retraining costs tasks and brings users, by rules and by the agent, in the twin."""

from __future__ import annotations

import math
from collections.abc import Callable

from rich.table import Table

from py_agent.contract import Decision, Observation
from py_agent.drl.validation import evaluate
from py_agent.intervals import paired_ratio
from py_agent.learning.learning_settings import LearningSettings
from py_agent.policies import Network, Policy, load_policy
from py_agent.policies.association import LoadBalancing
from py_agent.policies.fill import FillPolicy
from py_agent.policies.retraining import RETRAINING_RULES, Need, WithRetraining
from py_agent.policies.spare_time import SpareTime
from py_agent.twin.environment.env import make_vector

NETWORKS, DURATION_S, SEED = 24, 10.0, 7000
SETTINGS = {
    **{"n_ue": 12, "duration_s": DURATION_S, "traffic": {"rate_hz": 1.5}},
    **{"compute": {"mode": "quota"}, "radio": {"bandwidth_mode": "quota"}},
    "state": {"bearers": False, "mac": False},
    "retraining": {"enabled": True, "cycles_per_sample": 4e6},
}


class _Weighed(FillPolicy):
    """`fill` with retraining jobs that count as some times as many tasks."""

    def __init__(self, times: float) -> None:
        super().__init__(LoadBalancing())
        self._times = times

    def decide_slot(self, observation: Observation) -> Decision:
        work = self._meter.measure(observation)
        priorities = self._divider.priorities(work, observation)
        priorities["training_share"] = priorities["training_share"] + math.log(self._times)
        return self._divider.divide(work, priorities)


VARIANTS: dict[str, Callable[[], Policy]] = {
    "spare": lambda: WithRetraining(FillPolicy(LoadBalancing()), SpareTime()),
    "nobody": lambda: WithRetraining(FillPolicy(LoadBalancing()), RETRAINING_RULES.load("none")()),
    "need-calibrated": lambda: WithRetraining(FillPolicy(LoadBalancing()), Need(calibrated=True)),
    "spare, jobs count 0.3 times": lambda: WithRetraining(_Weighed(0.3), SpareTime()),
    "spare, jobs count 3 times": lambda: WithRetraining(_Weighed(3.0), SpareTime()),
    "the agent that comes along": lambda: load_policy("load-drl"),
}


def measure() -> Table:
    """Mean delay of each variant over that of `spare`, in pairs, and what is below the target."""
    learning = LearningSettings()
    networks = make_vector(NETWORKS, SETTINGS, learning=learning)
    known = {**networks.settings.model_dump(), "learning": learning.model_dump()}
    network = Network("cellular", known, networks.schema)
    slots = round(DURATION_S / network.settings["slot_s"]) - 1
    table = Table(title=f"fill and retraining, twin, {NETWORKS} seeds × {DURATION_S:g} s, quotas")
    for column in ("retraining", "mean delay [95 % CI]", "below target", "cost"):
        table.add_column(column)
    rule = None
    for name, make in VARIANTS.items():
        found = evaluate(networks, network, make(), slots, SEED)
        rule = rule or found
        delay = paired_ratio(found.delay_s.tolist(), rule.delay_s.tolist())
        cost = paired_ratio(found.cost_s.tolist(), rule.cost_s.tolist())
        table.add_row(name, str(delay), f"{found.below.mean():.1%}", f"{cost.mean:.3f}")
    networks.close()
    return table
