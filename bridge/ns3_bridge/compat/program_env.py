# SPDX-License-Identifier: MIT
"""A scenario program of ns3-gym or ns3-ai as a Gymnasium environment."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium

from ns3_bridge.compat import ns3_gym_pb2 as pb
from ns3_bridge.compat.program import ProgramRun
from ns3_bridge.compat.space_messages import Space, read_space
from ns3_bridge.compat.value_messages import check_value, pack_value, read_value
from ns3_bridge.compat.wire import Dialect
from ns3_bridge.errors import InvalidAction, InvalidSetting, SchemaMismatch
from ns3_bridge.seeds import check_seed, draw_seed

_FIRST_SEED = 1


class ProgramEnv(gymnasium.Env[Any, Any]):
    """Drives an unmodified scenario program; the two projects' environments are made of it.

    Each episode is a process of its own, as in the projects themselves. Beyond that: every wait has
    a deadline, a program that dies is `SimulatorDied` with its last words, a program never outlives
    its agent, and ``reset(seed=s)`` hands s to the program. The program tells its spaces only when
    it runs; it is started once for that when the environment is made.

    An episode is *terminated* at the scenario's game over and *truncated* at the simulation's end.
    ``info["info"]`` is the scenario's extra information.

    Args:
        dialect: the project.
        command: program and arguments, all of them.
        deadline_s: how long a step may take.
        start_deadline_s: how long a start may take.

    Raises:
        BridgeError: the program does not start, or does not speak as the project does.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 - declared so by Gymnasium

    def __init__(
        self, dialect: Dialect, command: Sequence[str], deadline_s: float, start_deadline_s: float
    ) -> None:
        self._dialect = dialect
        self._command = command
        self._deadline_s = deadline_s
        self._start_deadline_s = start_deadline_s
        self._simulation: ProgramRun | None = None
        self._observation: Any = None
        self._is_over = False
        _, self.observation_space, self.action_space = self._start(_FIRST_SEED)
        self._end_episode()

    @abstractmethod
    def _launch(self, seed: int) -> ProgramRun:
        """Start the program."""

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start the program anew.

        Raises:
            InvalidSetting: `seed` is out of range, or `options` holds something.
            SchemaMismatch: the program has other spaces than before.
            BridgeError: it does not start.
        """
        seed = None if seed is None else check_seed(seed)
        if options:
            raise InvalidSetting(f"unknown reset options {sorted(options)}; there are none")
        super().reset(seed=seed)
        self._end_episode()
        simulation, *seen = self._start(draw_seed(self.np_random) if seed is None else seed)
        if seen != [self.observation_space, self.action_space]:
            self._end_episode()
            raise SchemaMismatch(
                f"{self._command[0]} now has other spaces than when this environment was made: "
                f"{seen[0]} and {seen[1]}"
            )
        state = self._exchange(simulation, pb.SimInitAck(done=True), self._start_deadline_s)
        return self._observation, {"info": state.info}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Send an action, wait for what comes of it.

        Raises:
            InvalidAction: it is outside the action space, or larger than a message can be; the
                simulation stays where it was.
            SimulatorDied: the program has ended; `reset` starts another.
            DeadlineExceeded: the step took longer than `deadline_s`; `reset` starts another.
            ProtocolViolation: the program does not speak as its project does; likewise.
            ConnectionLost: it has hung up; likewise.
        """
        if self._simulation is None or self._is_over:
            raise gymnasium.error.ResetNeeded("no episode is running: call reset()")
        checked = check_value(self.action_space, action, "action")
        answer = pb.EnvActMsg(act_data=pack_value(self._dialect, self.action_space, checked))
        if answer.ByteSize() > self._dialect.largest_bytes:
            raise InvalidAction(
                "action",
                f"this action takes {answer.ByteSize()} bytes, a message of {self._dialect.name} "
                f"holds {self._dialect.largest_bytes}",
            )
        state = self._exchange(self._simulation, answer, self._deadline_s)
        terminated = state.is_game_over and state.reason == pb.EnvStateMsg.GAME_OVER
        truncated = state.is_game_over and not terminated
        return self._observation, state.reward, terminated, truncated, {"info": state.info}

    def close(self) -> None:
        """End the program, if it runs."""
        self._end_episode()

    def _start(self, seed: int) -> tuple[ProgramRun, Space, Space]:
        """Start the program; it waits for our SimInitAck then. Returns both its spaces, too."""
        self._simulation = simulation = self._launch(seed)
        self._is_over = False
        try:
            told = simulation.receive(self._dialect.greeting, self._start_deadline_s)
            return (
                simulation,
                read_space(self._dialect, told.obs_space, "observation space"),
                read_space(self._dialect, told.act_space, "action space"),
            )
        except BaseException:
            self._end_episode()
            raise

    def _exchange(
        self,
        simulation: ProgramRun,
        answer: pb.SimInitAck | pb.EnvActMsg,
        deadline_s: float,
    ) -> pb.EnvStateMsg:
        try:
            simulation.send(answer)
            state = simulation.receive(pb.EnvStateMsg, deadline_s)
            # At its very end a scenario may have nothing more to observe.
            if state.HasField("obs_data") or not state.is_game_over:
                self._observation = read_value(
                    self._dialect, self.observation_space, state.obs_data, "observation"
                )
        except BaseException:
            self._end_episode()
            raise
        self._is_over = state.is_game_over
        return state

    def _end_episode(self) -> None:
        if self._simulation is not None:
            self._simulation.close()
            self._simulation = None
