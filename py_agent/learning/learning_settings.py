# SPDX-License-Identifier: MIT
"""The settings of the learning plant."""

from __future__ import annotations

from typing import Literal

import pydantic


class LearningSettings(pydantic.BaseModel):
    """Settings of data, models and constraint, as the group ``learning`` of a run holds them."""

    model_config = pydantic.ConfigDict(extra="forbid")

    stream: Literal["digits", "loans"] = pydantic.Field(
        default="digits", description="the users' data"
    )
    drift: Literal["gradual", "abrupt", "recurring"] = pydantic.Field(
        default="gradual", description="how the data drift"
    )
    drift_speed: float = pydantic.Field(
        default=1.0, gt=0, le=100, description="drift is so many times as fast as the stream's own"
    )
    target_accuracy: float = pydantic.Field(default=0.8, gt=0, lt=1, description="A_min")
    initial_lag_s: float = pydantic.Field(
        default=20.0, ge=0, description="models start up to so many seconds behind their data"
    )
    evaluated_samples: int = pydantic.Field(
        default=200,
        ge=1,
        description="fresh samples per user and frame, on which accuracy is measured",
    )
    data_window_s: float = pydantic.Field(
        default=5.0, gt=0, description="Q holds the task data of so many last seconds"
    )
    bit_per_feature: int = pydantic.Field(
        default=16, ge=1, description="size of a sample: times its features"
    )
    p_min: float = pydantic.Field(default=0.02, ge=0, le=1, description="smallest share of a class")
    detector: Literal["adwin", "kswin", "page-hinkley"] = pydantic.Field(
        default="adwin", description="of drift"
    )
    backlog_weight: float = pydantic.Field(
        default=0.1,
        ge=0,
        description="w_G: a retraining job as big as a task beside a task in the system",
    )
    accuracy_weight: float = pydantic.Field(
        default=10.0, ge=0, description="w_A: accuracy short by 1 beside a task in the system"
    )
