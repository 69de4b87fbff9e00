# SPDX-License-Identifier: MIT
"""What a policy's decisions of a slot cost, beside the limits that they should keep."""

from __future__ import annotations

import time

import numpy as np
from rich.table import Table

from py_agent.driver import Decider
from py_agent.learning.learning_settings import LearningSettings
from py_agent.policies import Network, load_policy
from py_agent.twin.environment.env import make_vector

# Whether the policy decides on retraining, too.
POLICIES = (
    *(("load-srpt", False), ("load-fill", False), ("load-drl", False), ("load-drl", True)),
    *(("twin-fill", False), ("twin-drl", False), ("twin-drl", True)),
)
LIMIT_MS = {20: 1.0, 200: 3.0}  # users: processor time per slot
CELLS = {20: 3, 200: 7}
SLOTS = 50  # a frame: its association is part of the mean


def measure() -> Table:
    """Processor time per slot over a frame of a network of the twin, mean and 95 %."""
    table = Table(title="Processor time of decisions per slot, one thread")
    for column in ("users", "policy", "mean", "95 %", "limit"):
        table.add_column(column, justify="right")
    for n_ue, limit_ms in LIMIT_MS.items():
        settings = {"n_ue": n_ue, "n_bs": CELLS[n_ue], "duration_s": 2, "traffic": {"rate_hz": 2}}
        for name, retrains in POLICIES:
            times_ms = _decision_ms(name, settings, retrains)
            table.add_row(
                *(str(n_ue), f"{name}, retraining" if retrains else name),
                f"{times_ms.mean():.2f} ms",
                *(f"{np.percentile(times_ms, 95):.2f} ms", f"{limit_ms:g} ms"),
            )
    return table


def _decision_ms(name: str, settings: dict[str, object], retrains: bool) -> np.ndarray:
    learning = LearningSettings() if retrains else None
    # The twin: its observations have the fields of ns-3's.
    env = make_vector(1, {**settings, "retraining": {"enabled": retrains}}, learning=learning)
    known = {**env.settings.model_dump(), "learning": LearningSettings().model_dump()}
    policy = load_policy(name)
    network = Network("cellular", known, env.schema)
    policy.begin(network, 1)
    decider = Decider(policy, network)
    observation, _ = env.reset(seed=1)
    times_s = []
    for _ in range(SLOTS):
        one = {field: value[0] for field, value in observation.items()}
        start_s = time.thread_time()
        decision = decider.decide(one)
        times_s.append(time.thread_time() - start_s)
        observation, *_ = env.step({field: value[None] for field, value in decision.items()})
    env.close()
    return 1e3 * np.array(times_s)
