# SPDX-License-Identifier: MIT
"""A scenario program of ns3-ai as a Gymnasium environment."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence

from ns3_bridge.compat.ns3_ai_segment import DEFAULT_NAME
from ns3_bridge.compat.ns3_ai_simulation import Ns3AiSimulation
from ns3_bridge.compat.program import ProgramRun
from ns3_bridge.compat.program_env import ProgramEnv
from ns3_bridge.compat.wire import NS3_AI

_numbers = itertools.count()


class Ns3AiEnv(ProgramEnv):
    """Drives an unmodified scenario program of ns3-ai's Gym interface (see `ProgramEnv`).

    Two limits are ns3-ai's. A message holds 1,024 bytes: a larger action is `InvalidAction`, a
    larger observation `ProtocolViolation`, or the program aborts by itself. And its programs know
    one name of shared memory: here it is taken only while a program starts, so that many
    environments may run at once and start one after the other, but none starts while an agent of
    ns3-ai itself runs.

    Args:
        command: program and arguments.
        arguments: more arguments. In these and in `command`, ``{seed}`` and ``{segment}`` are
            filled in. The default sets ns-3's run number in programs that parse their command line
            with ns-3's ``CommandLine``. As ns3-ai starts them: ``["./ns3", "run", "my-sim", "--"]``
            with the default.
        segment: name of the shared memory. Programs that are told it, by ``{segment}``, get one of
            their own by default.
        deadline_s: how long a step may take.
        start_deadline_s: how long a start may take.

    Raises:
        DeadlineExceeded: another simulation uses that shared memory, or this one does not speak.
        BridgeError: the program does not start, or does not speak as ns3-ai does.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        arguments: Sequence[str] = ("--RngRun={seed}",),
        segment: str | None = None,
        deadline_s: float = 60.0,
        start_deadline_s: float = 120.0,
    ) -> None:
        whole = [*command, *arguments]
        is_told = any("{segment}" in argument for argument in whole)
        own = f"ns3-twin-{os.getpid()}-{next(_numbers)}"
        self._segment = segment or (own if is_told else DEFAULT_NAME)
        super().__init__(NS3_AI, whole, deadline_s, start_deadline_s)

    def _launch(self, seed: int) -> ProgramRun:
        return Ns3AiSimulation(self._command, self._segment, seed, self._start_deadline_s)
