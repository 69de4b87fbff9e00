# SPDX-License-Identifier: MIT
"""A scenario program as a Gymnasium environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

import gymnasium
from gymnasium import spaces
from numpy.typing import ArrayLike, NDArray

from ns3_bridge._native import Status
from ns3_bridge.actions import check_action
from ns3_bridge.channel import Channel
from ns3_bridge.description import describe
from ns3_bridge.errors import BridgeError, InvalidSetting, SchemaMismatch
from ns3_bridge.settings import check_settings, settings_model, to_arguments
from ns3_bridge.spaces import dict_space

Observation: TypeAlias = dict[str, NDArray[Any]]
Action: TypeAlias = Mapping[str, ArrayLike]

_MAX_RUN = 2**31 - 1


class ScenarioEnv(gymnasium.Env[Observation, Action]):
    """One simulated slot per step, in a simulator process of its own.

    Observations and actions are dicts with one array per declared field; ``ns3-twin describe``
    prints their table. The simulator starts at the first `reset`, not before.

    Seeds: ``reset(seed=s)`` sets ns-3's run number to s; a reset without a seed draws a new run
    number from the environment's own generator. The same seed and the same actions give bit-equal
    observations.

    An episode is *truncated* when the setting ``duration_s`` is over.

    Args:
        program: path of the scenario program.
        settings: nested settings of the scenario, e.g. ``{"n_ue": 10}``; the rest is default.
        ns3_attributes: ns-3 attributes by full name, e.g. ``{"ns3::LteUePhy::NoiseFigure": 7}``.
        deadline_s: how long the simulation of one slot may take.
        start_deadline_s: how long a reset may take, warm-up included.

    Attributes:
        settings: all settings, checked.
        schema: the declared fields and tables.
        bridge_wait_s: time spent waiting for simulators so far.

    Raises:
        InvalidSetting: a setting is unknown or out of bounds.
        HandshakeError: the program is no scenario program.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 - declared so by Gymnasium

    def __init__(
        self,
        program: str,
        settings: Mapping[str, Any] | None = None,
        ns3_attributes: Mapping[str, Any] | None = None,
        deadline_s: float = 60.0,
        start_deadline_s: float = 600.0,
    ) -> None:
        declared = describe([program]).settings
        self.settings = check_settings(settings_model(declared), settings or {})
        self._command = [
            program,
            *to_arguments(self.settings),
            *(f"--{name}={value}" for name, value in (ns3_attributes or {}).items()),
        ]
        description = describe(self._command)
        self.ns3_version = description.ns3_version
        self.schema = description.schema
        # Gymnasium's Dict is not typed as a space of dicts of arrays.
        self.observation_space = cast(
            "spaces.Space[Observation]", dict_space(self.schema.observations)
        )
        self.action_space = cast("spaces.Space[Action]", dict_space(self.schema.actions))
        self._deadlines_s = (deadline_s, start_deadline_s)
        self._channel: Channel | None = None
        self._closed_wait_s = 0.0

    @property
    def channel(self) -> Channel:
        """The channel of the present episode: NumPy views without copies, for fast agents.

        Raises:
            BridgeError: there is no episode; call `reset` first.
        """
        if self._channel is None:
            raise BridgeError("no simulation is running: call reset() first")
        return self._channel

    @property
    def bridge_wait_s(self) -> float:
        """Time spent waiting for simulators, over all episodes."""
        return self._closed_wait_s + (self._channel.wait_s if self._channel else 0.0)

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Start a new simulation.

        Args:
            seed: the run number of ns-3.
            options: none are known.

        Raises:
            InvalidSetting: `options` holds something.
            BridgeError: the simulator does not start (see `Channel`).
        """
        super().reset(seed=seed)
        if options:
            raise InvalidSetting(f"unknown reset options {sorted(options)}; there are none")
        self.close()
        run = int(self.np_random.integers(1, _MAX_RUN)) if seed is None else seed
        deadline_s, start_deadline_s = self._deadlines_s
        channel = Channel(
            [*self._command, f"--RngRun={run}"],
            deadline_s=deadline_s,
            start_deadline_s=start_deadline_s,
        )
        if channel.schema != self.schema:
            channel.close()
            raise SchemaMismatch(
                f"{self._command[0]} now declares other fields than when this environment was "
                "made: make the environment again"
            )
        self._channel = channel
        return channel.copy_observations(), self._info()

    def step(self, action: Action) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Enforce an action and simulate one slot.

        Raises:
            InvalidAction: the action cannot be enforced; the simulation stays where it was.
            SimulatorDied: the simulator's process has ended; `reset` starts another.
            DeadlineExceeded: the slot took longer than `deadline_s`; `reset` starts another.
        """
        channel = self.channel
        if channel.status in (Status.TERMINATED, Status.TRUNCATED):
            raise gymnasium.error.ResetNeeded("the episode is over: call reset()")
        for name, array in check_action(action, self.schema).items():
            channel.actions[name][...] = array
        status = channel.exchange()
        return (
            channel.copy_observations(),
            channel.reward,
            status == Status.TERMINATED,
            status == Status.TRUNCATED,
            self._info(),
        )

    def take_records(self) -> dict[str, NDArray[Any]]:
        """Rows that the scenario wrote since the last call, per table ``[n_rows]`` (structured)."""
        return self.channel.take_records()

    def close(self) -> None:
        """End the simulation, if there is one."""
        if self._channel is not None:
            self._closed_wait_s += self._channel.wait_s
            self._channel.close()
            self._channel = None

    def _info(self) -> dict[str, Any]:
        channel = self.channel
        return {"slot": channel.slot, "time_s": channel.time_s, "events": channel.events}
