# SPDX-License-Identifier: MIT
"""The settings of a training."""

from __future__ import annotations

from typing import Any, Literal

import pydantic

from py_agent.learning.learning_settings import LearningSettings


class TrainingSettings(pydantic.BaseModel):
    """What is trained, on what, for how long.

    Example:
        >>> settings = TrainingSettings(algorithm="sac", settings={"n_ue": 10})
        >>> settings.association, settings.gamma
        ('load', 0.98)
    """

    model_config = pydantic.ConfigDict(extra="forbid", allow_inf_nan=False)

    algorithm: Literal["ppo", "td3", "sac"] = pydantic.Field(
        "ppo", description="of stable-baselines3"
    )
    architecture: Literal["user", "cell"] = pydantic.Field(
        "user", description="agents see their own user, or all users of its cell (deep set)"
    )
    timescale: Literal["slot", "frame"] = pydantic.Field(
        "slot", description="agents decide in every slot, or once a frame for all of its slots"
    )
    view: Literal["twin", "raw"] = pydantic.Field(
        "twin", description="agents see the twin's estimates, or users' last reports alone"
    )
    retrain: bool = pydantic.Field(
        True, description="users' models drift; agents decide on their retraining, too"
    )
    learning: LearningSettings = pydantic.Field(
        default=LearningSettings(),
        description="of users' data and models, and the reward's weights",
    )
    association: str = pydantic.Field("load", description="association rule while training")
    networks: int = pydantic.Field(48, ge=1, description="simulated at once")
    episode_s: float = pydantic.Field(12.0, gt=0, description="simulated time of an episode")
    steps: int = pydantic.Field(
        8_000_000, ge=1, description="slots that users decide in, over all users and networks"
    )
    seed: int = pydantic.Field(1, ge=0, description="of weights, exploration and networks")
    gamma: float = pydantic.Field(0.98, gt=0, lt=1, description="discount per decision")
    learning_rate: float = pydantic.Field(1e-3, gt=0)
    hidden: list[int] = pydantic.Field([64, 64], description="widths of the hidden layers")
    reach: float = pydantic.Field(
        2.0, gt=0, description="β: largest shift of the logarithm of a priority"
    )
    validations: int = pydantic.Field(4, ge=1, description="of checkpoints in the twin")
    validation_networks: int = pydantic.Field(48, ge=2, description="held-out seeds")
    scenario: str = pydantic.Field("cellular", description="name, or path of a scenario program")
    settings: dict[str, Any] = pydantic.Field(
        default_factory=dict, description="of the scenario, nested; the rest is default"
    )
    twin: str | None = pydantic.Field(
        None, description="file of calibrated parameters; else what the settings say"
    )
