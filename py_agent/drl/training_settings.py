# SPDX-License-Identifier: MIT
"""The settings of a training."""

from __future__ import annotations

from typing import Any, Literal

import pydantic

from py_agent.input_files import portable_scenario, with_absolute_paths
from py_agent.learning.learning_settings import LearningSettings


class VariantSettings(pydantic.BaseModel):
    """How the networks of a variant differ from the others.

    Example:
        >>> VariantSettings(settings={"n_ue": 20}, learning={"drift_speed": 1.5}).settings
        {'n_ue': 20}
    """

    model_config = pydantic.ConfigDict(extra="forbid")

    settings: dict[str, Any] = pydantic.Field(
        default_factory=dict, description="of the scenario, nested, over those of the training"
    )
    learning: dict[str, Any] = pydantic.Field(
        default_factory=dict, description="of data and models, likewise"
    )
    retrain: bool | None = pydantic.Field(
        default=None, description="users have models that drift; null: as in the others"
    )


class TrainingSettings(pydantic.BaseModel):
    """What is trained, on what, for how long.

    Example:
        >>> settings = TrainingSettings(algorithm="sac", settings={"n_ue": 10})
        >>> settings.association, settings.gamma
        ('load', 0.99)
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
    variants: list[VariantSettings] = pydantic.Field(
        default_factory=list, description="kinds of networks side by side; empty: one kind"
    )
    networks: int = pydantic.Field(48, ge=1, description="simulated at once, of all variants")
    processes: bool = pydantic.Field(
        False, description="every variant is simulated in a process of its own"
    )
    warmup_s: float = pydantic.Field(
        20.0, ge=0, description="simulated time under the rule before an episode"
    )
    episode_s: float = pydantic.Field(40.0, gt=0, description="simulated time of an episode")
    steps: int = pydantic.Field(
        8_000_000, ge=1, description="slots that users decide in, over all users and networks"
    )
    minutes: float | None = pydantic.Field(
        None, gt=0, description="wall time after which training ends, whatever steps are left"
    )
    seed: int = pydantic.Field(1, ge=0, description="of weights, exploration and networks")
    accuracy_weights: tuple[float, float] | None = pydantic.Field(
        (3.0, 100.0),
        description="w_A of each network and episode is drawn between them; null: learning's",
    )
    foresight_s: float = pydantic.Field(
        10.0, ge=0, description="how far ahead training is paid for at once; 0: not at all"
    )
    gamma: float = pydantic.Field(0.99, gt=0, lt=1, description="discount per decision")
    gae_lambda: float = pydantic.Field(0.95, ge=0, le=1, description="of ppo's advantages")
    device: str = pydantic.Field("cpu", description="that learns: cpu, or cuda")
    threads: int = pydantic.Field(1, ge=1, description="of torch on the cpu")
    learning_rate: float = pydantic.Field(1e-3, gt=0)
    hidden: list[int] = pydantic.Field([64, 64], description="widths of the hidden layers")
    reach: float = pydantic.Field(
        2.0, gt=0, description="β: largest shift of the logarithm of a priority"
    )
    validations: int = pydantic.Field(
        4, ge=1, description="of checkpoints in the twin, evenly over steps or minutes"
    )
    validation_networks: int = pydantic.Field(48, ge=2, description="held-out seeds")
    scenario: str = pydantic.Field("cellular", description="name, or path of a scenario program")
    settings: dict[str, Any] = pydantic.Field(
        default_factory=dict, description="of the scenario, nested; the rest is default"
    )
    twin: str | None = pydantic.Field(
        None, description="file of calibrated parameters; else what the settings say"
    )

    def movable(self) -> TrainingSettings:
        """The same settings as they hold in any folder: files are named absolutely."""
        known = self.model_dump()
        return TrainingSettings.model_validate(
            {
                **with_absolute_paths(known, lambda name: name[0] in ("twin", "settings")),
                "scenario": portable_scenario(self.scenario),
                "variants": [
                    with_absolute_paths(variant, lambda name: name[0] == "settings")
                    for variant in known["variants"]
                ],
            }
        )

    @pydantic.field_validator("accuracy_weights")
    @classmethod
    def _is_range(cls, weights: tuple[float, float] | None) -> tuple[float, float] | None:
        if weights is not None and not 0 < weights[0] <= weights[1]:
            raise ValueError("must be two positive numbers, the smaller one first")
        return weights
