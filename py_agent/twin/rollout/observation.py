# SPDX-License-Identifier: MIT
"""What an agent in the physical network would observe, made of the state of futures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ns3_bridge import Field, Schema
from py_agent.twin.errors import UnsuitableNetwork
from py_agent.twin.rollout.rollout import Rollout
from py_agent.twin.rollout.training import TrainingLaw

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


class Observer:
    """Rebuilds the observation fields of the scenario `cellular`, future by future.

    What a slot's dynamics do not hold is left at what is usual: block errors and losses at 0, the
    downlink, which carries acknowledgements only, unused.

    Args:
        schema: fields that the scenario declares.
        rollout: the futures.

    Raises:
        UnsuitableNetwork: a declared field is none that the twin can rebuild.
    """

    def __init__(self, schema: Schema, rollout: Rollout) -> None:
        self._fields = {field.name: field for field in schema.observations}
        self._rollout = rollout
        radio = rollout.place.settings["radio"]
        self._band_rb = float(radio["bandwidth_rb"])
        self._noise_dbm = _THERMAL_DBM_PER_HZ + radio["ue_noise_figure_db"]
        self._noise_dbm += 10 * np.log10(_SUBCARRIER_HZ)  # of a user, per subcarrier
        efficiency = torch.tensor(_CQI_EFFICIENCY, device=rollout.device)
        self._cqi_efficiency = efficiency
        self._begin_s = rollout.place.begin_s
        self._mean_bit = rollout.sources.mean_bit()
        self._mean_rate_hz = rollout.sources.mean_rate_hz()
        self._makers: Mapping[str, Callable[[], Tensor]] = {
            **self._all_makers(),
            **rollout.more_fields,
        }
        if unknown := set(self._fields) - set(self._makers):
            raise UnsuitableNetwork(
                f"the twin's futures have no {', '.join(sorted(unknown))}: set state.… or traffic.…"
                " so that the scenario does not declare it"
            )

    def tensor(self, name: str) -> Tensor:
        """One field, ``[batch, *shape]``, within its bounds.

        Raises:
            KeyError: the scenario does not declare it with these settings.
        """
        field = self._fields[name]
        value = self._makers[name]()
        return value.expand(self._rollout.batch, *field.shape).clamp(field.low, field.high)

    def array(self, name: str) -> NDArray[Any]:
        """The same as NumPy array of the declared type."""
        array: NDArray[Any] = self.tensor(name).cpu().numpy().astype(self._fields[name].dtype)
        return array

    def all_arrays(self) -> dict[str, NDArray[Any]]:
        """Every declared field."""
        return {name: self.array(name) for name in self._fields}

    def lazily(self) -> Mapping[str, NDArray[Any]]:
        """Every declared field, made when it is asked for; valid until the next slot."""
        return _Lazy(self)

    @property
    def fields(self) -> Mapping[str, Field]:
        """The declared fields by name."""
        return self._fields

    def _all_makers(self) -> Mapping[str, Callable[[], Tensor]]:
        def zero() -> Tensor:
            return torch.zeros((), device=self._rollout.device)

        return {
            "time_s": lambda: self._begin_s + self._now_s().to(torch.float64),
            "slot_in_frame": self._slot_in_frame,
            "position_m": self._rollout.position_m,
            "velocity_mps": lambda: self._rollout.state.walks.velocity_mps,
            "bs_position_m": lambda: self._rollout.bs_position_m,
            "bs_azimuth_deg": lambda: torch.tensor(
                self._rollout.parameters.channel.azimuth_deg, device=self._rollout.device
            ),
            "rsrp_dbm": lambda: self._rollout.state.links.rsrp_dbm,
            "rsrq_db": self._rsrq_db,
            "sinr_dl_db": self._sinr_dl_db,
            "sinr_ul_db": lambda: torch.where(
                self._connected(), self._rollout.state.links.sinr_ul_db, -30.0
            ),
            "cqi_dl": lambda: self._cqi(self._sinr_dl_db()),
            "mcs_dl": lambda: self._mcs(self._sinr_dl_db()),
            "rb_used_dl": zero,
            "tbler_dl": zero,
            "cell_rb_used_dl": zero,
            "cqi_ul": lambda: self._cqi(self._rollout.state.links.sinr_ul_db),
            "mcs_ul": lambda: self._mcs(self._rollout.state.links.sinr_ul_db),
            "rb_used_ul": self._rb_used_ul,
            "tbler_ul": zero,
            "cell_rb_used_ul": lambda: (self._rb_used_ul()[..., None] * self._here()).sum(1),
            "cell_rb_available": lambda: zero() + self._band_rb,
            "cell_users": lambda: self._here().sum(1),
            "queue_dl_bit": zero,
            "pdcp_delay_dl_s": zero,
            "pdcp_throughput_dl_bps": zero,
            "queue_ul_bit": lambda: self._rollout.state.uploads.queue_bit,
            "pdcp_delay_ul_s": self._radio_delay_s,
            "pdcp_throughput_ul_bps": lambda: self._sent_bit() / self._rollout.slot_s,
            "serving_bs": lambda: self._rollout.state.connections.cell,
            "handover_state": self._handover_state,
            "handover_interruption_s": lambda: self._rollout.state.connections.interruption_s,
            "connection_state": self._connection_state,
            "connection_losses": lambda: self._rollout.state.connections.losses,
            "tasks_created": lambda: (
                self._rollout.state.uploads.created + self._rollout.state.uploads.created_before
            ),
            "tasks_completed": lambda: (
                self._rollout.state.servers.done.sum(-1)
                + self._rollout.state.uploads.completed_before
            ),
            "created_bit": lambda: self._rollout.state.uploads.created_bit,
            "tasks_uploading": lambda: (
                self._rollout.state.uploads.created - self._rollout.state.uploads.arrived
            ),
            "upload_backlog_bit": self._backlog_bit,
            "delivered_bit": lambda: (
                self._rollout.state.uploads.created_bit
                - self._backlog_bit()
                + self._unconfirmed_bit()
            ),
            "upload_unconfirmed_bit": self._unconfirmed_bit,
            "upload_lost_bit": zero,
            "upload_probed_bit": zero,
            "oldest_age_s": self._oldest_age_s,
            "task_rate_hz": lambda: zero() + self._mean_rate_hz,
            "task_mean_bit": lambda: zero() + self._mean_bit,
            "task_mean_cycles": lambda: self._mean_bit * self._rollout.state.cycles_per_bit,
            "tasks_computing": lambda: self._rollout.state.servers.tasks,
            "compute_head_cycles": lambda: self._rollout.state.servers.head_cycles,
            "compute_backlog_cycles": lambda: self._rollout.state.servers.work_cycles,
            "compute_capacity_hz": lambda: self._rollout.edge_law.capacity_hz,
            "compute_utilisation": self._utilisation,
            "training_backlog_cycles": lambda: self._rollout.state.training.work_cycles,
            "training_backlog_samples": lambda: TrainingLaw.backlog_samples(
                self._rollout.state.training
            ),
            "trained_samples": lambda: self._rollout.state.training.trained,
            "training_jobs_done": lambda: self._rollout.state.training.done,
            "training_job_id": lambda: self._job_id(self._rollout.state.training.submitted),
            "training_done_id": lambda: self._job_id(self._rollout.state.training.done),
        }

    def _job_id(self, jobs: Tensor) -> Tensor:
        """Of the last of so many jobs of each user: no two users have one in common."""
        n_ue = jobs.shape[-1]
        return torch.where(jobs > 0, (jobs - 1) * n_ue + torch.arange(n_ue, device=jobs.device), -1)

    def _utilisation(self) -> Tensor:
        used_s = self._rollout.state.servers.used_s.sum(1)
        if self._rollout.retrains:
            used_s = used_s + self._rollout.state.training.used_s
        return used_s / self._rollout.slot_s

    def _now_s(self) -> Tensor:
        return (self._rollout.state.slot * self._rollout.slot_s).to(torch.float32)[:, None]

    def _slot_in_frame(self) -> Tensor:
        return (self._rollout.state.slot % self._rollout.slots_per_frame)[:, None]

    def _connected(self) -> Tensor:
        return self._rollout.state.connections.cell >= 0

    def _here(self) -> Tensor:
        """Who is served by whom, ``[batch, n_ue, n_bs]``."""
        cells = torch.arange(self._rollout.n_bs, device=self._rollout.device)
        return self._rollout.state.connections.cell[..., None] == cells

    def _rsrq_db(self) -> Tensor:
        """``N · RSRP / RSSI`` (TS 36.214, 5.1.3), every cell sending on all its subcarriers."""
        rsrp_mw = 10 ** (self._rollout.state.links.rsrp_dbm / 10)
        all_mw = rsrp_mw.sum(-1, keepdim=True) + 10 ** (self._noise_dbm / 10)
        return 10 * torch.log10(rsrp_mw / (_SUBCARRIERS_PER_RB * all_mw))

    def _sinr_dl_db(self) -> Tensor:
        """Without interference: the data channel of the neighbours is next to empty."""
        cell = self._rollout.state.connections.cell
        rsrp_dbm = self._rollout.state.links.rsrp_dbm.gather(-1, cell.clamp_min(0)[..., None])
        return torch.where(cell >= 0, rsrp_dbm[..., 0] - self._noise_dbm, -30.0)

    def _cqi(self, sinr_db: Tensor) -> Tensor:
        efficiency = torch.log2(1 + 10 ** ((sinr_db - _SHANNON_GAP_DB) / 10))
        return torch.bucketize(efficiency, self._cqi_efficiency, right=True)

    def _mcs(self, sinr_db: Tensor) -> Tensor:
        return (2 * self._cqi(sinr_db) - 2).clamp(0, _HIGHEST_MCS)

    def _rb_used_ul(self) -> Tensor:
        return self._rollout.state.uploads.band_s * (self._band_rb / self._rollout.slot_s)

    def _sent_bit(self) -> Tensor:
        return self._rollout.state.uploads.sent_bit

    def _radio_delay_s(self) -> Tensor:
        sent_bit = self._sent_bit()
        delay_s = self._rollout.parameters.delays.pipeline_s + self._rollout.slot_s / 2
        return torch.where(sent_bit > 0, delay_s, 0.0)

    def _backlog_bit(self) -> Tensor:
        """Not acknowledged: in the queue, or sent so shortly ago that no answer is back."""
        delays = self._rollout.parameters.delays
        answer_s = delays.pipeline_s + delays.core_s + delays.report_s
        part = min(1.0, answer_s / self._rollout.slot_s)
        uploads = self._rollout.state.uploads
        return uploads.queue_bit.to(torch.float64) + part * self._sent_bit()

    def _unconfirmed_bit(self) -> Tensor:
        part = min(1.0, self._rollout.parameters.delays.report_s / self._rollout.slot_s)
        return part * self._sent_bit().to(torch.float64)

    def _handover_state(self) -> Tensor:
        connections = self._rollout.state.connections
        pending = (connections.commanded == _DONE) & (connections.back_s > self._now_s())
        return torch.where(pending, _PENDING, connections.commanded)

    def _connection_state(self) -> Tensor:
        connections = self._rollout.state.connections
        between = torch.where(connections.back_s > self._now_s(), _BETWEEN, _CONNECTED)
        return torch.where(connections.cell < 0, _SEARCHING, between)

    def _oldest_age_s(self) -> Tensor:
        state = self._rollout.state
        last = state.tasks.created_s.shape[-1] - 1
        uploading = state.uploads.created > state.uploads.arrived
        first = state.uploads.arrived.clamp_max(last)[..., None]
        numbers = torch.cat([first, state.servers.head], dim=-1)
        there = torch.cat([uploading[..., None], state.servers.tasks > 0], dim=-1)
        created_s = state.tasks.created_s.gather(-1, numbers)
        oldest_s = torch.where(there, created_s, torch.inf).amin(-1)
        return (self._now_s() - oldest_s).clamp_min(0.0)


class _Lazy(Mapping[str, NDArray[Any]]):
    """Fields made when they are asked for, once."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._made: dict[str, NDArray[Any]] = {}

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._made:
            self._made[name] = self._observer.array(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._observer.fields)

    def __len__(self) -> int:
        return len(self._observer.fields)
