# SPDX-License-Identifier: MIT
"""How one policy continues a physical state in ns-3."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import ScenarioEnv
from py_agent.experiment.task_statistics import delay_parts
from py_agent.policies import Network, load_policy
from py_agent.twin.fidelity.tracking import LEAST_BIT, busy_users

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Continuation:
    """What came.

    Attributes:
        delay_s: of every task that was open or created, age of those not done, ``[n_tasks]``.
        reward: of every slot, ``[n_slots]``.
        bits: of users with more to send than they could, by frame, ``[n_frames, n_ue]``.
        rb_s: resource blocks times seconds that they were granted, ``[n_frames, n_ue]``.
    """

    delay_s: Floats
    reward: Floats
    bits: Floats
    rb_s: Floats

    @property
    def mean_delay_s(self) -> float:
        """Mean over tasks; 0 without any."""
        return float(self.delay_s.mean()) if len(self.delay_s) else 0.0


def continue_with(
    env: ScenarioEnv, observation: Mapping[str, NDArray[Any]], network: Network, policy: str
) -> Continuation:
    """Let a policy decide from here to the end of the simulation; a frame starts now.

    Args:
        env: a branch.
        observation: of the present slot.
        network: what the policy may know beforehand.
        policy: its name.
    """
    decider = load_policy(policy)
    decider.begin(network, seed=1)
    slots_per_frame, slot_s = network.settings["slots_per_frame"], network.settings["slot_s"]
    bits: list[Floats] = []
    rb_s: list[Floats] = []
    rewards: list[float] = []
    frame: dict[str, Any] = {}
    truncated, slot = False, 0
    while not truncated:
        if slot % slots_per_frame == 0:
            frame = dict(decider.decide_frame(observation))
            bits.append(np.zeros(network.settings["n_ue"]))
            rb_s.append(np.zeros(network.settings["n_ue"]))
        action = {**frame, **decider.decide_slot(observation)}
        following, reward, _, truncated, info = env.step(action)
        rewards.append(reward)
        busy = busy_users(observation, following)
        bits[-1] += np.where(busy, following["delivered_bit"] - observation["delivered_bit"], 0)
        rb_s[-1] += np.where(busy, following["rb_used_ul"] * slot_s, 0.0)
        observation, slot = following, slot + 1
    tasks = env.take_records()["task"]
    parts = delay_parts(tasks, info["time_s"])
    return Continuation(parts.delay_s, np.array(rewards), np.stack(bits), np.stack(rb_s))


def rate_pairs(one: Continuation, other: Continuation) -> tuple[Floats, Floats]:
    """Bits that `one`'s users would have carried at the rate of `other`, and that they did."""
    enough = (one.bits >= LEAST_BIT) & (other.bits >= LEAST_BIT)
    enough &= (one.rb_s > 0) & (other.rb_s > 0)
    came = one.bits[enough]
    said = other.bits[enough] / other.rb_s[enough] * one.rb_s[enough]
    return said, came
