# SPDX-License-Identifier: MIT
"""Futures in which the users' models drift and are retrained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from py_agent.learning.learning_settings import LearningSettings
from py_agent.learning.plant import LARGEST_JOB, STREAMS
from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.rollout.lagging_models import Floats, LaggingModels
from py_agent.twin.rollout.rollout import Place, Rollout


class LearningRollout(Rollout):
    """`Rollout` with the fields, actions and reward of `py_agent.learning.env.LearningEnv`.

    Args:
        parameters: as of `Rollout`.
        place: as of `Rollout`, with ``retraining.enabled``.
        models: of every user of every future.
        learning: settings of the models.
        device: as of `Rollout`.
    """

    def __init__(
        self,
        parameters: TwinParameters,
        place: Place,
        models: LaggingModels,
        learning: LearningSettings,
        device: torch.device | str = "cpu",
    ) -> None:
        shape = models.accuracy.shape
        super().__init__(parameters, place, shape[0], device)
        self.models = models
        self._learning = learning
        self._norm_before = np.zeros(shape[1])
        self._begin_s = 0.0
        stream: Any = STREAMS[learning.stream]
        self._sample_bit = learning.bit_per_feature * stream.n_features
        self._last_slot = round(place.duration_s / self.slot_s)
        self._retrain = np.zeros(shape, bool)
        self._ratio_left = np.ones(shape)
        self.more_fields = {
            "accuracy": lambda: self._tensor(models.accuracy),
            "accuracy_deficit": lambda: self._tensor(models.deficit),
            "virtual_queue": lambda: self._tensor(models.queue.length),
            "drift_detected": lambda: torch.zeros((), device=self.device),
            "drift_rate": lambda: self._tensor(models.drift_rate),
            "task_norm_samples": self._norm_samples,
        }

    def renew_models(self, futures: Sequence[int], seeds: Sequence[int]) -> None:
        """These futures have started: other models, as far behind as chance will have it."""
        self.models.start(futures, seeds)
        self._ratio_left[futures] = 0.0

    def data_before(self, norm_samples: Floats, begin_s: float) -> None:
        """``‖Q‖₂`` of the data from before the futures, which drop out of the window one by one.

        Args:
            norm_samples: ``[n_ue]``.
            begin_s: when the futures begin.
        """
        self._norm_before, self._begin_s = norm_samples, begin_s

    def step(self, action: Mapping[str, Tensor]) -> Tensor:
        """The network's slot, then the models' drift and training; see `LearningEnv.step`.

        Args:
            action: as of `Rollout`, but ``retrain`` (obeyed where a frame starts) and
                ``retraining_ratio`` in place of ``retrain_samples``; without them nobody retrains.

        Returns:
            minus tasks, backlog and deficits, ``[batch]``.
        """
        decided = dict(action)
        slots = self.state.slot.cpu().numpy()
        first = (slots % self.slots_per_frame == 0)[:, None]
        self._ratio_left = np.where(first, 1.0, self._ratio_left)
        if (retrain := decided.pop("retrain", None)) is not None:
            self._retrain = np.where(first, retrain.cpu().numpy() > 0, self._retrain)
        ratio = np.zeros_like(self._ratio_left)
        if (wanted := decided.pop("retraining_ratio", None)) is not None:
            wished = np.minimum(wanted.cpu().numpy(), self._ratio_left)
            ratio = np.where(self._retrain, wished, 0.0)
        norm = self._norm_samples().cpu().numpy() if ratio.any() else ratio
        samples = np.minimum(np.rint(ratio * norm), LARGEST_JOB).astype(np.int32)
        self._ratio_left = self._ratio_left - ratio

        before = self.state.training.trained.clone()
        reward = super().step({**decided, "retrain_samples": self._tensor(samples)})
        trained = (self.state.training.trained - before).cpu().numpy()
        self.models.advance(self.slot_s, trained.astype(np.float64))
        slots = slots + 1
        ended = (slots % self.slots_per_frame == 0) | (slots >= self._last_slot)
        self.models.end_frame(np.flatnonzero(ended))
        return reward.to(torch.float64) + self._tensor(self._learning_reward())

    def _learning_reward(self) -> Floats:
        typical = (self.sources.mean_bit() * self.state.cycles_per_bit).clamp_min(1.0)
        backlog = (self.state.training.work_cycles / typical).cpu().numpy()
        weighted = self._learning.backlog_weight * backlog.sum(1)
        weighted = weighted + self._learning.accuracy_weight * self.models.deficit.sum(1)
        reward: Floats = -weighted * self.slot_s
        return reward

    def _norm_samples(self) -> Tensor:
        """``‖Q‖₂`` of the task data of the last seconds, ``[batch, n_ue]``."""
        window_s = self._learning.data_window_s
        now_s = (self.state.slot * self.slot_s).to(torch.float32)[:, None, None]
        created_s = self.state.tasks.created_s
        recent = (created_s < now_s) & (created_s >= now_s - window_s)
        recent &= created_s >= self._begin_s
        square_bit2 = (self.state.tasks.size_bit * recent).square().sum(-1)
        kept = (1 - (now_s[..., 0] - self._begin_s) / window_s).clamp_min(0.0)
        square_before = kept * self._tensor(self._norm_before**2)
        norm: Tensor = (square_bit2 / self._sample_bit**2 + square_before).sqrt()
        return norm

    def _tensor(self, values: np.ndarray[Any, Any]) -> Tensor:
        return torch.as_tensor(values, device=self.device)
