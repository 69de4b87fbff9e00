# SPDX-License-Identifier: MIT
"""Rollouts in which the users' models drift and are retrained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ns3_bridge.slot_count import slot_count
from py_agent.learning.learning_settings import LearningSettings, data_slots, sample_bit_of
from py_agent.learning.model_size import LARGEST_JOB
from py_agent.learning.reward import accuracy_term, price, retraining_term
from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.rollout.lagging_models import Floats, LaggingModels
from py_agent.twin.rollout.rollout import Action, Place, Rollout


class LearningRollout(Rollout):
    """`Rollout` with the fields, actions and reward of `py_agent.learning.env.LearningEnv`.

    Args:
        parameters: as of `Rollout`.
        place: as of `Rollout`, with ``retraining.enabled``.
        models: of every user of every rollout.
        learning: settings of the models.
        threads: as of `Rollout`.

    Example:
        >>> from py_agent.twin.environment.network import TwinNetwork
        >>> from py_agent.twin.rollout.random_streams import seed_array
        >>> network = TwinNetwork.of({"n_ue": 2, "n_bs": 2, "retraining": {"enabled": True}})
        >>> learning = LearningSettings()
        >>> models = LaggingModels.at_random_lags(learning, n_rollouts=4, n_ue=2)
        >>> rollout = LearningRollout(network.parameters, network.place, models, learning)
        >>> rollout.start(seed_array(range(4)))
        >>> rollout.renew_models(range(4), seeds=range(4))
        >>> rollout.more_fields["accuracy"]().shape
        (4, 2)
    """

    def __init__(
        self,
        parameters: TwinParameters,
        place: Place,
        models: LaggingModels,
        learning: LearningSettings,
        threads: int = 1,
    ) -> None:
        shape = models.accuracy.shape
        super().__init__(parameters, place, shape[0], threads)
        self.models = models
        self._learning = learning
        self._norm_before = np.zeros(shape[1])
        self._begin_s = 0.0
        self._sample_bit = sample_bit_of(learning)
        self._last_slot = slot_count(place.duration_s, self.slot_s)
        kept_slots = min(data_slots(learning, self.slot_s), self._last_slot)
        self._slot_bit = np.zeros((kept_slots, *shape))  # a ring
        self._oldest = 0
        self._square_bit2 = np.zeros(shape)  # sum over the ring
        self._retrain = np.zeros(shape, bool)
        self._ratio_left = np.ones(shape)
        self.more_fields = {
            "accuracy": lambda: models.accuracy,
            "accuracy_deficit": self._deficit,
            "virtual_queue": lambda: models.queue.length,
            "drift_detected": lambda: np.zeros(()),
            "drift_rate": lambda: models.drift_rate,
            "task_norm_samples": self._norm_samples,
        }

    def renew_models(self, rollouts: Sequence[int], seeds: Sequence[int]) -> None:
        """These rollouts have started: other models, as far behind as chance will have it."""
        self.models.start(rollouts, seeds)
        self._ratio_left[rollouts] = 0.0
        self._slot_bit[:, rollouts] = 0.0
        self._square_bit2[rollouts] = 0.0

    def data_before(self, norm_samples: Floats, begin_s: float) -> None:
        """``‖Q‖₂`` of the data from before the rollouts, which drop out of the window one by one.

        Args:
            norm_samples: ``[n_ue]``.
            begin_s: when the rollouts begin.
        """
        self._norm_before, self._begin_s = norm_samples, begin_s

    def step(self, action: Action) -> Floats:
        """The network's slot, then the models' drift and training; see `LearningEnv.step`.

        Args:
            action: as of `Rollout`, but ``retrain`` (obeyed where a frame starts) and
                ``retraining_ratio`` in place of ``retrain_samples``; without them nobody retrains.

        Returns:
            minus tasks, backlog and deficits, ``[batch]``.
        """
        decided = dict(action)
        slots = self.state["slot"].copy()
        first = (slots % self.slots_per_frame == 0)[:, None]
        self._ratio_left = np.where(first, 1.0, self._ratio_left)
        if (retrain := decided.pop("retrain", None)) is not None:
            self._retrain = np.where(first, retrain > 0, self._retrain)
        ratio = np.zeros_like(self._ratio_left)
        if (wanted := decided.pop("retraining_ratio", None)) is not None:
            wished = np.minimum(wanted, self._ratio_left)
            ratio = np.where(self._retrain, wished, 0.0)
        norm = self._norm_samples() if ratio.any() else ratio
        samples = np.minimum(np.rint(ratio * norm), LARGEST_JOB).astype(np.int32)
        self._ratio_left = self._ratio_left - ratio

        trained = self.state["trained_samples"].copy()
        created_bit = self.state["created_bit"].copy()
        reward = super().step({**decided, "retrain_samples": samples})
        self._add_data(self.state["created_bit"] - created_bit)
        self.models.advance(self.slot_s, self.state["trained_samples"] - trained)
        slots = slots + 1
        ended = (slots % self.slots_per_frame == 0) | (slots >= self._last_slot)
        self.models.end_frame(ended[:, None] & ~self.away)
        return reward + self._learning_reward()

    def steps(self, action: Action, slots: int) -> Floats:
        """As of `Rollout`, but slot by slot: models measure and drift between the slots."""
        return np.array([self.step(action) for _ in range(slots)])

    def _learning_reward(self) -> Floats:
        typical = self.mean_bit * self.state["cycles_per_bit"]
        backlog = self.state["training_work_cycles"]
        terms = (
            retraining_term(self._learning.backlog_weight, backlog, typical),
            accuracy_term(self._learning.accuracy_weight, self._deficit()),
        )
        return -price(terms, self.slot_s)

    def _deficit(self) -> Floats:
        """Of those who are there, ``[batch, n_ue]``."""
        return np.where(self.away, 0.0, self.models.deficit)

    def _add_data(self, slot_bit: Floats) -> None:
        """Task data that arose in a slot, ``[batch, n_ue]``."""
        self._square_bit2 += slot_bit**2 - self._slot_bit[self._oldest] ** 2
        self._slot_bit[self._oldest] = slot_bit
        self._oldest = (self._oldest + 1) % len(self._slot_bit)

    def _norm_samples(self) -> Floats:
        """``‖Q‖₂`` of the task data of the last seconds, ``[batch, n_ue]``."""
        square = np.maximum(self._square_bit2, 0.0) / self._sample_bit**2  # rounding errors
        kept = np.maximum(1 - (self.now_s() - self._begin_s) / self._learning.data_window_s, 0.0)
        norm: Floats = np.sqrt(square + kept[:, None] * self._norm_before**2)
        return norm
