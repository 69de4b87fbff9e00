# SPDX-License-Identifier: MIT
"""What an agent in the physical network would observe, made of the state of rollouts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import Field, Schema
from py_agent.radio.link_model import load_radio
from py_agent.twin.errors import UnsuitableNetwork
from py_agent.twin.rollout.rollout import Rollout

Array = NDArray[Any]


class Observer:
    """Rebuilds the observation fields of a scenario of edge computing, rollout by rollout.

    What a slot's dynamics do not hold is left at what is usual: losses at 0.

    Args:
        schema: fields that the scenario declares.
        rollout: the rollouts.

    Raises:
        UnsuitableNetwork: a declared field is none that the twin can rebuild.

    Example:
        >>> from py_agent.twin.environment.network import TwinNetwork
        >>> network = TwinNetwork.of({"n_ue": 2, "n_bs": 2})
        >>> from py_agent.twin.rollout.random_streams import seed_array
        >>> rollout = network.rollout(batch=4)
        >>> rollout.start(seed_array(range(4)))
        >>> Observer(network.schema, rollout).array("rsrp_dbm").shape
        (4, 2, 2)
    """

    def __init__(self, schema: Schema, rollout: Rollout) -> None:
        self._fields = {field.name: field for field in schema.observations}
        self._rollout = rollout
        self._state = rollout.state
        self._users_vary = "present" in self._fields
        radio = load_radio(schema.radio)(rollout.place.settings, rollout.parameters.radio)
        self._makers: Mapping[str, Callable[[], Array]] = {
            **self._constants(),
            **self._clock_and_places(),
            **radio.rebuilt(rollout),
            **self._connections(),
            **self._tasks(),
            **self._servers(),
            **(self._results() if "results" in self._state else {}),
            **rollout.more_fields,
        }
        if unknown := set(self._fields) - set(self._makers):
            raise UnsuitableNetwork(
                f"the twin's rollouts have no {', '.join(sorted(unknown))}: set state.… or"
                " traffic.… so that the scenario does not declare it"
            )

    def array(self, name: str) -> Array:
        """One field of the declared type, ``[batch, *shape]``, within its bounds.

        Raises:
            KeyError: the scenario does not declare it with these settings.
        """
        field = self._fields[name]
        value = np.broadcast_to(self._makers[name](), (self._rollout.batch, *field.shape))
        if np.issubdtype(field.dtype, np.integer):
            made: Array = np.clip(value, field.low, field.high).astype(field.dtype)
        else:
            made = value.astype(field.dtype, order="C")
            np.clip(made, field.low, field.high, out=made)
        if self._users_vary and field.missing is not None and field.dims[0] == "ue":
            made[self._rollout.away] = field.missing
        return made

    def all_arrays(self) -> dict[str, Array]:
        """Every declared field."""
        return {name: self.array(name) for name in self._fields}

    def lazily(self) -> Mapping[str, Array]:
        """Every declared field, made when it is asked for; valid until the next slot."""
        return _Lazy(self)

    @property
    def fields(self) -> Mapping[str, Field]:
        """The declared fields by name."""
        return self._fields

    def _clock_and_places(self) -> Mapping[str, Callable[[], Array]]:
        rollout, state = self._rollout, self._state
        return {
            "time_s": lambda: rollout.place.begin_s + self._now_s(),
            "slot_in_frame": lambda: (state["slot"] % rollout.slots_per_frame)[:, None],
            "position_m": rollout.position_m,
            "velocity_mps": rollout.velocity_mps,
            "bs_position_m": lambda: rollout.bs_position_m,
            "present": lambda: state["present"],
            "tasks_left": lambda: state["tasks_left"],
        }

    def _constants(self) -> Mapping[str, Callable[[], Array]]:
        """Fields that never change, as the scenario declares them."""
        return {
            name: _always(field.constant)
            for name, field in self._fields.items()
            if field.constant is not None
        }

    def _connections(self) -> Mapping[str, Callable[[], Array]]:
        state = self._state
        return {
            "serving_bs": lambda: state["cell"],
            "handover_state": self._handover_state,
            "handover_interruption_s": lambda: state["interruption_s"],
            "connection_state": self._connection_state,
            "connection_losses": lambda: state["losses"],
        }

    def _tasks(self) -> Mapping[str, Callable[[], Array]]:
        state = self._state
        rollout = self._rollout
        mean_rate_hz = rollout.traffic.mean_rate_hz(rollout.place.settings["traffic"])
        return {
            "tasks_created": lambda: state["created"] + state["created_before"],
            "tasks_completed": lambda: state["done"] + state["completed_before"],
            "created_bit": lambda: state["created_bit"],
            "tasks_uploading": lambda: state["created"] - state["arrived"],
            "upload_backlog_bit": self._backlog_bit,
            "delivered_bit": self._delivered_bit,
            "upload_unconfirmed_bit": self._unconfirmed_bit,
            "upload_lost_bit": _zero,
            "upload_probed_bit": _zero,
            "oldest_age_s": rollout.oldest_age_s,
            "task_rate_hz": lambda: np.where(rollout.away, 0.0, mean_rate_hz),
            "task_mean_bit": lambda: rollout.mean_bit,
            "task_mean_cycles": lambda: rollout.mean_bit * state["cycles_per_bit"],
        }

    def _servers(self) -> Mapping[str, Callable[[], Array]]:
        state, engine = self._state, self._rollout.engine
        return {
            "tasks_computing": lambda: state["tasks"],
            "compute_head_cycles": lambda: state["head_cycles"],
            "compute_backlog_cycles": lambda: state["work_cycles"],
            "compute_capacity_hz": lambda: np.array(self._rollout.parameters.compute.capacity_hz),
            "compute_utilisation": lambda: server_time_s(self._rollout) / self._rollout.slot_s,
            "training_backlog_cycles": lambda: state["training_work_cycles"],
            "training_backlog_samples": engine.training_backlog_samples,
            "trained_samples": lambda: state["trained_samples"],
            "training_jobs_done": lambda: state["jobs_done"] - state["jobs_dropped"],
            "training_job_id": lambda: self._job_id(state["jobs_submitted"] - 1),
            "training_done_id": lambda: self._job_id(state["last_job_done"]),
        }

    def _results(self) -> Mapping[str, Callable[[], Array]]:
        state = self._state
        return {
            "tasks_downloading": lambda: state["results"] - state["results_arrived"],
            "result_bit": lambda: state["result_bit"],
            "result_delivered_bit": lambda: (
                state["result_bit"] - state["download_queue_bit"] - state["result_left_bit"]
            ),
            "download_backlog_bit": self._download_backlog_bit,
            "download_unconfirmed_bit": lambda: (
                self._download_backlog_bit() - state["download_queue_bit"]
            ),
        }

    def _download_backlog_bit(self) -> Array:
        """In the queue, or sent and not acknowledged, which takes as long as for an upload."""
        part = min(1.0, self._rollout.parameters.delays.report_s / self._rollout.slot_s)
        sent_bit = self._state["download_sent_bit"].astype(np.float64)
        backlog_bit: Array = self._state["download_queue_bit"] + part * self._of_those_there(
            sent_bit
        )
        return backlog_bit

    def _of_those_there(self, bits: Array) -> Array:
        """What others had sent is dropped."""
        return np.where(self._rollout.away, 0.0, bits) if self._users_vary else bits

    def _job_id(self, number: Array) -> Array:
        """Of each user's job of this number, -1: none; no two users have one in common."""
        n_ue = self._rollout.n_ue
        return np.where(number >= 0, number * n_ue + np.arange(n_ue), -1)

    def _now_s(self) -> NDArray[np.float64]:
        return self._rollout.now_s()[:, None]

    def _backlog_bit(self) -> Array:
        """Not acknowledged: in the queue, or sent so shortly ago that no answer is back."""
        delays = self._rollout.parameters.delays
        answer_s = delays.pipeline_s + delays.core_s + delays.report_s
        part = min(1.0, answer_s / self._rollout.slot_s)
        backlog_bit: Array = self._state["queue_bit"] + part * self._in_flight_bit()
        return backlog_bit

    def _unconfirmed_bit(self) -> Array:
        part = min(1.0, self._rollout.parameters.delays.report_s / self._rollout.slot_s)
        return part * self._in_flight_bit()

    def _in_flight_bit(self) -> Array:
        """Sent in the last slot."""
        return self._of_those_there(self._state["sent_bit"].astype(np.float64))

    def _delivered_bit(self) -> Array:
        state = self._state
        there_bit = state["created_bit"] - self._backlog_bit() + self._unconfirmed_bit()
        delivered_bit: Array = there_bit - state["left_bit"]
        return delivered_bit

    def _handover_state(self) -> Array:
        commanded, state = self._state["commanded"], self._fields["handover_state"].enum
        pending = (commanded == state["DONE"]) & (self._state["back_s"] > self._now_s())
        pending &= (self._state["present"] > 0) & (self._state["cell"] >= 0)
        return np.where(pending, state["PENDING"], commanded)

    def _connection_state(self) -> Array:
        state = self._fields["connection_state"].enum
        interrupted = self._state["back_s"] > self._now_s()
        there = np.where(interrupted, state["HANDOVER"], state["CONNECTED"])
        here = np.where(self._state["cell"] < 0, state["SEARCHING"], there)
        # The radio of a user that is away is attached and silent.
        return np.where(self._state["present"] > 0, here, state["CONNECTED"])


def server_time_s(rollout: Rollout) -> Array:
    """Time of each server that tasks and retraining had in the last slot, ``[batch, n_bs]``."""
    used_s: Array = rollout.state["used_s"].sum(axis=1)
    if rollout.retrains:
        at = rollout.state["training_server"][..., None] == np.arange(rollout.n_bs)
        used_s = used_s + (rollout.state["training_used_s"][..., None] * at).sum(axis=1)
    return used_s


def _always(value: Array) -> Callable[[], Array]:
    return lambda: value


def _zero() -> Array:
    return np.zeros(())


class _Lazy(Mapping[str, Array]):
    """Fields made when they are asked for, once."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._made: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        if name not in self._made:
            self._made[name] = self._observer.array(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._observer.fields)

    def __len__(self) -> int:
        return len(self._observer.fields)
