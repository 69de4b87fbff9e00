# SPDX-License-Identifier: MIT
"""Rollouts in which users' models drift and are retrained, as a Gymnasium vector environment."""

from __future__ import annotations

from gymnasium.vector import AutoresetMode

from py_agent.learning.learning_settings import LearningSettings
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.environment.vector_env import TwinVectorEnv


class TwinLearningVectorEnv(TwinVectorEnv):
    """`TwinVectorEnv` with users' models.

    Args:
        network: settings and constants, with ``retraining.enabled``.
        num_envs: how many.
        learning: settings of the models.
        autoreset_mode: as of `TwinVectorEnv`.
        threads: that compute them.
        max_episode_steps: as of `TwinVectorEnv`.
    """

    def __init__(
        self,
        network: TwinNetwork,
        num_envs: int,
        learning: LearningSettings | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        threads: int = 1,
        max_episode_steps: int | None = None,
    ) -> None:
        models = learning or LearningSettings()
        super().__init__(network, num_envs, autoreset_mode, threads, models, max_episode_steps)
