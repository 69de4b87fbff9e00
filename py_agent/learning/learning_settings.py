# SPDX-License-Identifier: MIT
"""The settings of the learning plant."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import pydantic

from ns3_bridge.errors import InvalidSetting
from ns3_bridge.plugins import Plugins
from ns3_bridge.settings import as_mapping
from py_agent.learning.lag_model import LagModel

if TYPE_CHECKING:
    from py_agent.learning.streams import DriftStream

#: Classes of streams, called with the number of users, a seed, ``kind`` and ``drift_speed``.
STREAMS: Plugins[Callable[..., DriftStream]] = Plugins("ns3_twin.streams", "stream")


class LearningSettings(pydantic.BaseModel):
    """Settings of data, models and constraint, as the group ``learning`` of a run holds them.

    Example:
        >>> LearningSettings(stream="loans", target_accuracy=0.85).drift
        'gradual'
    """

    model_config = pydantic.ConfigDict(extra="forbid", allow_inf_nan=False)

    stream: str = pydantic.Field(
        default="digits",
        description="the users' data: digits, mnist, loans, replay, or a package's "
        "(docs/guides/extend.md)",
    )
    recording: str = pydantic.Field(
        default="",
        description="of stream replay: a CSV file of samples in their order, columns of features "
        "and the column label",
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
    training_cost: Literal["set", "passes"] = pydantic.Field(
        default="set",
        description="work of retraining on a sample: retraining.cycles_per_sample as it is set, or "
        "what the model's passes, forward and back, need beside inference",
    )
    backlog_weight: float = pydantic.Field(
        default=0.1,
        ge=0,
        description="w_G: a retraining job as big as a task beside a task in the system",
    )
    accuracy_weight: float = pydantic.Field(
        default=10.0, ge=0, description="w_A: accuracy short by 1 beside a task in the system"
    )

    @pydantic.field_validator("stream")
    @classmethod
    def _is_registered(cls, name: str) -> str:
        if name not in STREAMS:
            raise ValueError(f"known: {', '.join(STREAMS)}")
        return name

    @pydantic.model_validator(mode="after")
    def _names_a_recording(self) -> LearningSettings:
        if bool(self.recording) != (self.stream == "replay"):
            raise ValueError("stream replay needs a recording, and no other stream takes one")
        return self


def stream_of(settings: LearningSettings, n_users: int, seed: int) -> DriftStream:
    """The users' data.

    Args:
        settings: say which.
        n_users: number of users.
        seed: of all that is random.

    Raises:
        LearningError: the data cannot be had.
    """
    more = {"recording": settings.recording} if settings.recording else {}
    return STREAMS.load(settings.stream)(
        n_users, seed, kind=settings.drift, drift_speed=settings.drift_speed, **more
    )


def data_slots(settings: LearningSettings, slot_s: float) -> int:
    """So many last slots' task data does Q hold.

    >>> data_slots(LearningSettings(data_window_s=5.0), slot_s=0.02)
    250
    """
    return max(1, round(settings.data_window_s / slot_s))


def sample_bit_of(settings: LearningSettings) -> int:
    """Size of a sample; of a stream that knows its samples only when made, one is made.

    >>> sample_bit_of(LearningSettings(stream="digits"))
    1024
    """
    n_features = getattr(STREAMS.load(settings.stream), "n_features", None)
    if not isinstance(n_features, int):
        n_features = _features_of_a_made_stream(settings.model_dump_json())
    return settings.bit_per_feature * n_features


@functools.lru_cache(maxsize=8)  # a recording is a file to read, and rollouts ask every frame
def _features_of_a_made_stream(settings: str) -> int:
    return stream_of(LearningSettings.model_validate_json(settings), n_users=1, seed=0).n_features


def lag_model_of(learning: Mapping[str, Any]) -> LagModel:
    """How models of a stream lag, by the settings of models; of digits where it says nothing.

    >>> lag_model_of({"stream": "mnist"}).kappa_fast > lag_model_of({"stream": "loans"}).kappa_fast
    True
    """
    stream = STREAMS.load(learning.get("stream", "digits"))
    model: LagModel = getattr(stream, "lag_model", LagModel())
    return model


def check_reset_settings(settings: Any) -> None:
    """Check that a reset leaves the models' settings alone.

    Args:
        settings: that it asks for: nested, or a list of such, one for each environment.

    Raises:
        InvalidSetting: it does not.
    """
    for some in settings if isinstance(settings, list | tuple) else [settings]:
        if "learning" in as_mapping(some):
            raise InvalidSetting(
                "a reset changes settings of the scenario alone; those of the users' models "
                "(learning) are given to the environment: make another one"
            )


def learning_settings(values: LearningSettings | Mapping[str, Any] | None) -> LearningSettings:
    """Settings of the models, checked; what is not given is default.

    >>> learning_settings({"target_accuracy": 0.9}).target_accuracy
    0.9

    Raises:
        InvalidSetting: one is unknown or out of bounds.
    """
    if isinstance(values, LearningSettings):
        return values
    try:
        return LearningSettings.model_validate(values or {})
    except pydantic.ValidationError as error:
        told = (
            f"learning.{'.'.join(map(str, e['loc']))} = {e['input']!r}: {e['msg']}"
            for e in error.errors()
        )
        raise InvalidSetting("; ".join(told)) from None
