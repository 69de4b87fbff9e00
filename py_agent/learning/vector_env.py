# SPDX-License-Identifier: MIT
"""Many networks in ns-3 with users' models, stepped at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import gymnasium
import numpy as np
from gymnasium.utils import RecordConstructorArgs
from gymnasium.vector import AutoresetMode, VectorWrapper
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from ns3_bridge import InvalidAction, ScenarioVectorEnv
from ns3_bridge.actions import check_actions
from ns3_bridge.batches import Batch
from ns3_bridge.env import Observation
from ns3_bridge.spaces import dict_space
from ns3_bridge.vector_env import Infos, Step
from ns3_bridge.vector_resets import reset_mask
from py_agent.learning.declaration import with_learning
from py_agent.learning.env import check_retrains
from py_agent.learning.episode import LearningEpisode
from py_agent.learning.learning_settings import (
    LearningSettings,
    check_reset_settings,
    learning_settings,
)


class LearningVectorEnv(VectorWrapper, RecordConstructorArgs):
    """What `LearningEnv` is to one network, for a vector environment on ns-3.

    The simulators run side by side, the models one after the other. Each environment goes the same
    way as a single one under its seeds and actions.

    Args:
        env: of a scenario with ``retraining.enabled``.
        settings: of the models; the rest is default.

    Attributes:
        schema: the declared fields and tables, those of the models among them.

    Raises:
        InvalidSetting: the scenario has no retraining, or it is switched off; or a setting is
            wrong.

    Example:
        >>> import ns3_scenarios
        >>> small = {"n_ue": 2, "n_bs": 2, "warmup_s": 1.0, "retraining": {"enabled": True}}
        >>> networks = ns3_scenarios.make_vector("cellular", 2, settings=small)
        >>> env = LearningVectorEnv(networks, {"evaluated_samples": 50})
        >>> observations, _ = env.reset(seed=1)
        >>> observations["accuracy"].shape
        (2, 2)
        >>> env.close()
    """

    def __init__(
        self, env: ScenarioVectorEnv, settings: LearningSettings | Mapping[str, Any] | None = None
    ) -> None:
        RecordConstructorArgs.__init__(self, settings=settings)
        super().__init__(env)
        check_retrains(env.schema)
        self._networks = env
        self._settings = learning_settings(settings)
        self.schema = with_learning(env.schema, cast("Any", env.host.settings).n_ue)
        self.single_observation_space = dict_space(self.schema.observations)
        self.single_action_space = dict_space(self.schema.actions)
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self._episodes: list[LearningEpisode | None] = [None] * self.num_envs
        self._over = np.zeros(self.num_envs, np.bool_)
        self._has_failed = False  # in a step: models have not followed what was simulated
        self._ended_rows: dict[int, NDArray[np.void]] = {}  # of episodes replaced within a step

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Batch, Infos]:
        """Start new simulations and new models; see `ScenarioVectorEnv.reset`."""
        check_reset_settings((options or {}).get("settings"))
        mask = reset_mask(options or {}, self.num_envs)
        if self._has_failed and not mask.all():
            raise self._failed("reset")
        observations, infos = self._networks.reset(seed=seed, options=options)
        self._has_failed = False
        self._ended_rows.clear()
        self._begin(np.flatnonzero(mask).tolist(), observations)
        return self._extended(observations), infos

    def step(self, actions: Mapping[str, NDArray[Any]]) -> Step:
        """Enforce an action and simulate one slot in every environment.

        See `ScenarioVectorEnv.step`; ``infos["reward_terms"]`` is as of `LearningEnv`. After a step
        that failed or was interrupted only a reset of all environments goes on.
        """
        if self._has_failed:
            raise self._failed("step")
        self._ended_rows.clear()
        restarting = self._over
        running = [i for i in range(self.num_envs) if self._episodes[i] and not restarting[i]]
        checked = check_actions(actions, self.schema, range(self.num_envs), running)
        decided = {
            field.name: np.zeros((self.num_envs, *field.shape), field.dtype)
            for field in self._networks.schema.actions
        }
        for i, action in zip(running, checked, strict=True):
            for name, value in self._episode(i).decide(action).items():
                decided[name][i] = value
        try:
            observations, rewards, terminated, truncated, infos = self._networks.step(decided)
        except (InvalidAction, gymnasium.error.ResetNeeded):  # nothing was simulated
            raise
        except BaseException:
            self._has_failed = True
            raise
        died = infos.get("_simulator_error", np.zeros(self.num_envs, np.bool_))
        is_over = terminated | truncated
        within_step = self.metadata["autoreset_mode"] == AutoresetMode.SAME_STEP
        for i in running:
            if died[i]:
                continue
            ended_here = within_step and is_over[i]
            after = infos["final_obs"][i] if ended_here else _row(observations, i)
            last = self._networks.has_ended[i]
            terms = self._episode(i).follow(after, float(rewards[i]), bool(last))
            rewards[i] = sum(terms.values())
            infos = self._add_info(infos, {"reward_terms": terms}, i)
        if within_step:
            for i in np.flatnonzero(is_over).tolist():
                infos["final_obs"][i].update(self._episode(i).fields())
                self._ended_rows[i] = self._episode(i).take_rows()
            self._begin(np.flatnonzero(is_over).tolist(), observations)
        else:
            self._begin(np.flatnonzero(restarting).tolist(), observations)
            self._over = is_over
        return self._extended(observations), rewards, terminated, truncated, infos

    def take_records(self) -> list[dict[str, NDArray[Any]]]:
        """Rows since the last call, those of ``accuracy`` among them, per environment.

        Of one whose simulator has died there are only the latter. See
        `ScenarioVectorEnv.take_records`.
        """
        taken = self._networks.take_records()
        for i, episode in enumerate(self._episodes):
            if episode is not None:
                rows = episode.take_rows()
                ended = self._ended_rows.pop(i, rows[:0])
                taken[i] = {**taken[i], "accuracy": np.concatenate([ended, rows])}
        return taken

    def _begin(self, which: Sequence[int], observations: Batch) -> None:
        """New models where an episode has started."""
        for i in which:
            settings, run = self._networks.hosts[i].settings, cast(int, self._networks.runs[i])
            self._episodes[i] = LearningEpisode(
                self.schema, self._settings, settings, _row(observations, i), run
            )
            self._over[i] = False

    def _extended(self, observations: Batch) -> Batch:
        fields = [None if episode is None else episode.fields() for episode in self._episodes]
        models = self.schema.observations[len(self._networks.schema.observations) :]
        return {
            **observations,
            **{
                f.name: np.stack(
                    [np.zeros(f.shape, f.dtype) if o is None else o[f.name] for o in fields]
                )
                for f in models
            },
        }

    def _failed(self, call: str) -> gymnasium.error.AlreadyPendingCallError:
        return gymnasium.error.AlreadyPendingCallError(
            "the step before has failed or was broken off: call reset() of all environments", call
        )

    def _episode(self, i: int) -> LearningEpisode:
        episode = self._episodes[i]
        assert episode is not None
        return episode


def _row(observations: Batch, i: int) -> Observation:
    return {name: value[i] for name, value in observations.items()}
