# SPDX-License-Identifier: MIT
"""Futures in which users' models drift and are retrained, as a Gymnasium vector environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray
from torch import Tensor

from ns3_bridge.errors import InvalidSetting
from py_agent.learning.env import with_learning
from py_agent.learning.learning_settings import LearningSettings
from py_agent.learning.plant import LARGEST_JOB, STREAMS
from py_agent.twin.lagging_models import Floats, LaggingModels
from py_agent.twin.network import TwinNetwork
from py_agent.twin.vector_env import TwinVectorEnv


class TwinLearningVectorEnv(TwinVectorEnv):
    """`TwinVectorEnv` with the fields, actions and reward of `py_agent.learning.env.LearningEnv`.

    The users' models are two lags each instead of weights and data, see `LaggingModels`.

    Args:
        network: settings and constants, with ``retraining.enabled``.
        num_envs: how many.
        learning: settings of the models.
        autoreset_mode: as of `TwinVectorEnv`.
        device: where the futures are computed.

    Raises:
        InvalidSetting: the network does not retrain.
        UnsuitableNetwork: the models' data are none that the twin has a lag model of.
    """

    def __init__(
        self,
        network: TwinNetwork,
        num_envs: int,
        learning: LearningSettings | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        device: torch.device | str = "cpu",
    ) -> None:
        if not network.place.settings["retraining"]["enabled"]:
            raise InvalidSetting("the network retrains no models: set retraining.enabled=true")
        n_ue = network.place.settings["n_ue"]
        self.learning = learning or LearningSettings()
        self.models = LaggingModels(self.learning, num_envs, n_ue)
        stream: Any = STREAMS[self.learning.stream]
        self._sample_bit = self.learning.bit_per_feature * stream.n_features
        shape = (num_envs, n_ue)
        self._retrain = np.zeros(shape, bool)
        self._ratio_left = np.zeros(shape)
        super().__init__(
            network,
            num_envs,
            autoreset_mode,
            device,
            schema=with_learning(network.schema, n_ue),
            more={
                "accuracy": lambda: self._tensor(self.models.accuracy),
                "accuracy_deficit": lambda: self._tensor(self.models.deficit),
                "virtual_queue": lambda: self._tensor(self.models.queue.length),
                "drift_detected": lambda: torch.zeros((), device=device),
                "drift_rate": lambda: self._tensor(self.models.drift_rate),
                "task_norm_samples": self._norm_samples,
            },
        )

    def _start(self, mask: NDArray[np.bool_], seeds: Sequence[int | None]) -> list[int]:
        runs = super()._start(mask, seeds)
        self.models.start(np.flatnonzero(mask).tolist(), runs)
        self._ratio_left[mask] = 0.0
        return runs

    def _step(self, actions: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
        """The network's slot, then the models' drift and training; see `LearningEnv.step`."""
        action = dict(actions)
        slots = self.rollout.state.slot.cpu().numpy()
        first = (slots % self.rollout.slots_per_frame == 0)[:, None]
        self._ratio_left = np.where(first, 1.0, self._ratio_left)
        self._retrain = np.where(first, action.pop("retrain") > 0, self._retrain)
        wanted = np.minimum(action.pop("retraining_ratio"), self._ratio_left)
        ratio = np.where(self._retrain, wanted, 0.0)
        norm = self._norm_samples().cpu().numpy() if ratio.any() else np.zeros_like(ratio)
        samples = np.minimum(np.rint(ratio * norm), LARGEST_JOB)
        action["retrain_samples"] = samples.astype(np.int32)
        self._ratio_left -= ratio

        training = self.rollout.state.training
        before = training.trained.cpu().numpy().copy()
        rewards = super()._step(action)
        trained = self.rollout.state.training.trained.cpu().numpy() - before
        self.models.advance(self.rollout.slot_s, trained.astype(np.float64))
        slots = slots + 1
        ended = (slots % self.rollout.slots_per_frame == 0) | (slots >= self._last_slot)
        self.models.end_frame(np.flatnonzero(ended))
        return rewards + self._learning_reward()

    def _learning_reward(self) -> Floats:
        typical = np.maximum(self._observer.array("task_mean_cycles"), 1.0)
        backlog = self._observer.array("training_backlog_cycles") / typical
        weighted = self.learning.backlog_weight * backlog.sum(1)
        weighted += self.learning.accuracy_weight * self.models.deficit.sum(1)
        reward: Floats = -weighted * self.rollout.slot_s
        return reward

    def _norm_samples(self) -> Tensor:
        """``‖Q‖₂`` of the task data of the last seconds, ``[num_envs, n_ue]``."""
        state = self.rollout.state
        now_s = (state.slot * self.rollout.slot_s).to(torch.float32)[:, None, None]
        created_s = state.tasks.created_s
        recent = (created_s < now_s) & (created_s >= now_s - self.learning.data_window_s)
        norm_bit: Tensor = (state.tasks.size_bit * recent).square().sum(-1).sqrt()
        norm: Tensor = norm_bit / self._sample_bit
        return norm

    def _tensor(self, values: Floats) -> Tensor:
        return torch.as_tensor(values, device=self.rollout.device)
