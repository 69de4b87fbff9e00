# SPDX-License-Identifier: MIT
"""What keeps look-ahead from the oracle: errors of the twin, or a future that nobody knows.

The twin is the network here, so that rollouts err in nothing but what is random. What the oracle
still has over them is its knowledge of the future.
"""

from __future__ import annotations

import os
from contextlib import closing
from typing import NamedTuple

from rich.table import Table

from py_agent.benchmark.setting import benchmark_setting
from py_agent.contract import LookAheadPolicy, Network
from py_agent.driver import play
from py_agent.intervals import paired_ratio
from py_agent.policies import load_policy
from py_agent.side_by_side import side_by_side
from py_agent.twin.environment.env import make

SETTING = "unequal-servers"
POLICIES = ("load-fill", "twin-fill", "rollout-fill", "oracle-fill")
REFERENCE = "twin-fill"  # the best rule on ns-3
ORACLE = "oracle-fill"
SEEDS = (1, 2, 3, 4, 5, 6)
DURATION_S = 60.0
WARM_UP_S = 20.0


class _Run(NamedTuple):
    policy: str
    seed: int


def measure() -> Table:
    """Mean delay in networks of the twin, its ratio to a rule, and what it closes of the gap."""
    runs = [_Run(policy, seed) for seed in SEEDS for policy in POLICIES]
    delay_s: dict[str, dict[int, float]] = {policy: {} for policy in POLICIES}
    with closing(side_by_side(_delay_s, runs, os.cpu_count() or 1)) as ended:
        for number, future in ended:
            run = runs[number]
            delay_s[run.policy][run.seed] = future.result()
    of_seeds = {policy: [found[seed] for seed in SEEDS] for policy, found in delay_s.items()}
    mean_s = {policy: sum(delays) / len(delays) for policy, delays in of_seeds.items()}
    gap_s = mean_s[REFERENCE] - mean_s[ORACLE]
    title = f"{SETTING} in the twin, {len(SEEDS)} seeds × {DURATION_S:g} s"
    table = Table(title=title)
    for column in ("policy", "mean delay", f"ratio to {REFERENCE}", f"of the gap to {ORACLE}"):
        table.add_column(column, justify="right")
    for policy, delays in of_seeds.items():
        ratio = paired_ratio(delays, of_seeds[REFERENCE])
        closed = (mean_s[REFERENCE] - mean_s[policy]) / gap_s
        table.add_row(policy, f"{mean_s[policy]:.3f} s", str(ratio), f"{closed:.0%}")
    return table


def _delay_s(run: _Run) -> float:
    """Time in the system per task created after the warm-up (Little's law)."""
    settings = {**benchmark_setting(SETTING).run["settings"], "duration_s": DURATION_S}
    with make(settings) as env:
        network = Network("cellular", env.settings.model_dump(), env.schema)
        policy = load_policy(run.policy)
        policy.begin(network, run.seed)
        if isinstance(policy, LookAheadPolicy):
            policy.look_ahead(env.branch)
        observation, _ = env.reset(seed=run.seed)
        waited_s = created = 0.0
        cut = round(WARM_UP_S / network.settings["slot_s"])
        for number, slot in enumerate(play(env, policy, network, observation)):
            if number < cut:
                continue
            waited_s -= slot.reward
            created += float((slot.after["tasks_created"] - slot.before["tasks_created"]).sum())
    return waited_s / created
