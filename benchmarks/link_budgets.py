# SPDX-License-Identifier: MIT
"""What a radio's plug-in says of uplink rates, beside what users of ns-3 really get."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

import ns3_scenarios
from py_agent.driver import play
from py_agent.policies import Network, load_policy
from py_agent.radio.busy import WINDOW_SLOTS, busy_users
from py_agent.radio.link_model import link_model_of

SEEDS = (1, 2)
ENVIRONMENTS = ("uma", "umi", "rma")
SETTINGS = {"n_ue": 20, "n_bs": 3, "duration_s": 8.0, "traffic": {"rate_hz": 2.0}}
POLICY = "load-fill"
LEAST_BIT = 55_000.0  # five packets: fewer, and the size of a packet is what is measured

Floats = NDArray[np.float64]


def measure() -> Table:
    """Errors of both predictions of a user's rate by environment and seed.

    *Before*: from what is heard of the stations alone; *measured*: from the serving link, too.
    Predicted is what the granted part of the band carries; observed, what users with more to send
    than they can deliver in 0.2 s.
    """
    table = Table(title="Uplink rate predicted over observed: MAPE, median ratio")
    columns = ("environment", "seed", "windows", "before: MAPE", "ratio", "measured: MAPE", "ratio")
    for column in columns:
        table.add_column(column, justify="right")
    for environment, seed in itertools.product(ENVIRONMENTS, SEEDS):
        before, measured, observed = _windows(environment, seed)
        cells: list[str] = []
        for predicted in (before, measured):
            ratio = predicted / observed
            cells += [f"{100 * np.abs(ratio - 1).mean():.0f} %", f"{np.median(ratio):.2f}"]
        table.add_row(environment, str(seed), str(len(observed)), *cells)
    return table


def _windows(environment: str, seed: int) -> tuple[Floats, Floats, Floats]:
    """Bits predicted before, predicted from measurements, and observed, ``[n_windows]`` each."""
    settings = {**SETTINGS, "channel": {"environment": environment}}
    env = ns3_scenarios.make("cellular", settings)
    network = Network("cellular", env.settings.model_dump(), env.schema)
    link, policy = link_model_of(network), load_policy(POLICY)
    policy.begin(network, 1)
    observation, _ = env.reset(seed=seed)
    slots: list[Floats] = []
    try:
        for slot in play(env, policy, network, observation):
            before, after = slot.before, slot.after
            own = np.maximum(before["serving_bs"], 0)[:, None]
            alone_bps = np.take_along_axis(link.rate_bps(before), own, axis=1)[:, 0]
            granted_s = link.granted(after) * network.settings["slot_s"]
            bits = (after["delivered_bit"] - before["delivered_bit"]).astype(np.float64)
            rates = (alone_bps * granted_s, link.serving_rate_bps(before) * granted_s, bits)
            slots.append(np.where(busy_users(before, after), rates, np.nan))
    finally:
        env.close()
    whole = len(slots) // WINDOW_SLOTS * WINDOW_SLOTS
    windows = np.array(slots[:whole]).reshape(-1, WINDOW_SLOTS, *slots[0].shape).sum(axis=1)
    alone, measured, observed = np.moveaxis(windows, 1, 0)  # [n_windows, n_ue] each
    counts = observed >= LEAST_BIT  # NaN where the user was not busy all the time
    return alone[counts], measured[counts], observed[counts]
