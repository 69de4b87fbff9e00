# SPDX-License-Identifier: MIT
"""What an environment needs of a simulation, whatever lies between the two."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import pydantic
from numpy.typing import NDArray

from ns3_bridge._native import Status
from ns3_bridge.schema import Schema
from ns3_bridge.settings import NestedSettings


class Transport(Protocol):
    """One episode in lockstep: shared memory (`Channel`) or a network connection.

    Attributes:
        schema: what the simulator declared.
        observations: per field a view ``field.shape``, valid until the next `exchange`.
        actions: per field a view ``field.shape``; fill them before `exchange`.
    """

    schema: Schema
    observations: dict[str, NDArray[Any]]
    actions: dict[str, NDArray[Any]]

    def exchange(self) -> Status:
        """Publish `actions`, wait for the next observation.

        Raises:
            InvalidAction: the simulator refused the action; it waits for another.
            SimulatorDied: its process has ended.
            DeadlineExceeded: it gave no answer in time.
            BridgeError: anything else that ends the episode.
        """
        ...

    @property
    def wait_s(self) -> float:
        """Time spent waiting for the simulator so far."""
        ...

    @property
    def status(self) -> Status:
        """What the simulator said with the present observation."""
        ...

    @property
    def slot(self) -> int:
        """Number of the slot that starts with the present observation."""
        ...

    @property
    def time_s(self) -> float:
        """Simulated time of the present observation."""
        ...

    @property
    def reward(self) -> float:
        """Reward of the slot that has just ended."""
        ...

    @property
    def events(self) -> int:
        """Events that the simulator has executed so far."""
        ...

    def copy_observations(self) -> dict[str, NDArray[Any]]:
        """The present observation in memory of its own: per field an array ``field.shape``."""
        ...

    def take_records(self) -> dict[str, NDArray[Any]]:
        """Rows written since the last call: per table a structured array ``[n_rows]``."""
        ...

    def close(self) -> None:
        """End the episode. Harmless when it has ended."""
        ...


class Host(Protocol):
    """Where simulations of one scenario run: this machine (`LocalHost`) or behind a gateway.

    Attributes:
        settings: all settings of the scenario, checked.
        ns3_attributes: ns-3 attributes that are set, by full name.
        ns3_version: the ns-3 that simulates.
        schema: the fields and tables under these settings.
    """

    settings: pydantic.BaseModel
    ns3_attributes: dict[str, Any]
    ns3_version: str
    schema: Schema

    def start(self, run: int, instead_of: Transport | None = None) -> Transport:
        """Start an episode.

        Args:
            run: run number of ns-3.
            instead_of: an episode of this host that ends with this call, whatever comes of it; its
                end need not be waited for before the start.

        Raises:
            BridgeError: the simulation does not start, or declares other fields than before.
        """
        ...

    def under(self, settings: NestedSettings) -> Host:
        """This host under other settings, for an episode of the same spaces.

        Args:
            settings: nested; the rest is as of this host.

        Raises:
            InvalidSetting: a setting is unknown, out of bounds, or changes the spaces.
        """
        ...

    def resume(self) -> Transport:
        """Go on with the present episode of the session that this host belongs to.

        Raises:
            BridgeError: there is none.
        """
        ...

    def close(self) -> None:
        """Give back what the host holds beside episodes."""
        ...


@runtime_checkable
class BranchingHost(Host, Protocol):
    """A host whose simulations can be forked."""

    def branch(self, episode: Transport, run: int | None) -> Transport:
        """A second episode that goes on from the present state of one of this host's.

        Args:
            episode: the one to be branched; it is not changed.
            run: run number that the branch draws its random numbers from, or None: the same as
                `episode`.

        Raises:
            BranchRefused: too many branches are alive, or this simulation cannot be branched so.
            BridgeError: the simulator has died or gives no answer.
        """
        ...
