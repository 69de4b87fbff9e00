# SPDX-License-Identifier: MIT
"""The twin under Gymnasium: the environments of `ns3/Cellular-v0`, without ns-3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from gymnasium.vector import AutoresetMode

from ns3_bridge import ScenarioEnv
from py_agent.twin.host import TwinHost
from py_agent.twin.network import TwinNetwork
from py_agent.twin.parameters import TwinParameters
from py_agent.twin.vector_env import TwinVectorEnv


def make(
    settings: Mapping[str, Any] | None = None,
    parameters: TwinParameters | None = None,
    device: torch.device | str = "cpu",
) -> ScenarioEnv:
    """The environment of `cellular`, computed by the twin.

    Args:
        settings: of the scenario, nested; the rest is default.
        parameters: the twin's constants, e.g. calibrated ones; None: what the settings say.
        device: of the tensors.
    """
    return ScenarioEnv(TwinHost(TwinNetwork.of(settings, parameters), device))


def make_vector(
    num_envs: int,
    settings: Mapping[str, Any] | None = None,
    parameters: TwinParameters | None = None,
    autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    device: torch.device | str = "cpu",
) -> TwinVectorEnv:
    """Many of them, stepped as one batch; see `make`."""
    return TwinVectorEnv(TwinNetwork.of(settings, parameters), num_envs, autoreset_mode, device)
