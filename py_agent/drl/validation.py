# SPDX-License-Identifier: MIT
"""Evaluates policies in the twin over held-out seeds, in pairs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium.vector import VectorEnv
from numpy.typing import NDArray

from py_agent import former_names
from py_agent.driver import play
from py_agent.learning.reward import accuracy_term, price, retraining_term
from py_agent.policies import Network, Policy

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """How a policy did, ``[num_envs]`` each.

    Attributes:
        cost_s: minus the reward per created task: the delay and, with models, the Lagrangian.
        delay_s: time in the system per created task (Little's law).
        below: share of user-seconds below the target of accuracy; NaN where there are no models.
    """

    cost_s: Floats
    delay_s: Floats
    below: Floats


def joined(parts: Sequence[Evaluation]) -> Evaluation:
    """Those of several kinds of networks, one after the other."""
    return Evaluation(
        *(
            np.concatenate([getattr(part, field.name) for part in parts])
            for field in dataclasses.fields(Evaluation)
        )
    )


def evaluate(
    networks: VectorEnv[Any, Any, Any],
    network: Network,
    policy: Policy,
    slots: int,
    seed: int,
    warmup_slots: int = 0,
) -> Evaluation:
    """Let a policy decide in all networks at once.

    Args:
        networks: of one kind.
        network: what the policy may know.
        policy: a batched one.
        slots: how long; with the warm-up no longer than an episode.
        seed: the networks' seeds are this and those after it.
        warmup_slots: under the same policy, before anything counts.
    """
    policy.begin(network, seed)
    observation, _ = networks.reset(seed=seed)
    before = observation["tasks_created"].sum(axis=-1)
    cost_s, price_s, below = (np.zeros(networks.num_envs) for _ in range(3))
    passing = play(networks, policy, network, observation, warmup_slots + slots)
    for number, slot in enumerate(passing):
        observation = slot.after
        if number < warmup_slots:
            before = observation["tasks_created"].sum(axis=-1)
            continue
        cost_s -= slot.reward
        if "accuracy" in observation:
            price_s += _price(observation, network)
            below += (observation["accuracy_deficit"] > 0).mean(axis=-1)
    created = np.maximum(observation["tasks_created"].sum(axis=-1) - before, 1)
    below = below / slots if "accuracy" in observation else np.full(networks.num_envs, np.nan)
    return Evaluation(cost_s / created, (cost_s - price_s) / created, below)


def _price(observation: Any, network: Network) -> Floats:
    """What of the reward is not tasks, see `LearningEnv`."""
    learning = network.settings["learning"]
    backlog, typical = observation["training_backlog_cycles"], observation["task_mean_cycles"]
    terms = (
        retraining_term(learning["backlog_weight"], backlog, typical),
        accuracy_term(learning["accuracy_weight"], observation["accuracy_deficit"]),
    )
    return price(terms, network.settings["slot_s"])


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
