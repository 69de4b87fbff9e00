# SPDX-License-Identifier: MIT
"""The twin under Gymnasium: the environments of scenarios of edge computing, without ns-3."""

from __future__ import annotations

from gymnasium.vector import AutoresetMode

from ns3_bridge import ScenarioEnv
from ns3_bridge.settings import NestedSettings
from py_agent.learning.learning_settings import LearningSettings
from py_agent.twin.environment.host import TwinHost
from py_agent.twin.environment.learning_vector_env import TwinLearningVectorEnv
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.environment.vector_env import TwinVectorEnv
from py_agent.twin.model.parameters import TwinParameters


def make(
    settings: NestedSettings | None = None,
    parameters: TwinParameters | None = None,
    scenario: str = "cellular",
) -> ScenarioEnv:
    """The environment of a scenario, computed by the twin.

    Args:
        settings: of the scenario, nested or typed; the rest is default.
        parameters: the twin's constants, e.g. calibrated ones; None: what the settings say.
        scenario: an installed one's name, or the path of a program.

    Raises:
        UnsuitableNetwork: the scenario does not declare what the twin needs.
    """
    return ScenarioEnv(TwinHost(TwinNetwork.of(settings, parameters, scenario)))


def make_vector(
    num_envs: int,
    settings: NestedSettings | None = None,
    parameters: TwinParameters | None = None,
    autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    threads: int = 1,
    learning: LearningSettings | None = None,
    scenario: str = "cellular",
) -> TwinVectorEnv:
    """Many of them, stepped as one batch.

    Args:
        num_envs: how many.
        settings: as of `make`.
        parameters: as of `make`.
        autoreset_mode: as of `TwinVectorEnv`.
        threads: that compute them.
        learning: users have models that drift and are retrained
            (``settings["retraining"]["enabled"]`` must be true); None: they have none. For a single
            environment with models wrap it in `py_agent.learning.env.LearningEnv`, as on ns-3.
        scenario: as of `make`.

    Raises:
        UnsuitableNetwork: as of `make`.
    """
    network = TwinNetwork.of(settings, parameters, scenario)
    if learning is None:
        return TwinVectorEnv(network, num_envs, autoreset_mode, threads)
    return TwinLearningVectorEnv(network, num_envs, learning, autoreset_mode, threads)
