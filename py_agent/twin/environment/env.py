# SPDX-License-Identifier: MIT
"""The twin under Gymnasium: the environments of scenarios of edge computing, without ns-3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gymnasium.vector import AutoresetMode

from ns3_bridge import InvalidSetting, ScenarioEnv
from ns3_bridge.settings import NestedSettings
from py_agent.learning.learning_settings import LearningSettings, learning_settings
from py_agent.learning.training_cost import with_retraining, with_training_cost
from py_agent.twin.environment.host import TwinHost
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.environment.vector_env import TwinVectorEnv
from py_agent.twin.model.parameters import TwinParameters


def make(
    settings: NestedSettings | None = None,
    parameters: TwinParameters | None = None,
    scenario: str = "cellular",
    learning: LearningSettings | Mapping[str, Any] | None = None,
    render_mode: str | None = None,
) -> ScenarioEnv:
    """The environment of a scenario, computed by the twin.

    Args:
        settings: of the scenario, nested or typed; the rest is default.
        parameters: the twin's constants, e.g. calibrated ones; None: what the settings say.
        scenario: an installed one's name, or the path of a program.
        learning: users have models that drift and are retrained
            (``settings["retraining"]["enabled"]`` must be true), two lags each, as in
            `make_vector`; None: they have none. For models with weights and data, as on ns-3, wrap
            an environment without in `py_agent.learning.env.LearningEnv`.
        render_mode: as of `ScenarioEnv`.

    Raises:
        UnsuitableNetwork: the scenario does not declare what the twin needs.
    """
    models = _models(learning)
    network = _network(settings, parameters, scenario, models)
    return ScenarioEnv(TwinHost(network, models), render_mode)


def make_vector(
    num_envs: int,
    settings: NestedSettings | None = None,
    parameters: TwinParameters | None = None,
    autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    threads: int = 1,
    learning: LearningSettings | Mapping[str, Any] | None = None,
    scenario: str = "cellular",
    max_episode_steps: int | None = None,
    render_mode: str | None = None,
) -> TwinVectorEnv:
    """Many of them, stepped as one batch.

    Args:
        num_envs: how many.
        settings: as of `make`.
        parameters: as of `make`.
        autoreset_mode: as of `TwinVectorEnv`.
        threads: that compute them.
        learning: as of `make`.
        scenario: as of `make`.
        max_episode_steps: as of `TwinVectorEnv`.
        render_mode: None: a batch draws nothing.

    Raises:
        UnsuitableNetwork: as of `make`.
        InvalidSetting: a mode of rendering is asked for.
    """
    if render_mode is not None:
        raise InvalidSetting(
            f"render_mode = {render_mode!r}: a batch of the twin draws nothing; make one "
            'environment, or a vector with vectorization_mode="sync"'
        )
    models = _models(learning)
    network = _network(settings, parameters, scenario, models)
    return TwinVectorEnv(network, num_envs, autoreset_mode, threads, models, max_episode_steps)


def make_learning(
    settings: NestedSettings | None = None,
    learning: LearningSettings | Mapping[str, Any] | None = None,
    **options: Any,
) -> ScenarioEnv:
    """As `make`, with models and with retraining switched on."""
    return make(with_retraining(settings), learning=learning_settings(learning), **options)


def make_learning_vector(
    num_envs: int,
    settings: NestedSettings | None = None,
    learning: LearningSettings | Mapping[str, Any] | None = None,
    **options: Any,
) -> TwinVectorEnv:
    """As `make_vector`, with models and with retraining switched on."""
    enabled = with_retraining(settings)
    return make_vector(num_envs, enabled, learning=learning_settings(learning), **options)


def _models(learning: LearningSettings | Mapping[str, Any] | None) -> LearningSettings | None:
    return None if learning is None else learning_settings(learning)


def _network(
    settings: NestedSettings | None,
    parameters: TwinParameters | None,
    scenario: str,
    models: LearningSettings | None,
) -> TwinNetwork:
    def made(settings: NestedSettings) -> TwinNetwork:
        return TwinNetwork.of(settings, parameters, scenario)

    return with_training_cost(made, lambda network: network.settings, settings or {}, models)
