# SPDX-License-Identifier: MIT
"""The agent's end of the local transport: shared memory with one simulator, in lockstep."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ns3_bridge import _native
from ns3_bridge._native import Command, Outcome, Status
from ns3_bridge.channel_memory import ChannelMemory
from ns3_bridge.errors import (
    BranchRefused,
    BridgeError,
    ChannelCorrupted,
    DeadlineExceeded,
    HandshakeError,
    InvalidAction,
    SimulatorBusy,
    SimulatorDied,
    SimulatorOutOfMemory,
    WrongProcess,
)
from ns3_bridge.launcher import ForkedProcess, SimulatorProcess
from ns3_bridge.records import RecordReader
from ns3_bridge.schema import Schema, copy_fields, fields_of
from ns3_bridge.spin import PAIR_SPIN, Spin
from ns3_bridge.wiring import Wiring

_REAP_S = 1.0
_STOP_S = 2.0
_PATROL_S = 0.05
_STATUS_OUT_OF_MEMORY = 4
_ANSWERED, _RUNNING = Outcome.ANSWERED, Status.RUNNING


class Channel:
    """A simulator process and the memory that we share with it.

    `observations` and `actions` are views of that memory: no copies, valid until the next
    `exchange` and until `close`. Copy what you keep.

    >>> from ns3_bridge.testing import echo_command  # a simulator that repeats what it is told
    >>> channel = Channel(echo_command(n_floats=2, n_slots=3))
    >>> channel.actions["say"][:] = [0.25, -0.5]
    >>> channel.exchange().name
    'RUNNING'
    >>> channel.observations["echo"].tolist()
    [0.25, -0.5]
    >>> channel.close()

    Args:
        command: the simulator program and its arguments.
        deadline_s: how long a slot may take.
        start_deadline_s: how long the simulator may take until the first observation.
        spin: see the attribute.
        on_wait: called every 50 ms of a wait; what it raises ends the simulator.
        output_file: what the simulator writes to stdout and stderr is appended to it; branches
            write nothing there.

    Attributes:
        schema: what the simulator declared.
        observations: per field a view ``field.shape``.
        actions: per field a view ``field.shape``; fill them before `exchange`.
        observation_block: all observations, as they lie in memory: one structured element.
        action_block: all actions, likewise.

    Raises:
        HandshakeError: the simulator does not speak the protocol.
        SimulatorDied: it ended before its first observation.
        DeadlineExceeded: it gave no first observation in time.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        deadline_s: float = 60.0,
        start_deadline_s: float = 120.0,
        spin: Spin = PAIR_SPIN,
        on_wait: Callable[[], None] = lambda: None,
        output_file: Path | None = None,
    ) -> None:
        self._deadline_s = deadline_s
        self._patience_s = min(deadline_s, _PATROL_S)
        self._on_wait = on_wait
        self._is_branch = False
        self._posted_s = time.perf_counter()
        self._attach(SimulatorProcess.start(command, _native.HEADER_BYTES, output_file), spin)
        try:
            self._await(start_deadline_s)
            self._shake_hands()
        except BaseException as error:
            self.process.close(_reason(error))
            raise
        self._records = RecordReader(self.process.records_fd, self.schema.tables)

    def _attach(self, process: SimulatorProcess, spin: Spin) -> None:
        self.process = process
        try:
            self._native = _native.AgentChannel(process.channel_fd, process.pid_fd)
        except BaseException:
            process.close()
            raise
        self.spin = spin

    def exchange(self) -> Status:
        """Publish `actions`, wait for the next observation.

        Returns:
            what the simulator says with it: RUNNING, or the way in which the episode ended.

        Raises:
            InvalidAction: the simulator refused the action; it waits for another.
            SimulatorDied: its process has ended.
            DeadlineExceeded: it gave no answer in time.
            ChannelCorrupted: it broke the protocol.
            SimulatorBusy: another thread waits for its answer, and goes on.
            WrongProcess: we are a fork of the process that started it.
        """
        if self.process.user_pid != os.getpid():
            raise self._unusable()
        # A few hundred nanoseconds count here: all but the step itself is for the long wait.
        try:
            outcome = self._native.step(self._patience_s)
        except BaseException as error:  # Ctrl-C: nobody will answer the simulator any more
            self.process.close(_reason(error))
            raise
        if outcome is not _ANSWERED:
            if outcome is Outcome.BUSY:
                raise SimulatorBusy(
                    "another thread waits for this simulator's answer: one thread at a time steps "
                    "a simulation, or each has a branch or an environment of its own"
                )
            left_s = self._deadline_s - self._patience_s
            self._wait_on(outcome, time.perf_counter() + left_s, self._deadline_s)
        status = self._native.status
        return status if status is _RUNNING else self._checked(status)

    def write_action(self, action: Mapping[str, NDArray[Any]]) -> None:
        """Take over an action, checked before, into `actions`."""
        for name, value in action.items():
            self.actions[name][...] = value

    def post(self, command: Command = Command.STEP) -> None:
        """Publish `actions` without waiting: first half of `exchange`, for many simulators.

        Args:
            command: what the simulator shall do with them.

        Raises:
            SimulatorDied: it was ended from here.
            WrongProcess: we are a fork of the process that started it.
        """
        if self.process.user_pid != os.getpid():
            raise self._unusable()
        self._posted_s = time.perf_counter()
        self._native.post(command)

    @property
    def is_overdue(self) -> bool:
        """Has the deadline of the last `post` passed?"""
        return time.perf_counter() > self._posted_s + self._deadline_s

    def collect(self) -> Status:
        """Wait for the observation that follows `post`: second half of `exchange`.

        Of a channel that nothing was posted to, it is whatever the simulator does by itself.
        """
        self._await(self._deadline_s, since_s=self._posted_s)
        return self._checked(self._native.status)

    def _checked(self, status: Status) -> Status:
        if status == Status.INVALID_ACTION:
            message = self._native.message
            raise InvalidAction(message.split("[")[0], message)
        return status

    @property
    def spin(self) -> Spin:
        """For how long each side spins before it sleeps."""
        return self._spin

    @spin.setter
    def spin(self, spin: Spin) -> None:
        self._spin = spin
        self._native.set_spin(*spin)

    @property
    def status(self) -> Status:
        """What the simulator said with the present observation."""
        return self._native.status

    @property
    def slot(self) -> int:
        """Number of the slot that starts with the present observation."""
        return self._native.slot

    @property
    def time_s(self) -> float:
        """Simulated time of the present observation."""
        return self._native.time_s

    @property
    def reward(self) -> float:
        """Reward of the slot that has just ended."""
        return self._native.reward

    @property
    def events(self) -> int:
        """Events that the simulator has executed so far."""
        return self._native.events

    @property
    def branch_pid(self) -> int:
        """Process of the last branch of this simulator; 0: there was none."""
        return self._native.branch_pid

    @property
    def info(self) -> dict[str, Any]:
        """Slot, time and events, as environments put them into their ``info``."""
        native = self._native
        return {"slot": native.slot, "time_s": native.time_s, "events": native.events}

    @property
    def wait_s(self) -> float:
        """Time spent waiting for the simulator so far."""
        return self._native.waited_s

    @property
    def is_alive(self) -> bool:
        """Does the simulator's process still run?"""
        return self.process.wait(0) is None

    @property
    def is_ours(self) -> bool:
        """Are we the process that started the simulator, not a fork of that?"""
        return self.process.is_ours

    def copy_observations(self) -> dict[str, NDArray[Any]]:
        """The present observation in memory of its own: per field an array ``field.shape``."""
        return copy_fields(self.observation_block)

    def take_records(self) -> dict[str, NDArray[Any]]:
        """Rows written since the last call: per table a structured array ``[n_rows]``.

        Also those of a simulator that has died or was closed.

        Raises:
            WrongProcess: we are a fork of the process that started it.
            ChannelCorrupted: what the simulator wrote are no rows.
        """
        if not self.process.is_ours:
            raise self._unusable()
        return self._records.read(self._native.records_bytes)

    def branch(self, run: int | None = None, memory_bytes: int = 0) -> Channel:
        """Fork the simulator: a second one goes on from the present observation.

        The branch has a channel and a process of its own and shows the same observation. Given the
        same actions both go the same way, bit for bit; what one does, or its death, never touches
        the other. Records that were already written are not repeated in the branch.

        Args:
            run: run number from which the branch draws its random numbers from now on, or None:
                it draws the ones that its parent would.
            memory_bytes: by how much the memory of the branch may grow; 0: without limit.

        Raises:
            BranchRefused: the simulator cannot fork, or not with another run number.
            SimulatorDied: its process has ended.
            DeadlineExceeded: it or the branch gave no answer in time.
            WrongProcess: we are a fork of the process that started it.
        """
        if self.process.user_pid != os.getpid():
            raise self._unusable()
        wiring = Wiring(self._native.total_bytes, sealed=True)
        last_pid = self._native.branch_pid
        try:
            with contextlib.suppress(OSError):  # it has died: the wait says how
                self.process.wiring.send(wiring.theirs)
            self._native.post_branch(-1 if run is None else run, memory_bytes)
            branch = self._prepare_branch(wiring)  # while the simulator forks
            self._await(self._deadline_s)
            if self._native.status == Status.BRANCH_REFUSED:
                raise BranchRefused(f"no branch was made: {self._native.message}")
        except BranchRefused:
            wiring.discard()
            raise
        except BaseException as error:  # it may have forked all the same
            self.process.close(_reason(error))
            self._native.wait(0.0)  # its answer is none to what may be asked next
            if (pid := self._native.branch_pid) == last_pid:
                wiring.discard()
            else:
                SimulatorProcess(ForkedProcess(pid), wiring).close()
            raise
        process = SimulatorProcess(ForkedProcess(self._native.branch_pid), wiring)
        branch._attach(process, PAIR_SPIN)
        branch._await(self._deadline_s)
        return branch

    def _prepare_branch(self, wiring: Wiring) -> Channel:
        branch = Channel.__new__(Channel)
        branch._deadline_s = self._deadline_s
        branch._patience_s = self._patience_s
        branch._on_wait = self._on_wait
        branch._is_branch = True
        branch._posted_s = time.perf_counter()
        branch.schema = self.schema
        branch._show(ChannelMemory(wiring.channel_fd, self._native.total_bytes), self._native)
        branch._records = RecordReader(wiring.records_fd, self.schema.tables)
        return branch

    def close(self) -> None:
        """Ask the simulator to end; kill it if it does not. Harmless when it has ended.

        One in the middle of a slot is killed at once, and so is a branch, which owns nothing but
        its memory.
        """
        self.begin_to_close()
        self.process.close()

    def begin_to_close(self) -> None:
        """First part of `close`, without waiting for the end of a branch."""
        if not self.process.is_ours:
            return
        self.process.give_up("it was closed")
        if self._is_branch:
            self.process.kill()
        elif self.is_alive and self._native.stop():
            self.process.wait(_STOP_S)

    def _await(self, deadline_s: float, since_s: float | None = None) -> None:
        start_s = time.perf_counter()
        end_s = deadline_s + (start_s if since_s is None else since_s)
        try:
            outcome = self._native.wait(min(max(end_s - start_s, 0.0), _PATROL_S))
        except BaseException as error:
            self.process.close(_reason(error))
            raise
        self._wait_on(outcome, end_s, deadline_s)

    def _wait_on(self, outcome: Outcome, end_s: float, deadline_s: float) -> None:
        """Go on waiting until `end_s` if there was no answer yet; raise if there is none."""
        try:
            while outcome == Outcome.DEADLINE and (left_s := end_s - time.perf_counter()) > 0:
                self._on_wait()
                if self.process.user_pid != os.getpid():  # another thread has closed it
                    raise self._unusable()
                outcome = self._native.wait(min(left_s, _PATROL_S))
        except BaseException as error:
            self.process.close(_reason(error))
            raise
        if outcome != Outcome.ANSWERED:
            raise self._failure(outcome, deadline_s)

    def _failure(self, outcome: Outcome, deadline_s: float) -> BridgeError:
        if outcome == Outcome.CORRUPTED:
            self.process.close("it broke the protocol")
            return ChannelCorrupted(
                "the simulator overwrote the header of the shared memory "
                f"(magic {self._native.magic:#x}, expected {_native.MAGIC:#x}; "
                "or a sequence number out of turn)"
            )
        return_code = self.process.wait(_REAP_S) if outcome == Outcome.DIED else None
        tail = self.process.output_tail()
        self.process.close(f"it gave no answer within {deadline_s:g} s")
        if return_code is not None:
            return self._death(return_code, tail)
        return DeadlineExceeded(
            f"the simulator gave no answer within {deadline_s:g} s and has been ended; "
            f"a longer deadline may help{f'. It said last:{chr(10)}{tail}' if tail else ''}"
        )

    def _unusable(self) -> BridgeError:
        """Why this process can not use the simulator (any more)."""
        if not self.process.is_ours:
            return WrongProcess(
                "this process is a fork of the one that started the simulator, and only that may "
                "use it: start another simulation here"
            )
        return self._death(self.process.wait(_REAP_S) or 0, self.process.output_tail())

    def _death(self, return_code: int, tail: str) -> SimulatorDied:
        kind = SimulatorOutOfMemory if return_code == _STATUS_OUT_OF_MEMORY else SimulatorDied
        return kind(return_code, tail, self.process.end_reason)

    def _shake_hands(self) -> None:
        native = self._native
        seals = fcntl.fcntl(self.process.channel_fd, _native.F_GET_SEALS)
        if not seals & _native.F_SEAL_SHRINK:
            raise HandshakeError("the simulator left the shared memory open to a change of size")
        if native.protocol_version != _native.PROTOCOL_VERSION:
            raise HandshakeError(
                f"the simulator speaks protocol version {native.protocol_version}, "
                f"this agent version {_native.PROTOCOL_VERSION}: rebuild the older one"
            )
        memory = ChannelMemory(self.process.channel_fd, native.total_bytes)
        declared = memory.region(native.schema_offset, native.schema_bytes, "declarations")
        self.schema = Schema.from_json(declared.tobytes())
        self._show(memory, native)

    def _show(self, memory: ChannelMemory, layout: _native.AgentChannel) -> None:
        """See in `memory`, which is laid out as that of `layout`, the fields of our schema."""
        self.observation_block = memory.block(
            layout.observation_offset, self.schema.observation_dtype, "observations"
        )
        self.observations = fields_of(self.observation_block)
        self.action_block = memory.block(layout.action_offset, self.schema.action_dtype, "actions")
        self.actions = fields_of(self.action_block)


def _reason(error: BaseException) -> str:
    said = f" ({error})" if str(error) else ""
    return f"{type(error).__name__}{said} broke off the wait for its answer"


def wait_any(channels: Sequence[Channel], patience_s: float) -> list[int]:
    """Wait for several simulators after `Channel.post`; spins for none of them.

    Args:
        channels: what was posted to.
        patience_s: how long to wait.

    Returns:
        positions of those that `Channel.collect` need not wait for: they have answered or died, or
        their deadline has passed.
    """
    answered = _native.wait_any([channel._native for channel in channels], patience_s)
    return [i for i, channel in enumerate(channels) if i in answered or channel.is_overdue]
