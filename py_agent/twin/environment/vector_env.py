# SPDX-License-Identifier: MIT
"""Rollouts of the twin as a Gymnasium vector environment: one batched step for all of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from ns3_bridge import Schema
from ns3_bridge.actions import check_action
from ns3_bridge.batches import Batch
from ns3_bridge.episode_settings import settings_of, settings_of_each
from ns3_bridge.errors import InvalidSetting
from ns3_bridge.seeds import draw_seed
from ns3_bridge.settings import merged
from ns3_bridge.slot_count import slot_count
from ns3_bridge.spaces import dict_space
from ns3_bridge.vector_env import Infos, Step
from ns3_bridge.vector_resets import (
    autoreset_of,
    check_max_steps,
    check_number,
    check_running,
    reset_mask,
    seeds_of,
)
from py_agent.learning.learning_settings import LearningSettings
from py_agent.twin.environment.learning import rollout_of, schema_of
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.rollout.learning import LearningRollout
from py_agent.twin.rollout.observation import Observer
from py_agent.twin.rollout.random_streams import seed_array

_KNOWN = ("slot", "time_s", "events")  # as of `ScenarioVectorEnv`; an event is a slot


class TwinVectorEnv(VectorEnv[Batch, Mapping[str, NDArray[Any]], NDArray[Any]]):
    """N rollouts of a network in the twin, with the spaces of `ns3_bridge.ScenarioVectorEnv`.

    What runs in one runs in the other: same fields, same actions, same reward, same modes of
    autoreset. Each environment is a rollout under a seed of its own; the same seed and the
    same actions give bit-equal observations.

    Args:
        network: settings and constants.
        num_envs: how many.
        autoreset_mode: as of `ScenarioVectorEnv`.
        threads: that compute them.
        learning: users have models, two lags each instead of weights and data (`LaggingModels`),
            with the fields, actions and reward of `py_agent.learning.env.LearningEnv`; None: they
            have none.
        max_episode_steps: as of `ScenarioVectorEnv`.

    Raises:
        InvalidSetting: an argument is out of bounds, or the network cannot retrain models.
        UnsuitableNetwork: the models' data are none that the twin has a lag model of.

    Example:
        >>> from py_agent.twin.environment.network import TwinNetwork
        >>> env = TwinVectorEnv(TwinNetwork.of({"n_ue": 2, "n_bs": 2}), num_envs=8)
        >>> observations, infos = env.reset(seed=1)
        >>> observations, rewards, *_ = env.step(env.action_space.sample())
        >>> rewards.shape
        (8,)
        >>> env.close()
    """

    def __init__(
        self,
        network: TwinNetwork,
        num_envs: int,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        threads: int = 1,
        learning: LearningSettings | None = None,
        max_episode_steps: int | None = None,
    ) -> None:
        check_number(num_envs)
        self._own_network = network
        self._changed: dict[str, Any] = {}
        self.num_envs = num_envs
        self.metadata = {"autoreset_mode": autoreset_of(autoreset_mode)}
        self.learning = learning
        self._threads = threads
        self._max_steps = check_max_steps(max_episode_steps)
        self.schema = schema_of(network, learning)
        self.single_observation_space = dict_space(self.schema.observations)
        self.single_action_space = dict_space(self.schema.actions)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._batched_schema = _batched(self.schema, num_envs)
        self._random = [seeding.np_random(None)[0] for _ in range(num_envs)]
        self._over = np.zeros(num_envs, np.bool_)
        self._running = np.zeros(num_envs, np.bool_)
        self._take(network)

    def _take(self, network: TwinNetwork) -> None:
        """Compute this network from now on; all environments are to be started."""
        self.network = network
        self.settings = network.settings
        self.rollout = rollout_of(network, self.num_envs, self.learning, self._threads)
        self._observer = Observer(schema_of(network, self.learning), self.rollout)
        slots = slot_count(network.place.duration_s, self.rollout.slot_s)
        self._last_slot = min(slots, self._max_steps)
        self._running[:] = False

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> tuple[Batch, Infos]:
        """Start new rollouts.

        Args:
            seed: one per environment; an integer s means s, s + 1, …; None draws them from each
                environment's own generator.
            options: ``"reset_mask"``, ``[num_envs]`` bool: resets only some environments;
                ``"settings"``: as of `ScenarioVectorEnv.reset`, but a batch shares them: all
                environments are reset with it.

        Raises:
            InvalidSetting: `seed` or `options` does not fit; all episodes go on.
        """
        changed = self._settings_of_all(options)
        seeds = seeds_of(seed, self.num_envs)
        mask = reset_mask(options or {}, self.num_envs)
        if changed != self._changed:
            if not mask.all():
                raise InvalidSetting(
                    "a batch of the twin shares its settings: reset all of its environments where"
                    " they change, or make another batch"
                )
            self._take(self._own_network.under(changed) if changed else self._own_network)
            self._changed = changed
        for i in np.flatnonzero(mask).tolist():
            if seeds[i] is not None:
                self._random[i] = seeding.np_random(seeds[i])[0]
        self._start(mask, seeds)
        return self._observer.all_arrays(), self._infos(mask)

    def step(self, actions: Mapping[str, NDArray[Any]]) -> Step:
        """Enforce an action and let a slot pass in every environment.

        Args:
            actions: per action field ``[num_envs, *shape]``.

        Raises:
            InvalidAction: an action cannot be enforced; no environment was stepped.
            ResetNeeded: an episode is over and the mode is ``DISABLED``, or there was no reset.
        """
        mode = self.metadata["autoreset_mode"]
        check_running(self._running, self._over, mode)
        rewards = self.rollout.step(check_action(actions, self._batched_schema))
        restarted = self._over.copy()
        if restarted.any():  # what they did in this step does not count
            self._start(restarted, [None] * self.num_envs)
            rewards[restarted] = 0.0
        slots = self.rollout.state["slot"]
        self._over = slots >= self._last_slot
        truncations = self._over.copy()
        observations = self._observer.all_arrays()
        infos = self._infos(np.ones(self.num_envs, np.bool_))
        if mode == AutoresetMode.SAME_STEP and truncations.any():
            observations, infos = self._reset_within_step(truncations, observations, infos)
        return observations, rewards, np.zeros(self.num_envs, np.bool_), truncations, infos

    def _settings_of_all(self, options: Mapping[str, Any] | None) -> dict[str, Any]:
        """The settings that a reset asks for, beside those of the environment."""
        each = [
            merged(None, settings)
            for settings in settings_of_each(settings_of(options, ("reset_mask",)), self.num_envs)
        ]
        if any(settings != each[0] for settings in each):
            raise InvalidSetting(
                "a batch of the twin shares its settings: give one mapping, or make several batches"
            )
        return each[0]

    def _start(self, mask: NDArray[np.bool_], seeds: Sequence[int | None]) -> None:
        """Start rollouts."""
        chosen = np.flatnonzero(mask).tolist()
        runs = [
            draw_seed(self._random[i]) if (given := seeds[i]) is None else given for i in chosen
        ]
        rows = None if len(chosen) == self.num_envs else np.array(chosen, np.int64)
        if rows is not None and not self._running.any():
            # The others wait for a reset of their own, but their places must hold something.
            self.rollout.start(seed_array(range(self.num_envs)))
        self.rollout.start(seed_array(runs), rows)
        if isinstance(self.rollout, LearningRollout):
            self.rollout.renew_models(chosen, runs)
        self._running[chosen] = True
        self._over[chosen] = False

    def _reset_within_step(
        self, ended: NDArray[np.bool_], observations: Batch, infos: Infos
    ) -> tuple[Batch, Infos]:
        last = {name: infos[name] for name in _KNOWN}
        for i in np.flatnonzero(ended).tolist():
            final = {
                "final_obs": {name: value[i].copy() for name, value in observations.items()},
                "final_info": {name: value[i] for name, value in last.items()},
            }
            infos = self._add_info(infos, final, i)
        self._start(ended, [None] * self.num_envs)
        started = self._infos(ended)
        for name in _KNOWN:
            infos[name] = np.where(ended, started[name], infos[name])
        return self._observer.all_arrays(), infos

    def _infos(self, mask: NDArray[np.bool_]) -> Infos:
        slots = np.where(mask, self.rollout.state["slot"], 0)
        begin_s = self.network.place.begin_s
        times_s = np.where(mask, begin_s + slots * self.rollout.slot_s, 0.0)
        known = dict(zip(_KNOWN, (slots, times_s, slots), strict=True))
        return {**known, **{f"_{name}": mask.copy() for name in known}}


def _batched(schema: Schema, n: int) -> Schema:
    """Action fields with the environments as first dimension, to be checked at once."""
    fields = tuple(
        dataclasses.replace(f, shape=(n, *f.shape), dims=("", *f.dims)) for f in schema.actions
    )
    return dataclasses.replace(schema, actions=fields)
