# SPDX-License-Identifier: MIT
"""One run of an ns3-ai scenario program: its process, and the shared memory that it opens."""

from __future__ import annotations

import time
from collections.abc import Sequence

from google.protobuf.message import Message

from ns3_bridge.compat import ns3_gym_pb2 as pb
from ns3_bridge.compat.ns3_ai_segment import create_segment, remove_segment, segment_path
from ns3_bridge.compat.program import check_program, quoted, start_guarded
from ns3_bridge.compat.wire import NS3_AI, SomeMessage, parse
from ns3_bridge.errors import DeadlineExceeded, ProtocolViolation, SimulatorDied

_STOP_S = 2.0
_PATROL_S = 0.02


class Ns3AiSimulation:
    """A run over shared memory that we create (see `ProgramRun`).

    The segment loses its name as soon as the program has opened it: then the next simulation may
    start under the same one, and nothing is left in the file system, however either side ends.

    Args:
        command: program and arguments; ``{segment}`` and ``{seed}`` in them are filled in.
        segment: name of the shared memory.
        seed: of this run.
        deadline_s: how long to wait for the name.

    Raises:
        InvalidSetting: no segment can have that name.
        DeadlineExceeded: another simulation starts or runs under that name.
        HandshakeError: there is no such program.
    """

    def __init__(self, command: Sequence[str], segment: str, seed: int, deadline_s: float) -> None:
        check_program(command)
        self._segment = create_segment(segment, deadline_s)
        self._path = segment_path(segment)
        self._inode = self._path.stat().st_ino
        self._is_named = True
        self._may_send = False
        try:
            values = {"segment": segment, "seed": seed}
            self._process = start_guarded(command, values, f"{self._path}:{self._inode}")
        except BaseException:
            self._remove_name()
            raise

    def receive(self, kind: type[SomeMessage], deadline_s: float) -> SomeMessage:
        """Wait for the next message (see `ProgramRun.receive`)."""
        content = self._next(kind, deadline_s)
        self._may_send = True
        self._remove_name()
        return parse(kind, content)

    def send(self, message: Message) -> None:
        """Answer the last message."""
        if not self._segment.send(message.SerializeToString(), 0):
            raise ProtocolViolation("the simulation has not read our last answer, but spoken again")
        self._may_send = False

    def close(self) -> None:
        """End the program: by asking it to if it waits for an answer, and else by force."""
        if self._may_send and self._segment.send(
            pb.EnvActMsg(stop_sim_req=True).SerializeToString(), 0
        ):  # the same bytes in a SimInitAck
            self._process.wait(_STOP_S)
        self._process.close()
        self._remove_name()

    def _next(self, kind: type[Message], deadline_s: float) -> bytes:
        until_s = time.monotonic() + deadline_s
        while True:
            has_ended = self._process.wait(0) is not None  # it may have spoken before
            try:
                content = self._segment.receive(
                    min(_PATROL_S, max(0.0, until_s - time.monotonic()))
                )
            except ValueError as size:
                raise ProtocolViolation(
                    f"the simulation's {kind.__name__} has {size} bytes, ns3-ai's buffer "
                    f"{NS3_AI.largest_bytes}: it has overwritten what lies behind"
                ) from None
            if content is not None:
                return content
            if has_ended:
                status = self._process.wait(0)
                raise SimulatorDied(status or 0, self._process.output_tail())
            if time.monotonic() >= until_s:
                raise DeadlineExceeded(
                    f"the simulation sent no {kind.__name__} within {deadline_s:g} s"
                    + quoted(self._process.output_tail())
                )

    def _remove_name(self) -> None:
        if self._is_named:
            remove_segment(self._path, self._inode)
            self._is_named = False
