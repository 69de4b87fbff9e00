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
from ns3_bridge.errors import BridgeError, InvalidSetting
from ns3_bridge.spaces import dict_space
from ns3_bridge.transport import Host, Transport

Observation: TypeAlias = dict[str, NDArray[Any]]
Action: TypeAlias = Mapping[str, ArrayLike]

_MAX_RUN = 2**31 - 1


class ScenarioEnv(gymnasium.Env[Observation, Action]):
    """One simulated slot per step.

    Observations and actions are dicts with one array per declared field; ``ns3-twin describe``
    prints their table. The simulation starts at the first `reset`, not before.

    Seeds: ``reset(seed=s)`` sets ns-3's run number to s; a reset without a seed draws a new run
    number from the environment's own generator. The same seed and the same actions give bit-equal
    observations, on whatever host.

    An episode is *truncated* when the setting ``duration_s`` is over.

    Args:
        host: where the simulations run; `ns3_scenarios.make` and `ns3_bridge.connect` make one.

    Attributes:
        settings: all settings, checked.
        schema: the declared fields and tables.
        ns3_version: the ns-3 that simulates.
        bridge_wait_s: time spent waiting for simulators so far.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 - declared so by Gymnasium

    def __init__(self, host: Host) -> None:
        self._host = host
        self.settings = host.settings
        self.ns3_version = host.ns3_version
        self.schema = host.schema
        # Gymnasium's Dict is not typed as a space of dicts of arrays.
        self.observation_space = cast(
            "spaces.Space[Observation]", dict_space(self.schema.observations)
        )
        self.action_space = cast("spaces.Space[Action]", dict_space(self.schema.actions))
        self._channel: Transport | None = None
        self._closed_wait_s = 0.0

    @property
    def channel(self) -> Transport:
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
            BridgeError: the simulation does not start (see `Host`).
        """
        super().reset(seed=seed)
        if options:
            raise InvalidSetting(f"unknown reset options {sorted(options)}; there are none")
        self._end_episode()
        run = int(self.np_random.integers(1, _MAX_RUN)) if seed is None else seed
        self._channel = channel = self._host.start(run)
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
        """End the simulation, if there is one, and leave the host."""
        self._end_episode()
        self._host.close()

    def _end_episode(self) -> None:
        if self._channel is not None:
            self._closed_wait_s += self._channel.wait_s
            self._channel.close()
            self._channel = None

    def _info(self) -> dict[str, Any]:
        channel = self.channel
        return {"slot": channel.slot, "time_s": channel.time_s, "events": channel.events}
