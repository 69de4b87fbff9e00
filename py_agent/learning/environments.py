# SPDX-License-Identifier: MIT
"""Learning environments on ns-3 by the name of their scenario, as Gymnasium's ids make them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ns3_scenarios
from ns3_bridge import ScenarioEnv, ScenarioVectorEnv
from ns3_bridge.settings import NestedSettings
from py_agent.learning.env import LearningEnv
from py_agent.learning.learning_settings import LearningSettings, learning_settings
from py_agent.learning.training_cost import with_retraining, with_training_cost
from py_agent.learning.vector_env import LearningVectorEnv


def make(
    scenario: str = "cellular",
    settings: NestedSettings | None = None,
    learning: LearningSettings | Mapping[str, Any] | None = None,
    **options: Any,
) -> LearningEnv:
    """A scenario around its users' models.

    Args:
        scenario: an installed one's name, or the path of a program.
        settings: of the scenario; retraining is switched on.
        learning: settings of the models.
        options: as of `ns3_scenarios.make`.
    """

    def made(settings: NestedSettings) -> ScenarioEnv:
        return ns3_scenarios.make(scenario, settings, **options)

    models = learning_settings(learning)
    enabled = with_retraining(settings)
    env = with_training_cost(made, lambda env: env.settings, enabled, models)
    return LearningEnv(env, models)


def make_vector(
    num_envs: int,
    scenario: str = "cellular",
    settings: NestedSettings | None = None,
    learning: LearningSettings | Mapping[str, Any] | None = None,
    **options: Any,
) -> LearningVectorEnv:
    """Many of them that are stepped at once.

    Args:
        num_envs: how many.
        scenario: as of `make`.
        settings: as of `make`.
        learning: as of `make`.
        options: as of `ns3_scenarios.registry.make_vector`.
    """

    def made(settings: NestedSettings) -> ScenarioVectorEnv:
        return ns3_scenarios.make_vector(scenario, num_envs, settings=settings, **options)

    models = learning_settings(learning)
    enabled = with_retraining(settings)
    envs = with_training_cost(made, lambda envs: envs.host.settings, enabled, models)
    return LearningVectorEnv(envs, models)
