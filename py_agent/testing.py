# SPDX-License-Identifier: MIT
"""Does a policy keep its contract? For tests of your own policies."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import InvalidAction, Ns3TwinError, ScenarioEnv
from ns3_bridge.actions import check_action
from ns3_bridge.conformance import Check
from py_agent.contract import Network, Policy
from py_agent.driver import Decider

Arrays = dict[str, NDArray[Any]]


def check_policy(
    make: Callable[[], Policy], env: ScenarioEnv, *, seed: int = 1, slots: int = 60
) -> Iterator[Check]:
    """Check a policy on a physical network or its twin; yields the findings one by one.

    Example:
        >>> import ns3_scenarios
        >>> from py_agent.policies import load_policy
        >>> env = ns3_scenarios.make("cellular", {"n_ue": 2, "n_bs": 2, "duration_s": 0.2})
        >>> all(check.ok for check in check_policy(lambda: load_policy("srpt"), env))
        True
        >>> env.close()

    Args:
        make: its class, or what returns a new one; called several times.
        env: where it decides; it is reset.
        seed: of the episodes and of the policy.
        slots: how many of an episode are played at most.
    """
    try:
        yield from _Checks(make, env, seed, slots).all()
    except Ns3TwinError as error:
        yield Check("it decides in every slot", False, str(error))


class _Checks:
    """The findings, from some short episodes under one seed."""

    def __init__(self, make: Callable[[], Policy], env: ScenarioEnv, seed: int, slots: int) -> None:
        self._make, self._env, self._seed, self._slots = make, env, seed, slots
        name = env.schema.scenario
        self._network = Network(name, env.settings.model_dump(), env.schema)

    def all(self) -> Iterator[Check]:
        policy = self._make()
        first, written = self._play(policy)
        yield Check("it decides in every slot", True, f"{len(first)} slots")
        yield Check("it leaves what it observes as it is", not written, ", ".join(written))
        yield _same("another of its kind decides the same", first, self._play(self._make())[0])
        yield _same("begin() makes it forget the episode before", first, self._play(policy)[0])
        yield self._copies(policy)
        yield self._missing()
        if getattr(policy, "batched", False):
            yield self._batch(first[0])

    def _begun(self, policy: Policy) -> Policy:
        policy.begin(self._network, self._seed)
        return policy

    def _play(self, policy: Policy) -> tuple[list[Arrays], list[str]]:
        """The actions of an episode, and the observations that the policy has written into."""
        observation = dict(self._env.reset(seed=self._seed)[0])
        decider = Decider(self._begun(policy), self._network)
        actions: list[Arrays] = []
        written: set[str] = set()
        while len(actions) < self._slots and not self._env.is_over:
            before = {name: values.copy() for name, values in observation.items()}
            action = self._enforceable(decider, decider.decide(observation))
            written |= {n for n in before if before[n].tobytes() != observation[n].tobytes()}
            actions.append({name: values.copy() for name, values in action.items()})
            observation = dict(self._env.step(action)[0])
        return actions, sorted(written)

    def _enforceable(self, decider: Decider, action: Arrays) -> Arrays:
        try:
            return check_action(action, self._env.schema)
        except InvalidAction as error:
            raise decider.refused(error) from error

    def _copies(self, policy: Policy) -> Check:
        what = "it can be copied, as rollouts do"
        try:
            copy.deepcopy(policy)
        except Exception as error:  # whatever a policy holds
            return Check(what, False, f"{type(error).__name__}: {error}")
        return Check(what, True)

    def _missing(self) -> Check:
        """Where no user has a station, and nothing that can be missing is there."""
        what = "it decides where nothing is received"
        observation = dict(self._env.reset(seed=self._seed)[0])
        for field in self._env.schema.observations:
            if field.missing is not None:
                observation[field.name] = np.full_like(observation[field.name], field.missing)
        decider = Decider(self._begun(self._make()), self._network)
        try:
            self._enforceable(decider, decider.decide(observation))
        except Ns3TwinError as error:
            return Check(what, False, str(error))
        return Check(what, True)

    def _batch(self, single: Arrays) -> Check:
        """Two equal networks at once, in the first slot."""
        observation = self._env.reset(seed=self._seed)[0]
        both = {name: np.stack([values, values]) for name, values in observation.items()}
        action = Decider(self._begun(self._make()), self._network).decide(both)
        apart = sorted(
            name
            for name, values in single.items()
            if np.shape(action[name]) != (2, *values.shape)
            or not np.allclose(action[name], values, rtol=1e-5)
        )
        return Check("a batch is decided as each of it is", not apart, ", ".join(apart))


def _same(what: str, first: list[Arrays], second: list[Arrays]) -> Check:
    for slot, (one, other) in enumerate(zip(first, second, strict=True)):
        apart = sorted(name for name in one if one[name].tobytes() != other[name].tobytes())
        if apart:
            return Check(what, False, f"slot {slot}: {', '.join(apart)}")
    return Check(what, True)
