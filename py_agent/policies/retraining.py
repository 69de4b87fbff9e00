# SPDX-License-Identifier: MIT
"""When to retrain whose model, and on how much: a rule beside any policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ns3_bridge.plugins import Plugins
from py_agent.contract import Decision, Network, Observation, Policy, present
from py_agent.learning.accuracy_predictor import AccuracyPredictor
from py_agent.learning.learning_settings import lag_model_of
from py_agent.policies.knobs import check_knob
from py_agent.policies.spare_time import SMALLEST_JOB

Ratios: TypeAlias = NDArray[np.float64]  # δ of each user, [n_ue]; 0: not retrained


class RetrainingRule(Protocol):
    """Chooses whose models may be retrained in a frame, and δ.

    Example:
        >>> sorted(RETRAINING_RULES)[:3]
        ['bandit', 'drift-plus-penalty', 'fixed']
        >>> rule: RetrainingRule = RETRAINING_RULES.load("need")()
    """

    def begin(self, network: Network) -> None:
        """A run starts."""

    def retrain(self, observation: Observation) -> NDArray[np.int32]:
        """1 for those who may be retrained in the frame that starts now."""
        ...

    def ratio(self, observation: Observation) -> Ratios:
        """δ of every user for the slot that starts now."""
        ...


class _OncePerFrame:
    """A rule that chooses δ in a frame's first slot alone."""

    def ratios(self, observation: Observation) -> Ratios:
        """δ of every user for the frame that starts now."""
        raise NotImplementedError

    def retrain(self, observation: Observation) -> NDArray[np.int32]:
        """1 for those who are retrained in the frame."""
        self._ratios = self.ratios(observation)
        return (self._ratios > 0).astype(np.int32)

    def ratio(self, observation: Observation) -> Ratios:
        """δ in the first slot, 0 in the others."""
        first = observation["slot_in_frame"][0] == 0
        return self._ratios if first else np.zeros_like(self._ratios)


class Fixed(_OncePerFrame):
    """The same δ for everybody, in every frame, or one frame in some.

    Args:
        ratio: δ.
        period_frames: retrain one frame in so many; users take turns.

    Example:
        >>> from ns3_bridge import Field, Schema
        >>> names = ("accuracy", "slot_in_frame")
        >>> seen = tuple(Field(name, "float32", (3,), "1", 0, 1) for name in names)
        >>> rule = Fixed(0.5, period_frames=2)
        >>> rule.begin(Network("mine", {}, Schema("mine", 0, 0, "1", "", seen, (), {}, ())))
        >>> [rule.ratios({"accuracy": np.ones(3)}).tolist() for _ in range(2)]
        [[0.5, 0.0, 0.5], [0.0, 0.5, 0.0]]
    """

    def __init__(self, ratio: float, period_frames: int = 1) -> None:
        check_knob("fixed", "ratio", ratio, 0, 1)
        check_knob("fixed", "period_frames", period_frames, 1)
        self._ratio = ratio
        self._period = period_frames
        self._frame = 0

    def begin(self, network: Network) -> None:
        """Count frames from 0."""
        network.require("accuracy", "slot_in_frame")
        self._frame = 0

    def ratios(self, observation: Observation) -> Ratios:
        """δ for those whose turn it is."""
        shape = observation["accuracy"].shape
        turn = (np.arange(shape[-1]) + self._frame) % self._period == 0
        self._frame += 1
        return np.broadcast_to(np.where(turn, self._ratio, 0.0), shape)


class Need(_OncePerFrame):
    """As much as the twin's predictor says is needed, and no more.

    δ ‖Q‖₂ is the smallest job whose predicted accuracy `ahead_s` later reaches
    ``A_min + margin + 0.02·min(Z, 2) + bias``, less what is under way; jobs of less than 32 samples
    are rounded up. The predictor follows lags from the nominal drift rates and finished jobs.

    Args:
        calibrated: learn each user's bias from measured accuracy; else it is 0.
        margin: of accuracy.
        ahead_s: how far to look.

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> from py_agent.learning.learning_settings import LearningSettings
        >>> env = without_ns3.make_learning({"n_ue": 3, "n_bs": 2})
        >>> observation, _ = env.reset(seed=1)
        >>> settings = {**env.settings.model_dump(), "learning": LearningSettings().model_dump()}
        >>> rule = Need(margin=0.05)
        >>> rule.begin(Network("cellular", settings, env.schema))
        >>> ratios = rule.ratios(observation)
        >>> bool(((ratios >= 0) & (ratios <= 1)).all())
        True
        >>> env.close()
    """

    def __init__(
        self, calibrated: bool = False, margin: float = 0.03, ahead_s: float = 2.0
    ) -> None:
        check_knob("need", "margin", margin, -1, 1)
        check_knob("need", "ahead_s", ahead_s, 0)
        self._calibrated = calibrated
        self._margin = margin
        self._ahead_s = ahead_s

    def begin(self, network: Network) -> None:
        """Read the target and the length of a frame."""
        network.require(
            *("accuracy", "drift_rate", "trained_samples", "virtual_queue", "slot_in_frame"),
            *("task_norm_samples", "training_backlog_samples"),
        )
        settings = network.settings
        self._target = settings["learning"]["target_accuracy"]
        self._lags = lag_model_of(settings["learning"])
        self._frame_s = settings["slot_s"] * settings["slots_per_frame"]
        self._predictor: AccuracyPredictor | None = None

    def ratios(self, observation: Observation) -> Ratios:
        """δ from the need of every user."""
        trained = observation["trained_samples"]
        if self._predictor is None:
            rate = observation["drift_rate"].astype(np.float64)
            self._predictor = AccuracyPredictor(self._lags, rate, trained_samples=trained)
        else:
            self._predictor.follow(self._frame_s, trained)
        if self._calibrated:
            measured = observation["accuracy"].astype(np.float64)
            self._predictor.calibrate(measured, present(observation))
        queue = observation["virtual_queue"].astype(np.float64)
        target = self._target + self._margin + 0.02 * np.minimum(queue, 2)
        norm = observation["task_norm_samples"].astype(np.float64)
        needed = self._predictor.samples_to_reach(target, self._ahead_s, norm)
        needed -= observation["training_backlog_samples"]
        job = np.where(needed > 0, np.maximum(needed, SMALLEST_JOB), 0.0)
        return np.minimum(np.divide(job, norm, out=np.zeros_like(job), where=norm > 0), 1.0)


class Never(Fixed):
    """Models are measured and never retrained."""

    def __init__(self) -> None:
        super().__init__(0.0)


class EveryFrame(Fixed):
    """δ = 0.1 for everybody in every frame."""

    def __init__(self) -> None:
        super().__init__(0.1)


class InTurns(Fixed):
    """δ = 0.5 for each user once in five frames."""

    def __init__(self) -> None:
        super().__init__(0.5, 5)


class NeedCalibrated(Need):
    """As much as the twin's predictor says is needed, with a bias learned per user."""

    def __init__(self) -> None:
        super().__init__(calibrated=True)


#: Classes, called without arguments, that choose whose models are retrained.
RETRAINING_RULES: Plugins[Callable[[], RetrainingRule]] = Plugins(
    "ns3_twin.retraining_rules", "retraining rule"
)


class WithRetraining:
    """A policy and, beside it, a rule that decides on retraining.

    Args:
        policy: decides all else. Where it gives no ``training_share``, retraining gets the
            weight of an equal share.
        rule: chooses whom to retrain and δ.

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> from py_agent.policies import load_policy
        >>> env = without_ns3.make_learning({"n_ue": 3, "n_bs": 2})
        >>> observation, _ = env.reset(seed=1)
        >>> policy = WithRetraining(load_policy("load-fill"), EveryFrame())
        >>> policy.begin(Network("cellular", env.settings.model_dump(), env.schema), seed=1)
        >>> policy.decide_frame(observation)["retrain"].tolist()
        [1, 1, 1]
        >>> "retraining_ratio" in policy.decide_slot(observation)
        True
        >>> env.close()
    """

    def __init__(self, policy: Policy, rule: RetrainingRule) -> None:
        self._policy = policy
        self._rule = rule

    @property
    def twin(self) -> object | None:
        """The twin that the policy decides by; None: it has none."""
        return getattr(self._policy, "twin", None)

    def begin(self, network: Network, seed: int) -> None:
        """Begin both."""
        self._policy.begin(network, seed)
        self._rule.begin(network)

    def decide_frame(self, observation: Observation) -> Decision:
        """Decide whose model may be retrained, and leave the rest to the policy."""
        retrain = self._rule.retrain(observation)
        return {**self._policy.decide_frame(observation), "retrain": retrain}

    def decide_slot(self, observation: Observation) -> Decision:
        """Decide δ, and leave the rest to the policy."""
        shape = observation["accuracy"].shape
        equal = np.full(shape, 1 / shape[-1], np.float32)
        return {
            "training_share": equal,
            **self._policy.decide_slot(observation),
            "retraining_ratio": self._rule.ratio(observation),
        }
