# SPDX-License-Identifier: MIT
"""Users' models beside one episode of a scenario: what a slot does to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import Schema
from ns3_bridge.env import Observation
from py_agent.contract import present
from py_agent.learning.declaration import ACCURACY, NEEDED_ACTION
from py_agent.learning.incremental_data import task_norm_samples
from py_agent.learning.learning_settings import LearningSettings, data_slots
from py_agent.learning.plant import LearningPlant, TrainingJob
from py_agent.learning.reward import accuracy_term, price, retraining_term

#: Observations of the scenario that the models follow.
FOLLOWED = (
    "time_s",
    "slot_in_frame",
    "created_bit",
    "training_job_id",
    "training_done_id",
    "training_backlog_cycles",
    "task_mean_cycles",
)


class LearningEpisode:
    """The users' models in one episode.

    What it needs of an observation it copies, since agents may write into theirs.

    Args:
        schema: of the scenario with learning.
        settings: of the models.
        network: settings of the scenario.
        observation: the first one of the scenario.
        seed: of models and data.

    Attributes:
        sample_bit: size of a sample.

    Example:
        >>> import ns3_scenarios
        >>> from py_agent.learning.declaration import with_learning
        >>> small = {"n_ue": 2, "n_bs": 2, "warmup_s": 1.0, "retraining": {"enabled": True}}
        >>> env = ns3_scenarios.make("cellular", small)
        >>> observation, _ = env.reset(seed=1)
        >>> schema, models = with_learning(env.schema, 2), LearningSettings(evaluated_samples=50)
        >>> episode = LearningEpisode(schema, models, env.settings, observation, seed=1)
        >>> sorted(episode.fields())[:2]
        ['accuracy', 'accuracy_deficit']
        >>> env.close()
    """

    def __init__(
        self,
        schema: Schema,
        settings: LearningSettings,
        network: Any,
        observation: Observation,
        seed: int,
    ) -> None:
        n_ue: int = network.n_ue
        self._settings = settings
        self._slot_s: float = network.slot_s
        self._slots_per_frame: int = network.slots_per_frame
        self._plant = LearningPlant(settings, n_ue, seed)
        self.sample_bit = settings.bit_per_feature * self._plant.stream.n_features
        self._fields = {field.name: field for field in schema.observations}
        self._data_bit = np.zeros((data_slots(settings, self._slot_s), n_ue))
        self._retrain = self._wished = np.zeros(n_ue, bool)
        self._ratio_left = self._left_then = np.zeros(n_ue)
        self._samples = np.zeros(n_ue, np.int32)
        self._rows: list[NDArray[np.void]] = []
        self._note(observation)
        self._start_s = self._time_s

    def decide(self, action: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The scenario's action that an action with learning stands for.

        Nothing is done yet: `follow` does it, once the scenario has taken the action.

        Args:
            action: checked.
        """
        decided = dict(action)
        starts_frame = self._slot_in_frame == 0
        ratio_left = np.ones(len(self._retrain)) if starts_frame else self._ratio_left
        self._wished = decided["retrain"] > 0 if starts_frame else self._retrain
        del decided["retrain"]
        wished = np.minimum(decided.pop("retraining_ratio"), ratio_left)
        ratio = np.where(self._wished, wished, 0)
        self._left_then = ratio_left - ratio
        samples = np.minimum(np.rint(ratio * self._norms()), self._plant.largest_job)
        samples = np.where(self._there, samples, 0)
        self._samples = decided[NEEDED_ACTION] = samples.astype(np.int32)
        return decided

    def follow(self, observation: Observation, reward: float, is_last: bool) -> dict[str, float]:
        """A slot has passed under the action decided last.

        Args:
            observation: of the scenario after it.
            reward: of the scenario.
            is_last: the scenario has come to its end.

        Returns:
            the terms of the reward.
        """
        self._retrain, self._ratio_left = self._wished, self._left_then
        time_s, created_bit = self._time_s - self._start_s, self._created_bit
        self._note(observation)
        for user in np.flatnonzero(self._samples * self._there):  # jobs of leavers are dropped
            job = TrainingJob(int(user), int(self._samples[user]), time_s)
            self._plant.submit(int(observation["training_job_id"][user]), job)
        self._data_bit = np.roll(self._data_bit, 1, axis=0)
        self._data_bit[0] = self._created_bit - created_bit
        self._plant.finish(observation["training_done_id"])
        self._plant.drop(~self._there)
        if is_last or self._slot_in_frame == 0:
            self._end_frame()
        terms = (
            retraining_term(
                self._settings.backlog_weight,
                observation["training_backlog_cycles"],
                observation["task_mean_cycles"],
            ),
            accuracy_term(self._settings.accuracy_weight, self._deficit()),
        )
        of_models = {term.name: -float(price([term], self._slot_s)) for term in terms}
        return {"tasks": float(reward), **of_models}

    def fields(self) -> Observation:
        """What is observed of the models, ``[n_ue]`` each."""
        values: Mapping[str, Any] = {
            "accuracy": self._plant.accuracy,
            "accuracy_deficit": self._deficit(),
            "virtual_queue": self._plant.queue.length,
            "drift_detected": self._plant.drifted,
            "drift_rate": self._plant.stream.drift_rate,
            "task_norm_samples": self._norms(),
        }
        return {name: np.array(v, self._fields[name].dtype) for name, v in values.items()}

    def take_rows(self) -> NDArray[np.void]:
        """Rows of the table ``accuracy`` since the last call."""
        rows = np.concatenate([np.empty(0, ACCURACY.dtype), *self._rows])
        self._rows.clear()
        return rows

    def _note(self, observation: Observation) -> None:
        self._time_s = float(observation["time_s"][0])
        self._slot_in_frame = int(observation["slot_in_frame"][0])
        self._created_bit = np.array(observation["created_bit"])
        self._there = np.broadcast_to(present(observation), len(self._created_bit))

    def _norms(self) -> NDArray[np.float64]:
        return task_norm_samples(self._data_bit, self.sample_bit)

    def _deficit(self) -> NDArray[np.float64]:
        """By how much the accuracy of those who are there misses the target, ``[n_ue]``."""
        deficit = np.maximum(0, self._settings.target_accuracy - self._plant.accuracy)
        return np.where(self._there, deficit, 0.0)

    def _end_frame(self) -> None:
        there = self._there
        self._plant.end_frame(self._time_s - self._start_s, there)
        rows = np.empty(int(there.sum()), ACCURACY.dtype)
        rows["ue"] = np.flatnonzero(there)
        rows["time_s"] = self._time_s
        rows["accuracy"] = self._plant.accuracy[there]
        rows["deficit"] = self._deficit()[there]
        rows["frame_s"] = (self._slot_in_frame or self._slots_per_frame) * self._slot_s
        self._rows.append(rows)
