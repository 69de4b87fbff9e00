# SPDX-License-Identifier: MIT
"""Simulations on this machine: each episode is a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ns3_bridge.channel import Channel
from ns3_bridge.description import describe
from ns3_bridge.errors import SchemaMismatch
from ns3_bridge.settings import check_settings, settings_model, to_arguments


class LocalHost:
    """Starts the program of a scenario under checked settings, one process per episode.

    Args:
        program: path of the scenario program.
        settings: nested settings of the scenario, e.g. ``{"n_ue": 10}``; the rest is default.
        ns3_attributes: ns-3 attributes by full name, e.g. ``{"ns3::LteUePhy::NoiseFigure": 7}``.
        deadline_s: how long the simulation of one slot may take.
        start_deadline_s: how long a start may take, warm-up included.
        on_wait: called every 50 ms of a wait for a simulator; what it raises ends that simulator.

    Attributes:
        description: what the program says of itself under these settings.
        settings: all settings, checked.
        ns3_version: the ns-3 that the program is built with.
        schema: the declared fields and tables.

    Raises:
        InvalidSetting: a setting is unknown or out of bounds.
        HandshakeError: the program is no scenario program.
    """

    def __init__(
        self,
        program: str,
        settings: Mapping[str, Any] | None = None,
        ns3_attributes: Mapping[str, Any] | None = None,
        deadline_s: float = 60.0,
        start_deadline_s: float = 600.0,
        on_wait: Callable[[], None] = lambda: None,
    ) -> None:
        declared = describe([program]).settings
        self.settings = check_settings(settings_model(declared), settings or {})
        self._command = [
            program,
            *to_arguments(self.settings),
            *(f"--{name}={value}" for name, value in (ns3_attributes or {}).items()),
        ]
        self.description = describe(self._command)
        self.ns3_version = self.description.ns3_version
        self.schema = self.description.schema
        self._deadlines_s = (deadline_s, start_deadline_s)
        self._on_wait = on_wait

    def start(self, run: int) -> Channel:
        """Start an episode.

        Args:
            run: run number of ns-3.

        Raises:
            SchemaMismatch: the program now declares other fields.
            BridgeError: the simulator does not start (see `Channel`).
        """
        deadline_s, start_deadline_s = self._deadlines_s
        channel = Channel(
            [*self._command, f"--RngRun={run}"],
            deadline_s=deadline_s,
            start_deadline_s=start_deadline_s,
            on_wait=self._on_wait,
        )
        if channel.schema != self.schema:
            channel.close()
            raise SchemaMismatch(
                f"{self._command[0]} now declares other fields than when this environment was "
                "made: make the environment again"
            )
        return channel

    def close(self) -> None:
        """Nothing is held between episodes."""
