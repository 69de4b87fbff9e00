# SPDX-License-Identifier: MIT
"""Runs a policy, the same object that runs on ns-3, in many rollouts at once."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import Schema
from py_agent.contract import Decision, Network, Policy
from py_agent.twin.rollout.observation import Observer
from py_agent.twin.rollout.rollout import Rollout


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What rollouts brought.

    Attributes:
        reward: of every slot, ``[n_slots, batch]``.
        delay_s: of every task that was created or open within the rollouts, ``[n_tasks]``; one
            that is not done counts with its age.
        done: which of them are done, ``[n_tasks]``.
        rollout: to which they belong, ``[n_tasks]``.
    """

    reward: NDArray[np.float64]
    delay_s: NDArray[np.float64]
    done: NDArray[np.bool_]
    rollout: NDArray[np.int64]


def simulate(
    rollout: Rollout,
    policy: Policy,
    schema: Schema,
    slots: int,
    seed: int = 1,
    watch: Callable[[Rollout], None] = lambda rollout: None,
) -> Outcome:
    """Let a policy decide in every rollout for some slots.

    A policy with ``batched = True`` sees all rollouts at once. Any other is copied, one copy per
    rollout, and asked rollout by rollout: slower by far.

    Args:
        rollout: rollouts, started.
        policy: decides.
        schema: fields of the scenario.
        slots: how many.
        seed: of the policy; its copies get ``seed``, ``seed + 1``, …
        watch: called after every slot.
    """
    (outcome,) = simulate_each(rollout, [policy], schema, slots, seed, watch)
    return outcome


def simulate_each(
    rollout: Rollout,
    policies: Sequence[Policy],
    schema: Schema,
    slots: int,
    seed: int = 1,
    watch: Callable[[Rollout], None] = lambda rollout: None,
) -> list[Outcome]:
    """Let every policy decide in its part of the rollouts, all in one batch.

    Args:
        rollout: rollouts, started; as many for each policy, in order (`rollouts_of` makes copies).
        policies: decide.
        schema: as of `simulate`.
        slots: as of `simulate`.
        seed: as of `simulate`, of each policy.
        watch: as of `simulate`.

    Returns:
        of each policy.
    """
    if rollout.batch % len(policies):
        raise ValueError(f"{rollout.batch} rollouts cannot be shared by {len(policies)} policies")
    network = Network(schema.scenario, rollout.place.settings, schema)
    each = rollout.batch // len(policies)
    parts = [slice(i * each, (i + 1) * each) for i in range(len(policies))]
    deciders: list[_Batched | _Copies] = [
        _Batched(policy, network, seed)
        if getattr(policy, "batched", False)
        else _Copies(policy, network, seed, each)
        for policy in policies
    ]
    observer = Observer(schema, rollout)
    rewards = []
    frame: dict[str, NDArray[Any]] = {}

    def ask(method: str, observation: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        decisions = [
            getattr(decider, method)(_Rows(observation, part))
            for decider, part in zip(deciders, parts, strict=True)
        ]
        return {
            name: np.concatenate([np.asarray(decision[name]) for decision in decisions])
            for name in decisions[0]
        }

    for slot in range(slots):
        observation = observer.lazily()
        in_frame = int(rollout.state["slot"][0]) % rollout.slots_per_frame
        if in_frame == 0 or slot == 0:
            frame = ask("decide_frame", observation)
        rewards.append(rollout.step({**frame, **ask("decide_slot", observation)}))
        watch(rollout)
    return [_outcome(rollout, np.array(rewards), part) for part in parts]


class _Batched:
    """Sees all rollouts at once."""

    def __init__(self, policy: Policy, network: Network, seed: int) -> None:
        policy.begin(network, seed)
        self.decide_frame = policy.decide_frame
        self.decide_slot = policy.decide_slot


class _Copies:
    """One policy per rollout."""

    def __init__(self, policy: Policy, network: Network, seed: int, batch: int) -> None:
        self._policies = [copy.deepcopy(policy) for _ in range(batch)]
        for i, each in enumerate(self._policies):
            each.begin(network, seed + i)

    def decide_frame(self, observation: Mapping[str, NDArray[Any]]) -> Decision:
        return self._ask("decide_frame", observation)

    def decide_slot(self, observation: Mapping[str, NDArray[Any]]) -> Decision:
        return self._ask("decide_slot", observation)

    def _ask(self, method: str, observation: Mapping[str, NDArray[Any]]) -> Decision:
        decisions = [
            getattr(policy, method)(_Rows(observation, i))
            for i, policy in enumerate(self._policies)
        ]
        return {name: np.stack([d[name] for d in decisions]) for name in decisions[0]}


class _Rows(Mapping[str, NDArray[Any]]):
    """One rollout, or some neighbours, of a batched observation."""

    def __init__(self, observation: Mapping[str, NDArray[Any]], rows: int | slice) -> None:
        self._observation = observation
        self._rows = rows

    def __getitem__(self, name: str) -> NDArray[Any]:
        rows: NDArray[Any] = self._observation[name][self._rows]
        return rows

    def __iter__(self) -> Any:
        return iter(self._observation)

    def __len__(self) -> int:
        return len(self._observation)


def _outcome(rollout: Rollout, reward: NDArray[np.float64], rows: slice) -> Outcome:
    tasks = rollout.tasks(rows)
    done = ~np.isnan(tasks["done_s"])
    end_s = np.where(done, tasks["done_s"], rollout.now_s()[rows][tasks["rollout"]])
    return Outcome(
        reward=reward[:, rows],
        delay_s=end_s - tasks["created_s"],
        done=done,
        rollout=tasks["rollout"],
    )
