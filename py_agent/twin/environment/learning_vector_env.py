# SPDX-License-Identifier: MIT
"""Rollouts in which users' models drift and are retrained, as a Gymnasium vector environment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from ns3_bridge.errors import InvalidSetting
from py_agent.learning.env import with_learning
from py_agent.learning.learning_settings import LearningSettings
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.environment.vector_env import TwinVectorEnv
from py_agent.twin.rollout.lagging_models import LaggingModels
from py_agent.twin.rollout.learning import LearningRollout


class TwinLearningVectorEnv(TwinVectorEnv):
    """`TwinVectorEnv` with the fields, actions and reward of `py_agent.learning.env.LearningEnv`.

    The users' models are two lags each instead of weights and data, see `LaggingModels`.

    Args:
        network: settings and constants, with ``retraining.enabled``.
        num_envs: how many.
        learning: settings of the models.
        autoreset_mode: as of `TwinVectorEnv`.
        threads: that compute them.

    Raises:
        InvalidSetting: the network does not retrain.
        UnsuitableNetwork: the models' data are none that the twin has a lag model of.
    """

    def __init__(
        self,
        network: TwinNetwork,
        num_envs: int,
        learning: LearningSettings | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        threads: int = 1,
    ) -> None:
        if not network.place.settings["retraining"]["enabled"]:
            raise InvalidSetting("the network retrains no models: set retraining.enabled=true")
        n_ue = network.place.settings["n_ue"]
        self.learning = learning or LearningSettings()
        self.models = LaggingModels.at_random_lags(self.learning, num_envs, n_ue)
        self._rollouts = LearningRollout(
            network.parameters, network.place, self.models, self.learning, threads
        )
        schema = with_learning(network.schema, n_ue)
        super().__init__(network, num_envs, autoreset_mode, threads, schema, self._rollouts)

    def _start(self, mask: NDArray[np.bool_], seeds: Sequence[int | None]) -> list[int]:
        runs = super()._start(mask, seeds)
        self._rollouts.renew_models(np.flatnonzero(mask).tolist(), runs)
        return runs
