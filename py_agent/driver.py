# SPDX-License-Identifier: MIT
"""The one loop of the two timescales: who asks a policy, when, and what is kept."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import InvalidAction, Ns3TwinError
from ns3_bridge.actions import as_array
from py_agent.contract import (
    Decision,
    Network,
    Observation,
    Policy,
    PolicyFailed,
    ask,
    present,
    refused,
)

Action = dict[str, NDArray[Any]]


class WrongTimescale(Ns3TwinError):
    """Raised when a policy decides in a slot what is decided once a frame.

    Attributes:
        field: name of the action field, e.g. ``association``.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Steps(Protocol):
    """What is stepped: an environment, or many as one batch.

    Example:
        >>> class Still:
        ...     def step(self, action):
        ...         return {}, 0.0, False, True, {"slot": 1}
        >>> env: Steps = Still()
        >>> env.step({})[3]
        True
    """

    def step(self, action: Any, /) -> tuple[Any, Any, Any, Any, Mapping[str, Any]]:
        """Simulate one slot; as `gymnasium.Env.step`, or as that of a vector environment."""
        ...


@dataclasses.dataclass(frozen=True)
class Slot:
    """A slot that has passed; of a batch, everything has a leading dimension.

    Attributes:
        before: what the policy saw.
        action: its decisions: those of the frame and those of the slot.
        after: what is seen at the end.
        reward: of the slot.
        is_last: an episode has ended with it.
        info: what the environment says beside.
        decision_s: wall time that the policy took.
        has_terminated: `is_last`, for the network came to an end of its own: nothing follows.

    Example:
        >>> share = {"share": np.full(2, 0.5, np.float32)}
        >>> before, after = {"time_s": np.zeros(1)}, {"time_s": np.full(1, 0.02)}
        >>> slot = Slot(before, share, after, -1.5, False, {}, 0.001)
        >>> slot.after["time_s"] - slot.before["time_s"]
        array([0.02])
    """

    before: Observation
    action: Action
    after: Observation
    reward: Any
    is_last: bool
    info: Mapping[str, Any]
    decision_s: float
    has_terminated: bool = False


class Decider:
    """Asks a policy on both timescales and keeps the decision of a frame until the next one.

    A frame starts where ``slot_in_frame`` is 0, in any network of a batch; where it is not
    observed, with every ``slots_per_frame``-th slot. The first decision begins a frame in any case.

    Users that are away get no share and no job, and keep the base station that was decided last.

    Args:
        policy: has begun.
        network: the same.
        copies: the policy gets copies of observations and we of its decisions, for it may write
            into the former and use the latter again.

    Example:
        >>> from ns3_bridge import Field, Schema
        >>> from py_agent.policies import load_policy
        >>> share = Field("share", "float32", (2,), "1", 0, 1, timescale="frame")
        >>> schema = Schema("mine", 0, 0, "1", "", (), (share,), {}, ())
        >>> network = Network("mine", {"slots_per_frame": 2}, schema)
        >>> policy = load_policy("random")
        >>> policy.begin(network, seed=1)
        >>> decider = Decider(policy, network)
        >>> shares = [decider.decide({})["share"][0] for _ in range(3)]
        >>> shares[0] == shares[1], shares[1] == shares[2]
        (np.True_, np.False_)
    """

    def __init__(self, policy: Policy, network: Network, copies: bool = False) -> None:
        self._policy = policy
        self._copies = copies
        self._frame_fields = {f.name for f in network.schema.actions if f.timescale == "frame"}
        of_users = [f for f in network.schema.actions if f.dims[:1] == ("ue",)]
        self._amounts = {field.name for field in of_users if not field.categorical}
        self._choices = {field.name for field in of_users if field.categorical}
        self._slots_per_frame: int = network.settings.get("slots_per_frame", 1)
        self._frame: Action | None = None
        self._asked = 0

    def starts_frame(self, observation: Observation) -> bool:
        """Whether the next decision is one of both timescales."""
        if self._frame is None:
            return True
        if "slot_in_frame" in observation:
            return bool((observation["slot_in_frame"] == 0).any())
        return self._asked % self._slots_per_frame == 0

    def decide(self, observation: Observation) -> Action:
        """The action of the slot that is observed.

        Raises:
            WrongTimescale: `decide_slot` returns a field of the frame.
            PolicyFailed: the policy raises an exception, or what it returns is no decision.
        """
        try:
            return self._decided(observation)
        except InvalidAction as error:
            raise self.refused(error) from error

    def refused(self, error: InvalidAction) -> PolicyFailed:
        """What to raise where the last decision cannot be enforced: who decided that field."""
        of_frame = error.field in {*self._frame_fields, *(self._frame or {})}
        method = "decide_frame" if of_frame else "decide_slot"
        return refused(self._policy, method, error, self._asked - 1)

    def _decided(self, observation: Observation) -> Action:
        shown = _copied(observation) if self._copies else observation
        starts_frame, slot = self.starts_frame(observation), self._asked
        self._asked += 1
        if starts_frame:
            of_frame = ask(self._policy, "decide_frame", shown, slot)
            self._frame = self._held(observation, of_frame)
        of_slot = ask(self._policy, "decide_slot", shown, slot)
        if not self._frame_fields.isdisjoint(of_slot):
            field = min(self._frame_fields.intersection(of_slot))
            raise WrongTimescale(
                f"decide_slot of {type(self._policy).__name__} returns {field}, which is decided"
                " once a frame: return it from decide_frame",
                field,
            )
        action = {**(self._frame or {}), **of_slot}
        if "present" in observation:
            there = present(observation)
            for name in self._amounts & action.keys():
                action[name] = _of_those(there, name, action[name], 0)
        return _copied(action) if self._copies else action

    def _held(self, observation: Observation, decision: Decision) -> Action:
        """A frame's decision; what was decided last for those who are away."""
        held = dict(decision)
        if "present" in observation and self._frame is not None:
            for name in self._choices & held.keys() & self._frame.keys():
                held[name] = _of_those(present(observation), name, held[name], self._frame[name])
        return held


def _of_those(there: NDArray[np.bool_], name: str, decided: Any, otherwise: Any) -> NDArray[Any]:
    """What is decided for those who are there, ``[..., n_ue]``; a wrong shape stays to be told."""
    array = as_array(name, decided)
    if array.shape != there.shape:
        return array
    return np.where(there, array, np.asarray(otherwise, array.dtype))


def _copied(arrays: Mapping[str, Any]) -> dict[str, Any]:
    return {name: v.copy() if isinstance(v, np.ndarray) else v for name, v in arrays.items()}


def play(
    env: Steps,
    policy: Policy,
    network: Network,
    observation: Any,
    slots: int | None = None,
    copies: bool = False,
) -> Iterator[Slot]:
    """Let a policy decide, slot by slot; whoever iterates sees each slot when it has passed.

    Args:
        env: one network, or a batch of them for a policy with ``batched = True``.
        policy: has begun.
        network: what it began with.
        observation: of the present slot, e.g. what ``env.reset`` has returned.
        slots: how many; None: until an episode ends.
        copies: as of `Decider`: whoever keeps slots keeps what was observed and decided.

    Raises:
        WrongTimescale: as of `Decider.decide`.
        PolicyFailed: as of `Decider.decide`, or a decision cannot be enforced: a field is missing,
            has a wrong shape, or an element is NaN or out of bounds.

    Example:
        >>> import ns3_scenarios
        >>> from py_agent.policies import load_policy
        >>> env = ns3_scenarios.make("cellular", {"n_ue": 2, "n_bs": 2, "duration_s": 0.1})
        >>> network = Network("cellular", env.settings.model_dump(), env.schema)
        >>> policy = load_policy("strongest-equal")
        >>> policy.begin(network, seed=1)
        >>> observation, _ = env.reset(seed=1)
        >>> len([slot.reward for slot in play(env, policy, network, observation)])
        5
        >>> env.close()
    """
    decider = Decider(policy, network, copies)
    passed = 0
    while passed != slots:
        start_s = time.perf_counter()
        action = decider.decide(observation)
        decision_s = time.perf_counter() - start_s
        try:
            after, reward, terminated, truncated, info = env.step(action)
        except InvalidAction as error:
            raise decider.refused(error) from error
        has_terminated = bool(np.any(terminated))
        is_last = has_terminated or bool(np.any(truncated))
        yield Slot(observation, action, after, reward, is_last, info, decision_s, has_terminated)
        if is_last and slots is None:
            return
        observation = after
        passed += 1
