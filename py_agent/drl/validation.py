# SPDX-License-Identifier: MIT
"""Judges policies in the twin: mean delay over held-out seeds, in pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.vector import VectorEnv
from numpy.typing import NDArray

from py_agent.policies import Network, Policy


def mean_delays_s(
    networks: VectorEnv[Any, Any, Any], network: Network, policy: Policy, slots: int, seed: int
) -> NDArray[np.float64]:
    """Time in the system per created task, ``[num_envs]``: Little's law.

    Args:
        networks: of one kind.
        network: what the policy may know.
        policy: a batched one.
        slots: how long; no longer than an episode.
        seed: the networks' seeds are this and those after it.
    """
    policy.begin(network, seed)
    observation, _ = networks.reset(seed=seed)
    before = observation["tasks_created"].sum(axis=-1)
    waited_s = np.zeros(networks.num_envs)
    frame: Any = {}
    for _ in range(slots):
        if (observation["slot_in_frame"] == 0).any():
            frame = policy.decide_frame(observation)
        observation, reward, *_ = networks.step({**frame, **policy.decide_slot(observation)})
        waited_s -= reward
    created = observation["tasks_created"].sum(axis=-1) - before
    delays_s: NDArray[np.float64] = waited_s / np.maximum(created, 1)
    return delays_s
