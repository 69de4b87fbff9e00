# SPDX-License-Identifier: MIT
"""The twin behind the environment of the physical network: `ScenarioEnv` without ns-3."""

from __future__ import annotations

from typing import Any

import numpy as np
import pydantic
from numpy.typing import NDArray

from ns3_bridge import BranchRefused, BridgeError, Schema
from ns3_bridge._native import Status
from ns3_bridge.settings import NestedSettings
from ns3_bridge.slot_count import slot_count
from ns3_bridge.transport import Transport
from py_agent.learning.learning_settings import LearningSettings
from py_agent.twin.environment.learning import rollout_of, schema_of
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.environment.task_records import TaskRecords
from py_agent.twin.rollout.learning import LearningRollout
from py_agent.twin.rollout.observation import Observer
from py_agent.twin.rollout.random_streams import seed_array
from py_agent.twin.rollout.rollout import Rollout


class TwinEpisode:
    """One rollout, in lockstep; a `Transport`.

    Args:
        network: settings, fields and constants.
        rollout: a batch of one rollout, at the moment where the episode begins.
        schema: fields, actions and tables.

    Attributes:
        schema: of the scenario.
        observations: per field an array ``field.shape``.
        actions: per field an array ``field.shape``; fill them before `exchange`.
        wait_s: nobody is waited for.

    Example:
        >>> episode = TwinHost(TwinNetwork.of({"n_ue": 2, "n_bs": 2})).start(run=1)
        >>> episode.actions["compute_share"][:] = 0.5
        >>> episode.exchange().name, episode.reward <= 0
        ('RUNNING', True)
        >>> episode.close()
    """

    def __init__(self, network: TwinNetwork, rollout: Rollout, schema: Schema) -> None:
        self.schema = schema
        self.network = network
        self.rollout = rollout
        self.wait_s = 0.0
        self.actions = {f.name: np.zeros(f.shape, f.dtype) for f in schema.actions}
        self._observer = Observer(schema, rollout)
        self._records = TaskRecords(schema, rollout)
        self._last_slot = slot_count(network.place.duration_s, rollout.slot_s)
        self._reward = 0.0
        self.observations: dict[str, NDArray[Any]] = self._observe()

    def exchange(self) -> Status:
        """Let a slot pass under `actions`."""
        batch = {name: array[None] for name, array in self.actions.items()}
        self._reward = float(self.rollout.step(batch)[0])
        self.observations = self._observe()
        return self.status

    @property
    def status(self) -> Status:
        """Whether the rollout goes on."""
        return Status.TRUNCATED if self.slot >= self._last_slot else Status.RUNNING

    @property
    def slot(self) -> int:
        """Number of the slot that starts with the present observation."""
        return int(self.rollout.state["slot"][0])

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
    """Where the rollouts of one network are computed: here. A `BranchingHost`.

    Args:
        network: settings, fields and constants.
        learning: users have models that lag behind their data, see `LaggingModels`; None: they have
            none.

    Raises:
        InvalidSetting: the models cannot be retrained.
        UnsuitableNetwork: their data are none that the twin has a lag model of.

    Example:
        >>> host = TwinHost(TwinNetwork.of({"n_ue": 2, "n_bs": 2}))
        >>> episode = host.start(run=1)
        >>> episode.exchange().name, episode.slot
        ('RUNNING', 1)
    """

    def __init__(self, network: TwinNetwork, learning: LearningSettings | None = None) -> None:
        self.network = network
        self.learning = learning
        self.settings: pydantic.BaseModel = network.settings
        self.ns3_attributes: dict[str, Any] = {}
        self.ns3_version = network.ns3_version
        self.schema: Schema = schema_of(network, learning)

    def start(self, run: int, instead_of: Transport | None = None) -> TwinEpisode:
        """Start a rollout under the seed `run`; the one before ends by being forgotten."""
        rollout = rollout_of(self.network, 1, self.learning)
        rollout.start(seed_array([run]))
        if isinstance(rollout, LearningRollout):
            rollout.renew_models([0], [run])
        return TwinEpisode(self.network, rollout, self.schema)

    def under(self, settings: NestedSettings) -> TwinHost:
        """The twin of this network under other settings; see `TwinNetwork.under`."""
        return TwinHost(self.network.under(settings), self.learning)

    def branch(self, episode: Transport, run: int | None) -> TwinEpisode:
        """A second rollout that goes on from the present state of one of this host's.

        Args:
            episode: the one to be branched; it is not changed.
            run: seed of its random numbers from now on; tasks that are still to come stay. None:
                the same as of `episode`.

        Raises:
            BranchRefused: `episode` is none of the twin, or one with models.
        """
        if not isinstance(episode, TwinEpisode):
            raise BranchRefused(f"{type(episode).__name__} is not an episode of the twin")
        if isinstance(episode.rollout, LearningRollout):
            raise BranchRefused("an episode with users' models is not branched")
        seeds = None if run is None else seed_array([run])
        return TwinEpisode(episode.network, episode.rollout.copy(seeds), episode.schema)

    def resume(self) -> TwinEpisode:
        """Always fails: a rollout ends with its agent."""
        raise BridgeError("rollouts of the twin end with their agent: nothing to go on with")

    def close(self) -> None:
        """There is nothing to give back."""

    def __reduce__(self) -> tuple[Any, ...]:
        return TwinHost, (self.network, self.learning)
