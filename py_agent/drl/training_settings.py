# SPDX-License-Identifier: MIT
"""The settings of a training."""

from __future__ import annotations

from typing import Any, Literal

import pydantic


class TrainingSettings(pydantic.BaseModel):
    """What is trained, on what, for how long."""

    model_config = pydantic.ConfigDict(extra="forbid")

    algorithm: Literal["ppo", "td3", "sac"] = pydantic.Field(
        "ppo", description="of stable-baselines3"
    )
    association: str = pydantic.Field("load", description="association rule while training")
    networks: int = pydantic.Field(64, ge=1, description="simulated at once")
    episode_s: float = pydantic.Field(8.0, gt=0, description="simulated time of an episode")
    steps: int = pydantic.Field(
        5_000_000, ge=1, description="slots that users decide in, over all users and networks"
    )
    seed: int = pydantic.Field(1, ge=0, description="of weights, exploration and networks")
    gamma: float = pydantic.Field(0.95, gt=0, lt=1, description="discount per slot")
    learning_rate: float = pydantic.Field(1e-3, gt=0)
    hidden: list[int] = pydantic.Field([64, 64], description="widths of the hidden layers")
    reach: float = pydantic.Field(
        2.0, gt=0, description="β: largest shift of the logarithm of a priority"
    )
    validations: int = pydantic.Field(8, ge=1, description="of checkpoints in the twin")
    validation_networks: int = pydantic.Field(64, ge=2, description="held-out seeds")
    settings: dict[str, Any] = pydantic.Field(
        default_factory=dict, description="of the scenario, nested; the rest is default"
    )
    twin: str | None = pydantic.Field(
        None, description="file of calibrated parameters; else what the settings say"
    )
