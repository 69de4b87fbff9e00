# SPDX-License-Identifier: MIT
"""Simulations on this machine: each episode is a process of its own."""

from __future__ import annotations

import functools
import os
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ns3_bridge.channel import Channel
from ns3_bridge.command import simulator_command
from ns3_bridge.description import Description, describe, describe_as_json
from ns3_bridge.episode_settings import check_same_spaces
from ns3_bridge.errors import (
    BranchRefused,
    BridgeError,
    DeadlineExceeded,
    InvalidSetting,
    SchemaMismatch,
)
from ns3_bridge.seeds import check_seed
from ns3_bridge.settings import (
    NestedSettings,
    attribute_arguments,
    check_settings,
    merged,
    plain,
    settings_model,
    to_arguments,
)
from ns3_bridge.starts import check_wanted
from ns3_bridge.transport import Transport
from ns3_bridge.waits import check_wait
from ns3_bridge.warm_starts import WarmStarts

_KEPT_VARIANTS = 32  # descriptions under settings that episodes asked for


def _go_on_waiting() -> None:
    pass


class LocalHost:
    """Starts the program of a scenario under checked settings, one process per episode.

    >>> import tempfile
    >>> from ns3_bridge.testing import echo_scenario
    >>> folder = tempfile.TemporaryDirectory()
    >>> program = echo_scenario(f"{folder.name}/echo", n_floats=2, n_slots=3)
    >>> host = LocalHost(program)
    >>> host.schema.action("say").shape
    (2,)
    >>> episode = host.start(run=1)
    >>> episode.slot
    0
    >>> episode.close()
    >>> folder.cleanup()

    Args:
        program: path of the scenario program; or it and arguments, those that are settings being
            taken as such; or ``["./ns3", "run", "name"]``: that is built first, and run directly.
        settings: nested settings of the scenario, e.g. ``{"n_ue": 10}``, or a typed form of them
            (``ns3-twin describe … --python``); the rest is default.
        ns3_attributes: ns-3 attributes by full name, e.g. ``{"ns3::LteUePhy::NoiseFigure": 7}``.
        deadline_s: how long the simulation of one slot may take.
        start_deadline_s: how long a start may take, warm-up included, and its description.
        on_wait: called every 50 ms of a wait for a simulator; what it raises ends that simulator.
        warm_starts: how many simulators are kept waiting at slot 0; an episode is then a branch of
            one, ready in a millisecond or two. 0: every episode is a process that starts anew, and
            so is one under other settings than this host's.
        reseed: which waiting simulator serves a run number. False: only one that was started with
            it, so that a warm start equals a cold one, bit for bit; those of the last `warm_starts`
            run numbers are kept. True: number ``1 + run % warm_starts``, with its places and its
            shadowing, but with traffic, turns and errors drawn from `run` from slot 0 on: bit-equal
            under the same `run` and `warm_starts`, but not to a cold start.
        max_branches: how many branches of this host's episodes may be alive at once.
        branch_memory_mb: by how much a branch may grow before it ends with `SimulatorOutOfMemory`.
        log: what ns-3 logs, as in its NS_LOG, e.g. ``"LteUeRrc=level_info,LteEnbRrc=warn"``.

    Attributes:
        description_json: what the program says of itself under these settings.
        settings: all settings, checked.
        ns3_attributes: as given, in numbers of Python.
        deadline_s: as given.
        start_deadline_s: as given.
        on_wait: as given; a change counts at once.
        output_file: what simulators that start from now on log and print is appended to it, as it
            comes; None: only the last lines are kept, for messages. Branches write nothing there.
        ns3_version: the ns-3 that the program is built with.
        schema: the declared fields and tables.

    Raises:
        InvalidSetting: a setting or a deadline is unknown or out of bounds.
        HandshakeError: the program is no scenario program.
    """

    def __init__(
        self,
        program: str | os.PathLike[str] | Sequence[str],
        settings: NestedSettings | None = None,
        ns3_attributes: Mapping[str, Any] | None = None,
        deadline_s: float = 60.0,
        start_deadline_s: float = 600.0,
        on_wait: Callable[[], None] = _go_on_waiting,
        warm_starts: int = 0,
        reseed: bool = False,
        max_branches: int = 64,
        branch_memory_mb: float = 1024.0,
        log: str = "",
    ) -> None:
        if warm_starts < 0:
            raise InvalidSetting(f"warm_starts = {warm_starts}: must be 0 or more")
        if reseed and warm_starts < 1:
            raise InvalidSetting(f"reseed=True needs warm_starts ≥ 1, not {warm_starts}")
        check_wait("deadline_s", deadline_s)
        check_wait("start_deadline_s", start_deadline_s)
        self.ns3_attributes = {name: plain(v) for name, v in (ns3_attributes or {}).items()}
        self.deadline_s = deadline_s
        self.start_deadline_s = start_deadline_s
        self.output_file: Path | None = None
        self._log = log
        self._program, own_settings = simulator_command(program, start_deadline_s)
        self._take(merged(own_settings, settings))
        self._variants: dict[tuple[str, ...], LocalHost] = {}
        self.on_wait = on_wait
        self._warm_starts = (
            WarmStarts(self._start_cold, warm_starts, reseed) if warm_starts else None
        )
        self._max_branches = max_branches
        self._branch_memory_mb = branch_memory_mb
        self._branches: weakref.WeakSet[Channel] = weakref.WeakSet()
        self._made_of: dict[str, Any] = {
            "ns3_attributes": self.ns3_attributes,
            "deadline_s": deadline_s,
            "start_deadline_s": start_deadline_s,
            "on_wait": on_wait,
            "warm_starts": warm_starts,
            "reseed": reseed,
            "max_branches": max_branches,
            "branch_memory_mb": branch_memory_mb,
            "log": log,
        }

    def __reduce__(self) -> tuple[Any, ...]:
        return functools.partial(LocalHost, self._program, self._given, **self._made_of), ()

    def _take(self, given: Mapping[str, Any]) -> None:
        """Take over these settings of the scenario."""
        attributes = attribute_arguments(self.ns3_attributes)
        if self._log:
            attributes = [*attributes, f"--log={self._log}"]
        self._given = given
        self.description_json = _described_under(
            self._program, given, attributes, self.start_deadline_s
        )
        description = Description.from_json(self.description_json)
        self.settings = check_settings(settings_model(description.settings), given)
        # What is default stays the program's own: as text it may read otherwise, or have effects.
        changed = to_arguments(self.settings.model_dump(exclude_defaults=True))
        self._command = [*self._program, *changed, *attributes]
        self.ns3_version = description.ns3_version
        self.schema = description.schema

    def under(self, settings: NestedSettings) -> LocalHost:
        """This host under other settings, for an episode of the same spaces; it starts cold.

        Args:
            settings: nested; the rest is as of this host.

        Raises:
            InvalidSetting: a setting is unknown, out of bounds, or changes the spaces.
        """
        given = merged(self._given, settings)
        checked = check_settings(type(self.settings), given)
        key = tuple(to_arguments(checked.model_dump()))
        if key in self._variants:
            self._variants[key].output_file = self.output_file
            return self._variants[key]
        variant = object.__new__(LocalHost)
        variant.__dict__.update(self.__dict__)
        variant._warm_starts = None
        variant._made_of = {**self._made_of, "warm_starts": 0, "reseed": False}
        variant.on_wait = lambda: self.on_wait()
        variant._take(given)
        check_same_spaces(self.schema, variant.schema)
        while len(self._variants) >= _KEPT_VARIANTS:
            self._variants.pop(next(iter(self._variants)))
        self._variants[key] = variant
        return variant

    def start(self, run: int, instead_of: Transport | None = None) -> Channel:
        """Start an episode. Several threads may do so at once.

        Args:
            run: run number of ns-3.
            instead_of: an episode of this host that ends with this call, whatever comes of it. A
                branch dies while the next one is made.

        Raises:
            InvalidSetting: `run` is out of range.
            SchemaMismatch: the program now declares other fields.
            BranchRefused: the scenario cannot be reseeded.
            BridgeError: the simulator does not start (see `Channel`).
        """
        run = check_seed(run, "run")
        if not isinstance(instead_of, Channel):
            return self._start(run)
        instead_of.begin_to_close()
        try:
            return self._start(run)
        finally:
            instead_of.close()

    def branch(self, episode: Transport, run: int | None) -> Channel:
        """A second episode that goes on from the present state of one of this host's.

        Args:
            episode: the one to be branched; it is not changed.
            run: run number that the branch draws its random numbers from, or None: the same as
                `episode`.

        Raises:
            BranchRefused: `max_branches` are alive, or the scenario cannot be reseeded.
            BridgeError: the simulator has died or gives no answer.
        """
        if not isinstance(episode, Channel):
            raise BranchRefused(f"{type(episode).__name__} is not an episode of this machine")
        alive = sum(branch.is_alive for branch in self._branches)
        if alive >= self._max_branches:
            raise BranchRefused(
                f"{alive} branches are alive, the limit (max_branches) is {self._max_branches}: "
                "close some of them"
            )
        branch = episode.branch(run, int(self._branch_memory_mb * 2**20))
        self._branches.add(branch)
        return branch

    @property
    def waiting_pids(self) -> dict[int, int]:
        """Processes of the simulators that wait at slot 0, by run number, the last used last."""
        return self._warm_starts.pids if self._warm_starts else {}

    def resume(self) -> Channel:
        """Always fails: a simulation on this machine ends with its agent."""
        raise BridgeError("simulations on this machine end with their agent: nothing to go on with")

    def close(self) -> None:
        """End the simulators that wait at slot 0."""
        if self._warm_starts:
            self._warm_starts.close()

    def _start(self, run: int) -> Channel:
        return self._warm_starts.branch(run) if self._warm_starts else self._start_cold(run)

    def _while_waiting(self) -> None:
        check_wanted()
        self.on_wait()

    def _start_cold(self, run: int) -> Channel:
        channel = Channel(
            [*self._command, f"--RngRun={run}"],
            deadline_s=self.deadline_s,
            start_deadline_s=self.start_deadline_s,
            on_wait=self._while_waiting,
            output_file=self.output_file,
        )
        if channel.schema != self.schema:
            channel.close()
            raise SchemaMismatch(
                f"{self._command[0]} now declares other fields than when this environment was "
                "made: make the environment again"
            )
        return channel


def _described_under(
    program: Sequence[str], given: Mapping[str, Any], attributes: Sequence[str], deadline_s: float
) -> str:
    """What a program says of itself under these settings; asked once, unless they are refused."""
    try:
        told = describe_as_json([*program, *to_arguments(given), *attributes], deadline_s)
        Description.from_json(told)
    except DeadlineExceeded:
        raise
    except BridgeError:
        # What pydantic can read, the program may not ("10", 3.0); what neither can, pydantic
        # explains better.
        checked = check_settings(settings_model(describe(program, deadline_s).settings), given)
        arguments = [*to_arguments(checked.model_dump()), *attributes]
        return describe_as_json([*program, *arguments], deadline_s)
    return told
