# SPDX-License-Identifier: MIT
"""What retraining costs the network: as its settings say, or what the model's own passes need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ns3_bridge.settings import NestedSettings, merged
from py_agent.learning.learning_settings import LearningSettings, stream_of
from py_agent.learning.model_size import ModelSize

Made = TypeVar("Made")


def with_retraining(settings: NestedSettings | None) -> dict[str, Any]:
    """Settings of a network whose users' models are retrained.

    Example:
        >>> with_retraining({"n_ue": 3})
        {'n_ue': 3, 'retraining': {'enabled': True}}
    """
    return merged(settings, {"retraining": {"enabled": True}})


def with_training_cost(
    make: Callable[[NestedSettings], Made],
    settings_of: Callable[[Made], Any],
    settings: NestedSettings,
    learning: LearningSettings | None,
) -> Made:
    """A network whose ``retraining.cycles_per_sample`` is what its models ask for.

    Args:
        make: makes the network under settings; nothing is started by that.
        settings_of: all settings of what it makes, checked.
        settings: of the network.
        learning: of the models; None: there are none.
    """
    made = make(settings)
    if learning is None or learning.training_cost == "set":
        return made
    size = ModelSize.of(stream_of(learning, n_users=1, seed=0))
    cycles = size.cycles_per_sample(
        learning.bit_per_feature, settings_of(made).traffic.cycles_per_bit
    )
    return make(merged(settings, {"retraining": {"cycles_per_sample": cycles}}))
