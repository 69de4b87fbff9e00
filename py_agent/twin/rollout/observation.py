# SPDX-License-Identifier: MIT
"""What an agent in the physical network would observe, made of the state of rollouts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import Field, Schema
from py_agent.twin.errors import UnsuitableNetwork
from py_agent.twin.rollout.rollout import Rollout

_SUBCARRIER_HZ = 15e3
_SUBCARRIERS_PER_RB = 12
_THERMAL_DBM_PER_HZ = -174.0
_SHANNON_GAP_DB = 7.42  # -ln(5 BER)/1.5 at 5e-5 (Piro et al. 2010), as ns-3 adapts uplinks
# Spectral efficiency of each CQI, TS 36.213 Table 7.2.3-1.
_CQI_EFFICIENCY = (
    0.1523, 0.2344, 0.3770, 0.6016, 0.8770, 1.1758, 1.4766, 1.9141,
    2.4063, 2.7305, 3.3223, 3.9023, 4.5234, 5.1152, 5.5547,
)  # fmt: skip
_HIGHEST_MCS = 28
_SEARCHING, _CONNECTED, _BETWEEN = 0, 2, 3  # as connection_state names them
_PENDING, _DONE = 1, 2  # as handover_state names them

Array = NDArray[Any]


class Observer:
    """Rebuilds the observation fields of the scenario `cellular`, rollout by rollout.

    What a slot's dynamics do not hold is left at what is usual: block errors and losses at 0, the
    downlink, which carries acknowledgements only, unused.

    Args:
        schema: fields that the scenario declares.
        rollout: the rollouts.

    Raises:
        UnsuitableNetwork: a declared field is none that the twin can rebuild.
    """

    def __init__(self, schema: Schema, rollout: Rollout) -> None:
        self._fields = {field.name: field for field in schema.observations}
        self._rollout = rollout
        self._state, self._links = rollout.state, rollout.links
        radio = rollout.place.settings["radio"]
        self._band_rb = float(radio["bandwidth_rb"])
        self._noise_dbm = _THERMAL_DBM_PER_HZ + radio["ue_noise_figure_db"]
        self._noise_dbm += 10 * np.log10(_SUBCARRIER_HZ)  # of a user, per subcarrier
        self._makers: Mapping[str, Callable[[], Array]] = {
            **self._clock_and_places(),
            **self._radio(),
            **self._connections(),
            **self._tasks(),
            **self._servers(),
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
            return np.clip(value, field.low, field.high).astype(field.dtype)
        made = value.astype(field.dtype, order="C")
        return np.clip(made, field.low, field.high, out=made)

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
            "bs_azimuth_deg": lambda: np.array(rollout.parameters.channel.azimuth_deg),
        }

    def _radio(self) -> Mapping[str, Callable[[], Array]]:
        state, links = self._state, self._links
        return {
            "rsrp_dbm": lambda: state["strength_db"],
            "rsrq_db": self._rsrq_db,
            "sinr_dl_db": self._sinr_dl_db,
            "sinr_ul_db": lambda: np.where(state["cell"] >= 0, links["sinr_ul_db"], -30.0),
            "cqi_dl": lambda: _cqi(self._sinr_dl_db()),
            "mcs_dl": lambda: _mcs(self._sinr_dl_db()),
            "rb_used_dl": _zero,
            "tbler_dl": _zero,
            "cell_rb_used_dl": _zero,
            "cqi_ul": lambda: _cqi(links["sinr_ul_db"]),
            "mcs_ul": lambda: _mcs(links["sinr_ul_db"]),
            "rb_used_ul": self._rb_used_ul,
            "tbler_ul": _zero,
            "cell_rb_used_ul": lambda: (self._rb_used_ul()[..., None] * self._here()).sum(axis=1),
            "cell_rb_available": lambda: np.array(self._band_rb),
            "cell_users": lambda: self._here().sum(axis=1),
            "queue_dl_bit": _zero,
            "pdcp_delay_dl_s": _zero,
            "pdcp_throughput_dl_bps": _zero,
            "queue_ul_bit": lambda: state["queue_bit"],
            "pdcp_delay_ul_s": self._radio_delay_s,
            "pdcp_throughput_ul_bps": lambda: state["sent_bit"] / self._rollout.slot_s,
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
        state, engine = self._state, self._rollout.engine
        mean_rate_hz = _mean_rate_hz(self._rollout)
        return {
            "tasks_created": lambda: state["created"] + state["created_before"],
            "tasks_completed": lambda: state["done"] + state["completed_before"],
            "created_bit": lambda: state["created_bit"],
            "tasks_uploading": lambda: state["created"] - state["arrived"],
            "upload_backlog_bit": self._backlog_bit,
            "delivered_bit": lambda: (
                state["created_bit"] - self._backlog_bit() + self._unconfirmed_bit()
            ),
            "upload_unconfirmed_bit": self._unconfirmed_bit,
            "upload_lost_bit": _zero,
            "upload_probed_bit": _zero,
            "oldest_age_s": engine.oldest_age_s,
            "task_rate_hz": lambda: np.array(mean_rate_hz),
            "task_mean_bit": lambda: np.array(self._rollout.mean_bit),
            "task_mean_cycles": lambda: self._rollout.mean_bit * state["cycles_per_bit"],
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
            "training_jobs_done": lambda: state["jobs_done"],
            "training_job_id": lambda: self._job_id(state["jobs_submitted"]),
            "training_done_id": lambda: self._job_id(state["jobs_done"]),
        }

    def _job_id(self, jobs: Array) -> Array:
        """Of the last of so many jobs of each user: no two users have one in common."""
        n_ue = self._rollout.n_ue
        return np.where(jobs > 0, (jobs - 1) * n_ue + np.arange(n_ue), -1)

    def _now_s(self) -> NDArray[np.float64]:
        return self._rollout.now_s()[:, None]

    def _here(self) -> NDArray[np.bool_]:
        """Who is served by whom, ``[batch, n_ue, n_bs]``."""
        here: NDArray[np.bool_] = self._state["cell"][..., None] == np.arange(self._rollout.n_bs)
        return here

    def _rsrq_db(self) -> Array:
        """``N · RSRP / RSSI`` (TS 36.214, 5.1.3), every cell sending on all its subcarriers."""
        rsrp_mw = 10 ** (self._state["strength_db"] / 10)
        all_mw = rsrp_mw.sum(axis=-1, keepdims=True) + 10 ** (self._noise_dbm / 10)
        return 10 * np.log10(rsrp_mw / (_SUBCARRIERS_PER_RB * all_mw))

    def _sinr_dl_db(self) -> Array:
        """Without interference: the data channel of the neighbours is next to empty."""
        cell = self._state["cell"]
        own = np.maximum(cell, 0)[..., None]
        rsrp_dbm = np.take_along_axis(self._state["strength_db"], own, axis=-1)[..., 0]
        return np.where(cell >= 0, rsrp_dbm - self._noise_dbm, -30.0)

    def _rb_used_ul(self) -> Array:
        used_rb: Array = self._state["band_s"] * (self._band_rb / self._rollout.slot_s)
        return used_rb

    def _radio_delay_s(self) -> Array:
        delay_s = self._rollout.parameters.delays.pipeline_s + self._rollout.slot_s / 2
        return np.where(self._state["sent_bit"] > 0, delay_s, 0.0)

    def _backlog_bit(self) -> Array:
        """Not acknowledged: in the queue, or sent so shortly ago that no answer is back."""
        delays = self._rollout.parameters.delays
        answer_s = delays.pipeline_s + delays.core_s + delays.report_s
        part = min(1.0, answer_s / self._rollout.slot_s)
        backlog_bit: Array = self._state["queue_bit"] + part * self._state["sent_bit"]
        return backlog_bit

    def _unconfirmed_bit(self) -> Array:
        part = min(1.0, self._rollout.parameters.delays.report_s / self._rollout.slot_s)
        return part * self._state["sent_bit"].astype(np.float64)

    def _handover_state(self) -> Array:
        commanded = self._state["commanded"]
        pending = (commanded == _DONE) & (self._state["back_s"] > self._now_s())
        return np.where(pending, _PENDING, commanded)

    def _connection_state(self) -> Array:
        between = np.where(self._state["back_s"] > self._now_s(), _BETWEEN, _CONNECTED)
        return np.where(self._state["cell"] < 0, _SEARCHING, between)


def server_time_s(rollout: Rollout) -> Array:
    """Time of each server that tasks and retraining had in the last slot, ``[batch, n_bs]``."""
    used_s: Array = rollout.state["used_s"].sum(axis=1)
    if rollout.retrains:
        at = rollout.state["training_server"][..., None] == np.arange(rollout.n_bs)
        used_s = used_s + (rollout.state["training_used_s"][..., None] * at).sum(axis=1)
    return used_s


def _zero() -> Array:
    return np.zeros(())


def _cqi(sinr_db: Array) -> Array:
    efficiency = np.log2(1 + 10 ** ((sinr_db - _SHANNON_GAP_DB) / 10))
    return np.searchsorted(_CQI_EFFICIENCY, efficiency, side="right")


def _mcs(sinr_db: Array) -> Array:
    return np.clip(2 * _cqi(sinr_db) - 2, 0, _HIGHEST_MCS)


def _mean_rate_hz(rollout: Rollout) -> float:
    """Tasks per second that the settings promise of a user."""
    traffic = rollout.parameters.traffic
    if rollout.place.settings["traffic"]["model"] == "periodic":
        return traffic.rate_hz
    return traffic.rate_hz * traffic.on_s / (traffic.on_s + traffic.off_s)


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
