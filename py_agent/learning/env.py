# SPDX-License-Identifier: MIT
"""The two-timescale environment: a network in ns-3 whose users' models drift and are retrained."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, cast

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ns3_bridge import Field, ScenarioEnv, Schema, Table
from ns3_bridge.actions import check_action
from ns3_bridge.env import Action, Observation
from ns3_bridge.errors import InvalidSetting
from ns3_bridge.spaces import dict_space
from py_agent.contract import present
from py_agent.learning.incremental_data import task_norm_samples
from py_agent.learning.learning_settings import LearningSettings
from py_agent.learning.plant import LearningPlant, TrainingJob
from py_agent.learning.reward import accuracy_term, price, retraining_term

_NEEDED = "retrain_samples"
_TABLE = Table(
    "accuracy",
    "one row per frame and user that is there at its end",
    tuple(
        {"name": name, "dtype": dtype, "unit": unit, "help": text, "labels": []}
        for name, dtype, unit, text in (
            ("ue", "int64", "1", "user"),
            ("time_s", "float64", "s", "ns-3 time of the measurement"),
            ("accuracy", "float64", "1", "on fresh samples"),
            ("deficit", "float64", "1", "by how much it misses the target; 0: not at all"),
            ("frame_s", "float64", "s", "length of the frame"),
        )
    ),
)


class LearningEnv(gymnasium.Wrapper[Observation, Action, Observation, Action]):
    """A scenario with retraining (``retraining.enabled``) around the users' real models.

    Beside the scenario's own fields:

    | observation | shape | meaning |
    |---|---|---|
    | ``accuracy`` | n_ue | on fresh samples, at the last frame boundary |
    | ``accuracy_deficit`` | n_ue | ``max(0, A_min − accuracy)`` |
    | ``virtual_queue`` | n_ue | Z of the constraint ``accuracy ≥ A_min`` |
    | ``drift_detected`` | n_ue | 1: a detector raised an alarm in the last frame |
    | ``drift_rate`` | n_ue | nominal, in the stream's unit per second |
    | ``task_norm_samples`` | n_ue | ``‖Q‖₂``, Q the user's task data per slot of the last seconds |

    | action | timescale | meaning |
    |---|---|---|
    | ``retrain`` | frame | 1: the model may be retrained in this frame |
    | ``retraining_ratio`` | slot | δ: submit a job of ``δ ‖Q‖₂`` samples now |

    These two replace the scenario's ``retrain_samples``. Over a frame δ adds up to 1 at most, what
    is more is cut. New weights take effect in the slot at
    whose start ns-3 reports the job done. A job is never larger than the data pool.

    A user that is away (``present`` is 0) submits nothing, what it had submitted is dropped, and
    its accuracy counts nowhere: no deficit, no row, the virtual queue stands still. Its data drift
    on meanwhile.

    The reward of a slot is ``−(tasks + w_G · backlog + w_A · deficit)``, in task seconds: the time
    that tasks spent in the system, retraining backlog in typical tasks times slot, and accuracy
    deficits times slot, each summed over users; ``info["reward_terms"]`` has them one by one.

    Args:
        env: the scenario.
        settings: of the plant.

    Raises:
        InvalidSetting: the scenario has no retraining, or it is switched off.
    """

    def __init__(self, env: ScenarioEnv, settings: LearningSettings | None = None) -> None:
        super().__init__(cast("gymnasium.Env[Observation, Action]", env))
        if _NEEDED not in {field.name for field in env.schema.actions}:
            why = env.schema.refused_actions.get(_NEEDED, "it has no such action")
            raise InvalidSetting(
                f"scenario {env.schema.scenario} cannot retrain models: {why}; "
                "set retraining.enabled=true"
            )
        self._network = env
        self._settings = settings or LearningSettings()
        self.settings: Any = env.settings  # a model made of the scenario's declarations
        self.ns3_version = env.ns3_version
        self._n_ue: int = cast("Any", env.settings).n_ue
        self.schema = with_learning(env.schema, self._n_ue)
        self.observation_space = cast(
            "spaces.Space[Observation]", dict_space(self.schema.observations)
        )
        self.action_space = cast("spaces.Space[Action]", dict_space(self.schema.actions))
        self._plant: LearningPlant
        self._rows: list[NDArray[np.void]] = []

    @property
    def bridge_wait_s(self) -> float:
        """Time spent waiting for simulators, over all episodes."""
        return self._network.bridge_wait_s

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Start a new simulation and new models; see `ScenarioEnv.reset`."""
        observation, info = self._network.reset(seed=seed, options=options)
        plant_seed = int(self._network.np_random.integers(2**31)) if seed is None else seed
        self._plant = LearningPlant(self._settings, self._n_ue, plant_seed)
        slots = max(1, round(self._settings.data_window_s / self.settings.slot_s))
        self._data_bit = np.zeros((slots, self._n_ue))
        self._start_s = float(observation["time_s"][0])
        self._retrain = np.zeros(self._n_ue, bool)
        self._ratio_left = np.zeros(self._n_ue)
        self._rows.clear()
        self._last = observation
        return self._extended(observation), info

    def step(self, action: Action) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Enforce an action and simulate one slot; see `ScenarioEnv.step`."""
        checked = check_action(action, self.schema)
        slot_in_frame = int(self._last["slot_in_frame"][0])
        ratio_left = np.ones(self._n_ue) if slot_in_frame == 0 else self._ratio_left
        retrain = checked.pop("retrain") > 0 if slot_in_frame == 0 else self._retrain
        checked.pop("retrain", None)
        ratio = np.where(retrain, np.minimum(checked.pop("retraining_ratio"), ratio_left), 0)
        samples = np.minimum(np.rint(ratio * self._norms()), self._plant.largest_job)
        samples = np.where(self._present(self._last), samples, 0)
        checked[_NEEDED] = samples.astype(np.int32)

        before = self._last
        observation, reward, terminated, truncated, info = self._network.step(checked)
        # Only now: a refused action leaves the plant where it was.
        self._retrain, self._ratio_left = retrain, ratio_left - ratio
        time_s = float(before["time_s"][0]) - self._start_s
        for user in np.flatnonzero(samples):
            job = TrainingJob(int(user), int(samples[user]), time_s)
            self._plant.submit(int(observation["training_job_id"][user]), job)
        self._follow(before, observation)
        self._last = observation
        if truncated or int(observation["slot_in_frame"][0]) == 0:
            self._end_frame(observation)
        terms = self._reward_terms(reward, observation)
        return (
            self._extended(observation),
            sum(terms.values()),
            terminated,
            truncated,
            {**info, "reward_terms": terms},
        )

    def take_records(self) -> dict[str, NDArray[Any]]:
        """The scenario's records since the last call, and the rows of ``accuracy``."""
        rows = np.concatenate([np.empty(0, _TABLE.dtype), *self._rows])
        self._rows.clear()
        return {**self._network.take_records(), _TABLE.name: rows}

    @property
    def sample_bit(self) -> int:
        """Size of a sample; known after the first reset."""
        return self._settings.bit_per_feature * self._plant.stream.n_features

    def _norms(self) -> NDArray[np.float64]:
        return task_norm_samples(self._data_bit, self.sample_bit)

    def _follow(self, before: Observation, after: Observation) -> None:
        """Take over what ns-3 did in a slot: data that arose, jobs that ended."""
        self._data_bit = np.roll(self._data_bit, 1, axis=0)
        self._data_bit[0] = after["created_bit"] - before["created_bit"]
        self._plant.finish(after["training_done_id"])
        self._plant.drop(~self._present(after))

    def _end_frame(self, observation: Observation) -> None:
        time_s = float(observation["time_s"][0])
        there = self._present(observation)
        self._plant.end_frame(time_s - self._start_s, there)
        rows = np.empty(int(there.sum()), _TABLE.dtype)
        rows["ue"] = np.flatnonzero(there)
        rows["time_s"] = time_s
        rows["accuracy"] = self._plant.accuracy[there]
        rows["deficit"] = self._deficit(there)[there]
        slots = int(observation["slot_in_frame"][0]) or self.settings.slots_per_frame
        rows["frame_s"] = slots * self.settings.slot_s
        self._rows.append(rows)

    def _present(self, observation: Observation) -> NDArray[np.bool_]:
        """Which users are there, ``[n_ue]``."""
        return np.broadcast_to(present(observation), self._n_ue)

    def _deficit(self, there: NDArray[np.bool_]) -> NDArray[np.float64]:
        """By how much the accuracy of those who are there misses the target, ``[n_ue]``."""
        deficit = np.maximum(0, self._settings.target_accuracy - self._plant.accuracy)
        return np.where(there, deficit, 0.0)

    def _reward_terms(self, reward: float, observation: Observation) -> dict[str, float]:
        settings = self._settings
        backlog = observation["training_backlog_cycles"]
        typical = observation["task_mean_cycles"]
        terms = (
            retraining_term(settings.backlog_weight, backlog, typical),
            accuracy_term(settings.accuracy_weight, self._deficit(self._present(observation))),
        )
        slot_s = self.settings.slot_s
        of_models = {term.name: -float(price([term], slot_s)) for term in terms}
        return {"tasks": float(reward), **of_models}

    def _extended(self, observation: Observation) -> Observation:
        values: Mapping[str, Any] = {
            "accuracy": self._plant.accuracy,
            "accuracy_deficit": self._deficit(self._present(observation)),
            "virtual_queue": self._plant.queue.length,
            "drift_detected": self._plant.drifted,
            "drift_rate": self._plant.stream.drift_rate,
            "task_norm_samples": self._norms(),
        }
        fields = {field.name: field for field in self.schema.observations}
        return {
            **observation,
            **{name: np.asarray(v, fields[name].dtype) for name, v in values.items()},
        }


def with_learning(schema: Schema, n_ue: int) -> Schema:
    """Fields and tables of a scenario with retraining and its users' models."""

    def field(
        name: str,
        high: float,
        text: str,
        dtype: str = "float32",
        timescale: str = "slot",
        unit: str = "1",
    ) -> Field:
        flag = dtype == "int32"
        return Field(
            *(name, dtype, (n_ue,), unit, 0, high, flag),
            timescale=timescale,
            help=text,
            dims=("ue",),
        )

    observations = (
        field("accuracy", 1, "of each user's model on fresh samples, last frame boundary"),
        field("accuracy_deficit", 1, "by how much accuracy misses the target"),
        field("virtual_queue", 1e9, "Z of the accuracy constraint"),
        field("drift_detected", 1, "1: alarm in the last frame", "int32"),
        field("drift_rate", 1e9, "nominal, in the stream's own unit", unit="1/s"),
        field("task_norm_samples", 1e9, "norm of the user's latest task data", unit="samples"),
    )
    actions = (
        field("retrain", 1, "1: the model may be retrained in this frame", "int32", "frame"),
        field("retraining_ratio", 1, "part of task_norm_samples to retrain on, from now on"),
    )
    kept = tuple(f for f in schema.actions if f.name != _NEEDED)
    refused = {_NEEDED: "it follows from retrain and retraining_ratio"}
    return dataclasses.replace(
        schema,
        observations=schema.observations + observations,
        actions=kept + actions,
        refused_actions={**schema.refused_actions, **refused},
        reward_help="minus (tasks + w_G retraining backlog + w_A accuracy deficit), summed",
        tables=(*schema.tables, _TABLE),
    )
