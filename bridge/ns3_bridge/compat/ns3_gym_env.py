# SPDX-License-Identifier: MIT
"""A scenario program of ns3-gym as a Gymnasium environment."""

from __future__ import annotations

from collections.abc import Sequence

from ns3_bridge.compat.ns3_gym_simulation import Ns3GymSimulation
from ns3_bridge.compat.program import ProgramRun
from ns3_bridge.compat.program_env import ProgramEnv
from ns3_bridge.compat.wire import NS3_GYM
from ns3_bridge.errors import InvalidSetting


class Ns3GymEnv(ProgramEnv):
    """Drives an unmodified scenario program of ns3-gym (see `ProgramEnv`).

    Args:
        command: program and arguments.
        arguments: more arguments. In these and in `command`, ``{port}`` and ``{seed}`` are filled
            in; leave ``--simSeed`` out for a program that does not know it. A whole command line in
            one argument: ``["./ns3", "run", "my-sim --openGymPort={port}"], arguments=[]``.
        port: on the loopback interface; 0: any free one, so that environments do not collide.
        deadline_s: how long a step may take.
        start_deadline_s: how long a start may take.

    Raises:
        InvalidSetting: ``{port}`` occurs nowhere, or the port is taken.
        BridgeError: the program does not start, or does not speak as ns3-gym does.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        arguments: Sequence[str] = ("--openGymPort={port}", "--simSeed={seed}"),
        port: int = 0,
        deadline_s: float = 60.0,
        start_deadline_s: float = 120.0,
    ) -> None:
        self._port = port
        whole = [*command, *arguments]
        if not any("{port}" in argument for argument in whole):
            raise InvalidSetting(
                f"{{port}} occurs nowhere in {whole}: the program must be told where to "
                "connect, e.g. --openGymPort={port}"
            )
        super().__init__(NS3_GYM, whole, deadline_s, start_deadline_s)

    def _launch(self, seed: int) -> ProgramRun:
        return Ns3GymSimulation(self._command, self._port, seed)
