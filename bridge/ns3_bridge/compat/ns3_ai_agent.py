# SPDX-License-Identifier: MIT
"""The line to an agent of ns3-ai: it has made the shared memory and started us, we speak first."""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Callable

from google.protobuf.message import Message

from ns3_bridge.compat.agent_line import AgentSilent
from ns3_bridge.compat.ns3_ai_segment import open_segment, remove_segment, segment_path, users_of
from ns3_bridge.compat.wire import NS3_AI, SomeMessage, parse
from ns3_bridge.errors import ConnectionLost, DeadlineExceeded, HandshakeError, ProtocolViolation

_PATROL_S = 0.02


class Ns3AiAgent:
    """A line through the shared memory that the agent has made (see `AgentLine`).

    Whoever has mapped the memory before us is the agent. When it is gone its memory's name goes.

    Args:
        segment: name of the shared memory.
        deadline_s: how long the agent may take for an answer, and to make the memory.
        on_wait: called every 20 ms of a wait; what it raises ends the wait.

    Raises:
        InvalidSetting: no segment can have that name.
        AgentSilent: there is no such memory, or only one that was left behind.
        HandshakeError: it is not one of ns3-ai's Gym interface.
    """

    def __init__(self, segment: str, deadline_s: float, on_wait: Callable[[], None]) -> None:
        self._name = segment
        self._deadline_s = deadline_s
        self._on_wait = on_wait
        self._path = segment_path(segment)
        try:
            self._segment = open_segment(segment, deadline_s, on_wait)
        except DeadlineExceeded as error:
            raise AgentSilent(str(error)) from error
        self._inode = self._path.stat().st_ino
        self._agents: list[int] = []
        for pid in users_of(self._path):
            if pid != os.getpid():
                with contextlib.suppress(ProcessLookupError):
                    self._agents.append(os.pidfd_open(pid))
        while self._segment.receive(0) is not None:
            pass  # a stop that the simulation before us did not live to read
        self._is_our_turn = True

    def ask(self, message: Message, kind: type[SomeMessage]) -> SomeMessage:
        """Send a message, wait for the answer (see `AgentLine.ask`)."""
        until_s = time.monotonic() + self._deadline_s
        content = message.SerializeToString()
        while not self._segment.send(content, _PATROL_S):
            self._patrol(until_s)
        self._is_our_turn = False
        try:
            while (answer := self._segment.receive(_PATROL_S)) is None:
                self._patrol(until_s)
        except ValueError as size:
            self._is_our_turn = True
            raise ProtocolViolation(
                f"the agent says that its {kind.__name__} has {size} bytes; "
                f"a message of ns3-ai holds {NS3_AI.largest_bytes}"
            ) from None
        self._is_our_turn = True
        return parse(kind, answer)

    def count_episode(self) -> int:
        """How many times this was asked before in this agent's life; its memory remembers.

        Raises:
            HandshakeError: the memory has no room left to remember.
        """
        try:
            return self._segment.count_episode()
        except (RuntimeError, MemoryError) as error:
            raise HandshakeError(
                f"cannot count episodes in the shared-memory segment {self._name!r}: {error}; "
                "ns3-ai's agent has an argument shmSize, 4096 by default"
            ) from error

    def tell(self, message: Message) -> None:
        """Send a last message, if the agent waits for one."""
        if self._is_our_turn:
            self._segment.send(message.SerializeToString(), 0)

    def check_presence(self) -> None:
        """Notice that the agent is gone (see `AgentLine.check_presence`)."""
        poll = select.poll()
        for fd in self._agents:
            poll.register(fd, select.POLLIN)
        if self._agents and len(poll.poll(0)) == len(self._agents):
            remove_segment(self._path, self._inode)
            raise ConnectionLost(f"the agent at the shared-memory segment {self._name!r} is gone")

    def close(self) -> None:
        """Hang up."""
        for fd in self._agents:
            os.close(fd)
        self._agents.clear()

    def _patrol(self, until_s: float) -> None:
        self._on_wait()
        self.check_presence()
        if time.monotonic() >= until_s:
            raise AgentSilent(
                f"the agent of ns3-ai gave no answer at the shared-memory segment {self._name!r} "
                f"within {self._deadline_s:g} s (--agent-deadline)"
            )
