# SPDX-License-Identifier: MIT
"""The edge servers of a future: processor sharing, task by task."""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.rollout.queues import Servers, Tasks
from py_agent.twin.rollout.rows import pick, put, split, where_true
from py_agent.twin.rollout.sharing import share_out, total
from py_agent.twin.rollout.training import Training, TrainingLaw


@dataclasses.dataclass(frozen=True)
class _Flows:
    """Flows that have something to do, ``[n_flows]`` each."""

    work: Tensor
    head_cycles: Tensor
    weight: Tensor
    present_s: Tensor
    server: Tensor
    capacity_hz: Tensor

    def served(
        self, n_servers: int, slot_s: float, quota: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Time that each could have its server, cycles served, and whether that is all it has."""
        need_s = self.work / self.capacity_hz
        offered_s = share_out(
            need_s, self.weight, self.present_s, self.server, n_servers, slot_s, quota
        )
        enough = offered_s >= need_s
        return offered_s, torch.where(enough, self.work, offered_s * self.capacity_hz), enough

    def beside(self, others: _Flows) -> _Flows:
        """Both together."""
        return _Flows(
            **{
                field.name: torch.cat([getattr(self, field.name), getattr(others, field.name)])
                for field in dataclasses.fields(_Flows)
            }
        )


class EdgeLaw:
    """Servers that divide themselves among the users' flows.

    Args:
        parameters: the twin's constants.
        device: where the tensors live.

    Attributes:
        capacity_hz: of the servers, ``[n_bs]``.
        training_law: of retraining jobs.
    """

    def __init__(self, parameters: TwinParameters, device: torch.device) -> None:
        compute = parameters.compute
        self._slot_s = parameters.timing.slot_s
        self._quota = compute.mode == "quota"
        self._servers = torch.arange(len(compute.capacity_hz), device=device)
        self.training_law = TrainingLaw(compute)
        self.capacity_hz = torch.tensor(compute.capacity_hz, dtype=torch.float32, device=device)

    def accept(
        self, servers: Servers, tasks: Tasks, last_cell: Tensor, user: Tensor, number: Tensor
    ) -> None:
        """Tasks arrive at the servers of their users' cells, one per user at most.

        Args:
            servers: all flows.
            tasks: all users'.
            last_cell: of every user, ``[n, n_ue]``.
            user: future and user as one number, ``[n_tasks]``.
            number: of the task, ``[n_tasks]``.
        """
        bs = pick(last_cell, user)
        flow = user * len(self._servers) + bs
        task = user * tasks.cycles.shape[-1] + number
        cycles, there = pick(tasks.cycles, task), pick(servers.tasks, flow)
        put(tasks.bs, task, bs.to(tasks.bs.dtype))
        for state, first in (
            (servers.head_cycles, cycles),
            (servers.head, number),
            (servers.begin_s, pick(tasks.uploaded_s, task)),
        ):
            put(state, flow, torch.where(there == 0, first, pick(state, flow)))
        put(servers.work_cycles, flow, pick(servers.work_cycles, flow) + cycles)
        put(servers.tasks, flow, there + 1)
        put(servers.computing, user, pick(servers.computing, user) + 1)

    def compute(
        self,
        servers: Servers,
        tasks: Tasks,
        arrived: Tensor,
        last_cell: Tensor,
        weight: Tensor,
        end_s: Tensor,
        training: Training | None = None,
        training_weight: Tensor | None = None,
    ) -> Tensor:
        """Serve all flows for a slot.

        Args:
            servers: all flows.
            tasks: all users'.
            arrived: tasks of each user that have reached a server, ``[n, n_ue]``.
            last_cell: of every user, ``[n, n_ue]``.
            weight: of every user wherever it has work, ``[n, n_ue]``.
            end_s: of the slot, ``[n, 1]``.
            training: retraining jobs; None: there are none.
            training_weight: of every user's jobs, ``[n, n_ue]``.

        Returns:
            how long tasks that were done in this slot had been gone at its end, summed, ``[n]``.
        """
        slot_s, n_bs = self._slot_s, len(self._servers)
        servers.used_s.zero_()
        n_ue = servers.tasks.shape[1]
        user = where_true(servers.computing > 0)
        at = (servers.tasks.flatten(0, 1).index_select(0, user) > 0).nonzero()
        user, bs = user.index_select(0, at[:, 0]), at[:, 1]
        flow = user * n_bs + bs
        row, _ = split(user, n_ue, servers.computing.numel())
        server = row * n_bs + bs

        def of_flow(values: Tensor) -> Tensor:
            return pick(values, flow)

        since_s = end_s[:, 0].index_select(0, row) - of_flow(servers.begin_s)
        flows = _Flows(
            work=of_flow(servers.work_cycles),
            head_cycles=of_flow(servers.head_cycles),
            weight=weight.reshape(-1).index_select(0, user),
            present_s=since_s.clamp_(0.0, slot_s),
            server=server,
            capacity_hz=self.capacity_hz.index_select(0, bs),
        )
        quota = None
        if self._quota:
            quota = self._quota_sum(servers, last_cell, weight, training, training_weight)
        n_servers = len(servers.tasks) * n_bs
        if training is None or training_weight is None:
            offered_s, served, enough = flows.served(n_servers, slot_s, quota)
        else:
            offered_s, served, enough = self._with_training(
                flows, training, training_weight, end_s, n_servers, quota
            )
        head_cycles = flows.head_cycles - served
        present_s = flows.present_s
        for state, value in (
            (servers.used_s, served / flows.capacity_hz),
            (servers.work_cycles, flows.work - served),
            (servers.head_cycles, head_cycles),
        ):
            put(state, flow, value)
        gone_s = torch.zeros(len(servers.tasks), device=row.device)
        finished = (((head_cycles <= 0) | enough) & (present_s > 0)).nonzero()[:, 0]
        if len(finished):
            of_finished = (flow, user, row, bs, present_s, offered_s, served, enough)
            found = tuple(x[finished] for x in of_finished)
            self._finish(servers, tasks, arrived, found, end_s, gone_s)
        return gone_s

    def _with_training(
        self,
        tasks: _Flows,
        training: Training,
        weight: Tensor,
        end_s: Tensor,
        n_servers: int,
        quota: Tensor | None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Serve retraining beside the flows of tasks, for which the answer is."""
        n_ue, n_bs = weight.shape[1], len(self._servers)
        user = where_true(training.work_cycles > 0)
        row, _ = split(user, n_ue, training.work_cycles.numel())
        bs = training.server.flatten().index_select(0, user)
        since_s = end_s[:, 0].index_select(0, row) - training.begin_s.view(-1)[user]
        jobs = _Flows(
            work=training.work_cycles.view(-1)[user],
            head_cycles=training.head_cycles.view(-1)[user],
            weight=weight.flatten().index_select(0, user),
            present_s=since_s.clamp_(0.0, self._slot_s),
            server=row * n_bs + bs,
            capacity_hz=self.capacity_hz.index_select(0, bs),
        )
        n_tasks = len(tasks.work)
        offered_s, served, enough = tasks.beside(jobs).served(n_servers, self._slot_s, quota)
        by_jobs, jobs_done = served[n_tasks:], enough[n_tasks:]
        head_cycles = jobs.head_cycles - by_jobs
        training.work_cycles.view(-1).index_copy_(0, user, jobs.work - by_jobs)
        training.head_cycles.view(-1).index_copy_(0, user, head_cycles)
        used_s = total(by_jobs / jobs.capacity_hz, jobs.server, n_servers)
        training.used_s = used_s.view(-1, n_bs)
        finished = (((head_cycles <= 0) | jobs_done) & (jobs.present_s > 0)).nonzero()[:, 0]
        row, user = row[finished], user[finished]
        self.training_law.finish(training, row, user - row * n_ue, jobs_done[finished])
        return offered_s[:n_tasks], served[:n_tasks], enough[:n_tasks]

    def _quota_sum(
        self,
        servers: Servers,
        last_cell: Tensor,
        weight: Tensor,
        training: Training | None,
        training_weight: Tensor | None,
    ) -> Tensor:
        """Sum of the weights of all that a server counts, ``[n · n_bs]``."""
        here = last_cell[..., None] == self._servers
        sums = (weight[..., None] * (here | (servers.tasks > 0))).sum(1)
        if training is not None and training_weight is not None:
            at = (training.server[..., None] == self._servers) & (training.work_cycles > 0)[
                ..., None
            ]
            sums = sums + (training_weight[..., None] * (here | at)).sum(1)
        return sums.flatten()

    def _finish(
        self,
        servers: Servers,
        tasks: Tasks,
        arrived: Tensor,
        found: tuple[Tensor, ...],
        end_s: Tensor,
        gone_s: Tensor,
    ) -> None:
        """The tasks in service of these flows are done; the next ones begin."""
        n_tasks = tasks.bs.shape[-1]
        numbers = torch.arange(n_tasks, device=gone_s.device)
        flow, user, row, bs, present_s, offered_s, served, enough = found
        while len(flow):
            number = pick(servers.head, flow)
            over = pick(servers.head_cycles, flow)
            part = (served + over) / (offered_s * self.capacity_hz.index_select(0, bs))
            since_s = present_s * (1 - part.clamp_max(1.0))
            done_s = end_s[:, 0].index_select(0, row) - since_s
            put(tasks.done_s, user * n_tasks + number, done_s)
            gone_s.index_add_(0, row, since_s)
            left = pick(servers.tasks, flow) - 1
            # The user's next task at this server; others may have gone to other servers.
            waiting = (
                (tasks.bs.flatten(0, 1).index_select(0, user) == bs[:, None])
                & (numbers > number[:, None])
                & (numbers < pick(arrived, user)[:, None])
            )
            following = waiting.to(torch.int8).argmax(-1)
            cycles = pick(tasks.cycles, user * n_tasks + following)
            head_cycles = torch.where(left > 0, over + cycles, 0.0)
            for state, value in (
                (servers.done, pick(servers.done, flow) + 1),
                (servers.tasks, left),
                (servers.head, following),
                (servers.head_cycles, head_cycles),
                # Rounding errors must not outlive the tasks.
                (servers.work_cycles, pick(servers.work_cycles, flow) * (left > 0)),
            ):
                put(state, flow, value)
            # A user may finish at two servers at once.
            servers.computing.view(-1).index_add_(0, user, torch.full_like(user, -1))
            again = (left > 0) & ((head_cycles <= 0) | enough)
            flow, user, row, bs, present_s, offered_s, served, enough = (
                x[again] for x in (flow, user, row, bs, present_s, offered_s, served, enough)
            )
