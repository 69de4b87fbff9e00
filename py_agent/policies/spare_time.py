# SPDX-License-Identifier: MIT
"""Retrain in spare time: more than is needed where a server is idle, no more where it is busy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Network, Observation
from py_agent.policies.knobs import check_knob
from py_agent.policies.model_watch import ModelWatch, ratio_of

Floats = NDArray[np.float64]

_ROUNDING = 1e-9  # of what is left of δ

SMALLEST_JOB = 32  # samples; smaller ones can make a model worse (docs/concepts/retraining.md)


class SpareTime:
    """What is needed where servers are busy, more where they are idle.

    Chooses δ in every slot, for one network or a batch. Whoever has no job under way and is
    predicted to fall below its aim gets the smallest job that reaches it, of at least 32 samples
    (all data of a slot, where these are fewer); where less is left of δ, it waits for the next
    frame.
    The aim is ``A_min + busy_margin``; where the tasks at the user's server are done within the
    slot, ``A_min + idle_margin``: accuracy is laid in while it costs no task its time.

    Args:
        idle_margin: of accuracy.
        busy_margin: of accuracy.
        ahead_s: how far models are predicted.
        raw: by measured accuracy alone, see `ModelWatch`.

    Attributes:
        models: what they are believed to be able to do.
        ratio_left: what is left of δ in the frame, ``[..., n_ue]``.
        idle: whether the tasks at a user's server are done within the slot, ``[..., n_ue]``.

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> from py_agent.learning.learning_settings import LearningSettings
        >>> env = without_ns3.make_learning({"n_ue": 3, "n_bs": 2})
        >>> observation, _ = env.reset(seed=1)
        >>> settings = {**env.settings.model_dump(), "learning": LearningSettings().model_dump()}
        >>> rule = SpareTime()
        >>> rule.begin(Network("cellular", settings, env.schema))
        >>> rule.retrain(observation).tolist()  # anybody may be, δ tells who is
        [1, 1, 1]
        >>> ratio = rule.ratio(observation)
        >>> bool(((ratio >= 0) & (ratio <= 1)).all())
        True
        >>> env.close()
    """

    idle: NDArray[np.bool_]

    def __init__(
        self,
        idle_margin: float = 0.08,
        busy_margin: float = 0.0,
        ahead_s: float = 2.0,
        raw: bool = False,
    ) -> None:
        check_knob("spare", "idle_margin", idle_margin, -1, 1)
        check_knob("spare", "busy_margin", busy_margin, -1, 1)
        check_knob("spare", "ahead_s", ahead_s, 0)
        self._idle_margin = idle_margin
        self._busy_margin = busy_margin
        self._ahead_s = ahead_s
        self._raw = raw

    def begin(self, network: Network) -> None:
        """A run starts."""
        network.require(
            *("accuracy", "slot_in_frame", "serving_bs", "task_norm_samples"),
            *("training_backlog_samples", "compute_backlog_cycles", "compute_capacity_hz"),
        )
        self.models = ModelWatch(network, self._raw)
        self._slot_s = network.settings["slot_s"]
        self.ratio_left: Floats = np.zeros(0)

    def retrain(self, observation: Observation) -> NDArray[np.int32]:
        """Everybody may be retrained in the frame, ``[..., n_ue]``."""
        return np.ones(observation["accuracy"].shape, np.int32)

    def watch(self, observation: Observation) -> None:
        """A slot begins; what is left of δ starts at 1 with every frame."""
        self.models.follow(observation)
        self.idle = self._idle(observation)
        first = observation["slot_in_frame"] == 0
        if self.ratio_left.shape != observation["accuracy"].shape:
            self.ratio_left = np.ones(observation["accuracy"].shape)
        self.ratio_left = np.where(first, 1.0, self.ratio_left)

    def ratio(self, observation: Observation) -> Floats:
        """Watch the slot and choose its δ, ``[..., n_ue]``."""
        self.watch(observation)
        return self.submit(observation, self.needed(observation))

    def needed(self, observation: Observation, higher: Floats | float = 0.0) -> Floats:
        """Samples that reach the aim, ``[..., n_ue]``.

        Args:
            observation: of the slot that was watched last.
            higher: by how much the aims are raised, ``[..., n_ue]``; none above that of an idle
                server: beyond it jobs grow without bound, for no model is ever so accurate.
        """
        margin = np.where(self.idle, self._idle_margin, self._busy_margin)
        at_most = observation["task_norm_samples"] * self.ratio_left
        aim = self.models.target + np.minimum(margin + higher, self._idle_margin)
        return self.models.samples_to_reach(aim, self._ahead_s, at_most)

    def predicted(self) -> Floats:
        """Accuracy some seconds ahead without further training, ``[..., n_ue]``."""
        return self.models.predict(self._ahead_s)

    def submit(self, observation: Observation, needed: Floats) -> Floats:
        """δ of the jobs of those who have none under way, ``[..., n_ue]``."""
        norm = observation["task_norm_samples"].astype(np.float64)
        least = np.minimum(SMALLEST_JOB, norm)
        free = (needed > 0) & (observation["training_backlog_samples"] == 0)
        free &= norm * self.ratio_left >= least * (1 - _ROUNDING)
        job = np.where(free, np.maximum(needed, SMALLEST_JOB), 0.0)
        ratio = np.minimum(ratio_of(job, norm), self.ratio_left)
        self.ratio_left = self.ratio_left - ratio
        return ratio

    def _idle(self, observation: Observation) -> NDArray[np.bool_]:
        own = np.maximum(observation["serving_bs"], 0)
        work_s = observation["compute_backlog_cycles"].sum(axis=-2)
        work_s = work_s / observation["compute_capacity_hz"]
        idle: NDArray[np.bool_] = np.take_along_axis(work_s, own, axis=-1) <= self._slot_s
        return idle
