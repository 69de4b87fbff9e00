# SPDX-License-Identifier: MIT
"""The twin behind the environment of the physical network: `ScenarioEnv` without ns-3."""

from __future__ import annotations

from typing import Any

import numpy as np
import pydantic
import torch
from numpy.typing import NDArray

from ns3_bridge import BranchRefused, BridgeError, Schema
from ns3_bridge._native import Status
from ns3_bridge.transport import Transport
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.environment.task_records import TaskRecords
from py_agent.twin.rollout.observation import Observer
from py_agent.twin.rollout.random_streams import RandomStreams, seed_tensor
from py_agent.twin.rollout.rollout import Rollout
from py_agent.twin.rollout.rows import copy_of


class TwinEpisode:
    """One future, in lockstep; a `Transport`.

    Args:
        network: settings, fields and constants.
        rollout: a batch of one future, at the moment where the episode begins.

    Attributes:
        schema: of the scenario.
        observations: per field an array ``field.shape``.
        actions: per field an array ``field.shape``; fill them before `exchange`.
        wait_s: nobody is waited for.
    """

    def __init__(self, network: TwinNetwork, rollout: Rollout) -> None:
        self.schema = network.schema
        self.network = network
        self.rollout = rollout
        self.wait_s = 0.0
        self.actions = {f.name: np.zeros(f.shape, f.dtype) for f in network.schema.actions}
        self._observer = Observer(network.schema, rollout)
        self._records = TaskRecords(network.schema, rollout)
        self._last_slot = round(network.place.duration_s / rollout.slot_s)
        self._reward = 0.0
        self.observations: dict[str, NDArray[Any]] = self._observe()

    def exchange(self) -> Status:
        """Let a slot pass under `actions`."""
        tensors = {
            name: torch.as_tensor(array, device=self.rollout.device)[None]
            for name, array in self.actions.items()
        }
        self._reward = float(self.rollout.step(tensors))
        self.observations = self._observe()
        return self.status

    @property
    def status(self) -> Status:
        """Whether the future goes on."""
        return Status.TRUNCATED if self.slot >= self._last_slot else Status.RUNNING

    @property
    def slot(self) -> int:
        """Number of the slot that starts with the present observation."""
        return int(self.rollout.state.slot)

    @property
    def time_s(self) -> float:
        """Simulated time of the present observation, counted as ns-3 counts it."""
        return float(self.observations["time_s"][0])

    @property
    def reward(self) -> float:
        """Reward of the slot that has just ended."""
        return self._reward

    @property
    def events(self) -> int:
        """Slots: there are no other events in the twin."""
        return self.slot

    def copy_observations(self) -> dict[str, NDArray[Any]]:
        """The present observation, per field an array ``field.shape``."""
        return {name: value.copy() for name, value in self.observations.items()}

    def take_records(self) -> dict[str, NDArray[Any]]:
        """Rows since the last call, per table ``[n_rows]``; other tables than `task` stay empty."""
        return self._records.take(finished=self.status != Status.RUNNING)

    def close(self) -> None:
        """Nothing has to be ended."""

    def _observe(self) -> dict[str, NDArray[Any]]:
        return {name: value[0] for name, value in self._observer.all_arrays().items()}


class TwinHost:
    """Where the futures of one network are computed: here. A `BranchingHost`.

    Args:
        network: settings, fields and constants.
        device: where the tensors live.
    """

    def __init__(self, network: TwinNetwork, device: torch.device | str = "cpu") -> None:
        self.network = network
        self.settings: pydantic.BaseModel = network.settings
        self.ns3_attributes: dict[str, Any] = {}
        self.ns3_version = network.ns3_version
        self.schema: Schema = network.schema
        self._device = device

    def start(self, run: int, instead_of: Transport | None = None) -> TwinEpisode:
        """Start a future under the seed `run`; the one before ends by being forgotten."""
        rollout = self.network.rollout(1, self._device)
        rollout.start(seed_tensor([run], rollout.device))
        return TwinEpisode(self.network, rollout)

    def branch(self, episode: Transport, run: int | None) -> TwinEpisode:
        """A second future that goes on from the present state of one of this host's.

        Args:
            episode: the one to be branched; it is not changed.
            run: seed of its random numbers from now on; tasks that are still to come stay. None:
                the same as of `episode`.

        Raises:
            BranchRefused: `episode` is none of the twin.
        """
        if not isinstance(episode, TwinEpisode):
            raise BranchRefused(f"{type(episode).__name__} is no episode of the twin")
        rollout = self.network.rollout(1, self._device)
        rollout.state = copy_of(episode.rollout.state)
        seeds = episode.rollout.streams.seeds
        if run is not None:
            seeds = seed_tensor([run], rollout.device)
        rollout.streams = RandomStreams(seeds)
        return TwinEpisode(self.network, rollout)

    def resume(self) -> TwinEpisode:
        """Always fails: a future ends with its agent."""
        raise BridgeError("futures of the twin end with their agent: nothing to go on with")

    def close(self) -> None:
        """There is nothing to give back."""
