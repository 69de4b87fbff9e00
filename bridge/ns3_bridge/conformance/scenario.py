# SPDX-License-Identifier: MIT
"""Does a scenario program keep what it declares?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge.actions import check_action
from ns3_bridge.conformance.check import Check
from ns3_bridge.env import ScenarioEnv
from ns3_bridge.errors import BranchRefused, BridgeError, InvalidAction
from ns3_bridge.field import Field
from ns3_bridge.local_host import LocalHost
from ns3_bridge.settings import NestedSettings
from ns3_bridge.slot_count import slot_count

Arrays = dict[str, NDArray[Any]]


def check_scenario(
    program: Path | str, settings: NestedSettings | None = None, *, seed: int = 1, slots: int = 20
) -> Iterator[Check]:
    """Check a scenario program by some slots under random actions; yields the findings one by one.

    Example:
        >>> import tempfile
        >>> from ns3_bridge.testing import check_scenario, fake_scenario
        >>> field = {"name": "rate_bps", "shape": [4], "low": 0, "high": 1e6, "help": "drawn"}
        >>> action = {"name": "share", "shape": [4], "low": 0, "high": 1, "help": "of the band"}
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     program = fake_scenario(
        ...         f"{folder}/toy", {"observations": [field], "actions": [action]}
        ...     )
        ...     all(check.ok for check in check_scenario(program, {"duration_s": 1}))
        True

    Args:
        program: its path.
        settings: nested; the rest is default.
        seed: ns-3's run number.
        slots: how many are played at most, several times.
    """
    try:
        host = LocalHost(str(program), settings)
        yield Check("it describes itself", True, f"ns-3 {host.ns3_version}")
        yield from _declared([*host.schema.observations, *host.schema.actions])
        yield from _Episodes(host, seed, slots).checks()
    except BridgeError as error:
        yield Check("it runs to the end", False, str(error))


def _declared(fields: list[Field]) -> Iterator[Check]:
    for what, wrong in (
        ("every field has a line of help", [f.name for f in fields if not f.help]),
        (
            "bounds are finite and in order",
            [f.name for f in fields if not -np.inf < f.low <= f.high < np.inf],
        ),
        ("names are snake_case", [f.name for f in fields if f.name != f.name.lower()]),
    ):
        yield Check(what, not wrong, ", ".join(wrong))


class _Episodes:
    """Several episodes under one seed, which must be equal."""

    def __init__(self, host: LocalHost, seed: int, slots: int) -> None:
        self._env = ScenarioEnv(host)
        self._seed, self._slots = seed, slots
        self._actions = self._drawn_actions(host)

    def _drawn_actions(self, host: LocalHost) -> list[Arrays]:
        space = self._env.action_space
        space.seed(self._seed)
        return [check_action(space.sample(), host.schema) for _ in range(self._slots)]

    def checks(self) -> Iterator[Check]:
        try:
            first = self._play()
            outside = sorted({name for seen, _ in first for name in self._outside(seen)})
            yield Check("observations stay within their bounds", not outside, ", ".join(outside))
            finite = all(np.isfinite(reward) for _, reward in first)
            yield Check("every reward is a finite number", finite)
            yield _same("the same seed and actions give the same bits", first, self._play())
            yield self._refusal()
            yield self._branch()
            yield self._end()
        finally:
            self._env.close()

    def _play(self) -> list[tuple[Arrays, float]]:
        """What is seen at the start and after each slot, with the rewards."""
        observation, _ = self._env.reset(seed=self._seed)
        seen = [(dict(observation), 0.0)]
        for action in self._actions:
            if self._env.is_over:
                break
            observation, reward, *_ = self._env.step(action)
            seen.append((dict(observation), float(reward)))
        return seen

    def _outside(self, observation: Arrays) -> Iterator[str]:
        for field in self._env.schema.observations:
            low, high = field.bounds
            there = observation[field.name][field.present(observation[field.name])]
            if ((there < low) | (there > high)).any():
                yield field.name

    def _refusal(self) -> Check:
        what = "a wrong action is refused, and the simulation stays where it was"
        if not self._env.schema.actions:
            return Check(what, True, "it has no actions")
        self._env.reset(seed=self._seed)
        name = self._env.schema.actions[0].name
        wrong = {**self._actions[0], name: np.zeros(0)}
        try:
            self._env.step(wrong)
        except InvalidAction:
            slot = self._env.step(self._actions[0])[4]["slot"]
            return Check(what, slot == 1, f"slot {slot}")
        return Check(what, False, f"{name} of shape (0,) was taken")

    def _branch(self) -> Check:
        what = "a branch under the same action gives the same bits"
        self._env.reset(seed=self._seed)
        try:
            with self._env.branch() as (branch,):
                ours, theirs = (env.step(self._actions[0]) for env in (self._env, branch))
        except BranchRefused as refused:
            return Check(what, True, f"it has no branches: {refused}")
        return _same(what, [(dict(ours[0]), float(ours[1]))], [(dict(theirs[0]), float(theirs[1]))])

    def _end(self) -> Check:
        what = "it ends when it says"
        clock = self._env.settings.model_dump()
        if not {"duration_s", "slot_s"} <= clock.keys():
            return Check(what, True, "not tried: it decides when it asks, and says no length")
        length = max(1, slot_count(clock["duration_s"], clock["slot_s"]))
        if length > self._slots:
            return Check(what, True, f"not tried: {length} slots")
        played = len(self._play()) - 1
        ok = self._env.is_over and played <= length
        return Check(what, ok, f"{played} of {length} slots")


def _same(
    what: str, first: list[tuple[Arrays, float]], second: list[tuple[Arrays, float]]
) -> Check:
    if len(first) != len(second):
        return Check(what, False, f"{len(first) - 1} and {len(second) - 1} slots")
    for slot, ((seen, reward), (again, reward_again)) in enumerate(zip(first, second, strict=True)):
        differing = [n for n in seen if seen[n].tobytes() != again[n].tobytes()]
        if differing or reward != reward_again:
            return Check(what, False, f"slot {slot}: {', '.join(differing) or 'reward'}")
    return Check(what, True)
