# SPDX-License-Identifier: MIT
"""Runs a policy, the same object that runs on ns-3, in many rollouts at once."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import Schema
from py_agent.contract import Decision, Network, Observation, Policy, ask, asking
from py_agent.driver import play
from py_agent.twin.rollout.observation import Observer
from py_agent.twin.rollout.rollout import Rollout, blocks

Rewards = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What rollouts brought.

    Attributes:
        reward: of every slot, ``[n_slots, batch]``.
        delay_s: of every task that was created or open within the rollouts, ``[n_tasks]``; one
            that is not done counts with its age, at the end or when its user left with it.
        done: which of them are done, ``[n_tasks]``.
        rollout: to which they belong, ``[n_tasks]``.

    Example:
        >>> from py_agent.policies import load_policy
        >>> from py_agent.twin.environment.network import TwinNetwork
        >>> from py_agent.twin.rollout.random_streams import seed_array
        >>> network = TwinNetwork.of({"n_ue": 2, "n_bs": 2})
        >>> rollout = Rollout(network.parameters, network.place, batch=4)
        >>> rollout.start(seed_array(range(4)))
        >>> outcome = simulate(rollout, load_policy("load-srpt"), network.schema, slots=10)
        >>> outcome.reward.shape
        (10, 4)
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

    A policy with ``batched = True`` sees many rollouts at once. Any other is copied, one copy per
    rollout, and asked rollout by rollout: slower by far. Large batches are played in `blocks`, each
    from beginning to end; for each, the policy begins anew.

    Args:
        rollout: rollouts, started.
        policy: decides.
        schema: fields of the scenario.
        slots: how many.
        seed: of the policy in the first block; in each further one, and for the copies of a policy,
            the number of the first rollout is added.
        watch: called after every slot, with the rollouts that it has passed in.
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
    """Let every policy decide in its part of the rollouts, in one batch unless that is large.

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
    each = rollout.batch // len(policies)
    parts = [slice(i * each, (i + 1) * each) for i in range(len(policies))]
    if rollout.retrains or next(blocks(each, rollout.n_ue)).stop == each:  # models stay together
        rewards = _rewards(rollout, policies, schema, slots, seed, watch)
    else:
        of_blocks = [
            _rewards(of_policy.part(rows), [policy], schema, slots, seed + rows.start, watch)
            for policy, of_policy in zip(policies, map(rollout.part, parts), strict=True)
            for rows in blocks(each, rollout.n_ue)
        ]
        rewards = np.concatenate(of_blocks, axis=1)
    return [_outcome(rollout, rewards, part) for part in parts]


def _rewards(
    rollout: Rollout,
    policies: Sequence[Policy],
    schema: Schema,
    slots: int,
    seed: int,
    watch: Callable[[Rollout], None],
) -> Rewards:
    """Of every slot under policies that each have their part, ``[n_slots, batch]``."""
    network = Network(schema.scenario, rollout.place.settings, schema)
    each = rollout.batch // len(policies)
    shared = _Shared(
        [
            policy if getattr(policy, "batched", False) else _Copies(policy, each)
            for policy in policies
        ],
        [slice(i * each, (i + 1) * each) for i in range(len(policies))],
    )
    shared.begin(network, seed)
    observer = Observer(schema, rollout)
    stepped = _Stepped(rollout, observer, watch)
    passing = play(stepped, shared, network, observer.lazily(), slots)
    return np.array([slot.reward for slot in passing])


class _Stepped:
    """Rollouts as `play` steps them; they end when `play` does."""

    def __init__(
        self, rollout: Rollout, observer: Observer, watch: Callable[[Rollout], None]
    ) -> None:
        self._rollout, self._observer, self._watch = rollout, observer, watch

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, Mapping[str, Any]]:
        reward = self._rollout.step(action)
        self._watch(self._rollout)
        return self._observer.lazily(), reward, False, False, {}


class _Shared:
    """Several policies, each for its part of the rollouts."""

    def __init__(self, policies: Sequence[Policy], parts: Sequence[slice]) -> None:
        self._policies, self._parts = policies, parts

    def begin(self, network: Network, seed: int) -> None:
        for policy in self._policies:
            with asking(policy, "begin"):
                policy.begin(network, seed)

    def decide_frame(self, observation: Observation) -> Decision:
        return self._joined(
            ask(policy, "decide_frame", _Rows(observation, part))
            for policy, part in zip(self._policies, self._parts, strict=True)
        )

    def decide_slot(self, observation: Observation) -> Decision:
        return self._joined(
            ask(policy, "decide_slot", _Rows(observation, part))
            for policy, part in zip(self._policies, self._parts, strict=True)
        )

    def _joined(self, decided: Iterable[Decision]) -> Decision:
        decisions = list(decided)
        return {
            name: np.concatenate([np.asarray(decision[name]) for decision in decisions])
            for name in decisions[0]
        }


class _Copies:
    """One policy per rollout; the copies get ``seed``, ``seed + 1`` and so on."""

    def __init__(self, policy: Policy, batch: int) -> None:
        self._policies = [copy.deepcopy(policy) for _ in range(batch)]

    def begin(self, network: Network, seed: int) -> None:
        for i, policy in enumerate(self._policies):
            policy.begin(network, seed + i)

    def decide_frame(self, observation: Observation) -> Decision:
        return self._stacked(
            ask(policy, "decide_frame", _Rows(observation, i))
            for i, policy in enumerate(self._policies)
        )

    def decide_slot(self, observation: Observation) -> Decision:
        return self._stacked(
            ask(policy, "decide_slot", _Rows(observation, i))
            for i, policy in enumerate(self._policies)
        )

    def _stacked(self, decided: Iterable[Decision]) -> Decision:
        decisions = list(decided)
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


def _outcome(rollout: Rollout, reward: Rewards, rows: slice) -> Outcome:
    tasks = rollout.tasks(rows)
    done = ~np.isnan(tasks["done_s"])
    gone_s = np.where(done, tasks["done_s"], tasks["left_s"])
    end_s = np.where(np.isnan(gone_s), rollout.now_s()[rows][tasks["rollout"]], gone_s)
    return Outcome(
        reward=reward[:, rows],
        delay_s=end_s - tasks["created_s"],
        done=done,
        rollout=tasks["rollout"],
    )
