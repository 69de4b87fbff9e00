# SPDX-License-Identifier: MIT
"""Networks of the twin with users' models or without: their fields and their rollouts."""

from __future__ import annotations

from ns3_bridge import InvalidSetting, Schema
from py_agent.learning.declaration import with_learning
from py_agent.learning.learning_settings import LearningSettings
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.rollout.lagging_models import LaggingModels
from py_agent.twin.rollout.learning import LearningRollout
from py_agent.twin.rollout.rollout import Rollout


def schema_of(network: TwinNetwork, learning: LearningSettings | None) -> Schema:
    """The scenario's declaration; with models that of `LearningEnv`.

    Raises:
        InvalidSetting: the network retrains no models.
    """
    if learning is None:
        return network.schema
    if not network.place.settings["retraining"]["enabled"]:
        raise InvalidSetting("the network retrains no models: set retraining.enabled=true")
    return with_learning(network.schema, network.place.settings["n_ue"])


def rollout_of(
    network: TwinNetwork, batch: int, learning: LearningSettings | None, threads: int = 1
) -> Rollout:
    """Rollouts of a network; with models they are `LearningRollout`.

    Raises:
        UnsuitableNetwork: the models' data are none that the twin has a lag model of.
    """
    if learning is None:
        return network.rollout(batch, threads)
    models = LaggingModels.at_random_lags(learning, batch, network.place.settings["n_ue"])
    return LearningRollout(network.parameters, network.place, models, learning, threads)
