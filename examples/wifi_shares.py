# SPDX-License-Identifier: MIT
"""Some Wi-Fi stations shall have three times the airtime of the others: which way gives it to them?

    python examples/wifi_shares.py --weight 3 --n-ue 6

The stations of one access point always have data to send. Every way of dividing the airtime of an
access point (``radio.shares``) plays on the same network, and stations that contend as they like.

Needs ``pip install 'ns3-twin[examples]'``; ``--help`` lists all arguments.
"""

from __future__ import annotations

import contextlib
import dataclasses
from typing import Any

import numpy as np
import tyro

import ns3_scenarios

WAYS: dict[str, dict[str, Any]] = {
    "service-periods": {},
    "trigger-frames": {"phy": "spectrum"},  # ns-3's other PHY knows no resource units
    "edca": {},
    "none": {},
}
SATURATED = {"on_s": 1, "off_s": 0, "rate_hz": 200, "size_min_bit": 2e5, "size_max_bit": 3e5}
SETTLE_SLOTS = 10  # until all have said that they have data


@dataclasses.dataclass
class Arguments:
    """Whom to favour, and how much."""

    weight: float = 3.0
    """Of the first half of the stations, beside 1 of the others."""
    n_ue: int = 6
    """Stations."""
    duration_s: float = 2.0
    """Simulated seconds of each run."""
    seed: int = 1
    """ns-3's run number: the same places for all ways."""


def airtime(way: str, arguments: Arguments) -> np.ndarray:
    """Part of the time in which each station sends, ``[n_ue]``, mean over the run."""
    settings = {
        "n_ue": arguments.n_ue,
        "n_bs": 1,
        "duration_s": arguments.duration_s,
        "layout": {"site_distance_m": 20},
        "mobility": {"model": "static"},
        "traffic": SATURATED,
        "compute": {"capacity_hz": 1e15},
        "radio": {"shares": way, **WAYS[way]},
    }
    weights = np.ones(arguments.n_ue, np.float32)
    weights[: arguments.n_ue // 2] = arguments.weight
    action = {
        "association": np.zeros(arguments.n_ue, np.int32),
        "compute_share": np.full(arguments.n_ue, 1 / arguments.n_ue, np.float32),
        "bandwidth_share": weights / weights.sum(),
    }
    env = ns3_scenarios.make("wifi", settings)
    with contextlib.closing(env):
        action = {name: action[name] for name in env.action_space.spaces}  # none: no shares
        env.reset(seed=arguments.seed)
        parts, truncated = [], False
        while not truncated:
            observation, _, _, truncated, _ = env.step(action)
            parts.append(observation["airtime_ul"].copy())
    return np.mean(parts[SETTLE_SLOTS:], axis=0)


def main(arguments: Arguments) -> None:
    """Play every way on the same network and print what the favoured stations get."""
    favoured = arguments.n_ue // 2
    print("way              favoured  others  ratio")
    for way in WAYS:
        part = airtime(way, arguments)
        more, less = part[:favoured].mean(), part[favoured:].mean()
        print(f"{way:15}  {more:8.1%}  {less:6.1%}  {more / less:5.2f}")


if __name__ == "__main__":
    main(tyro.cli(Arguments, description=__doc__))
