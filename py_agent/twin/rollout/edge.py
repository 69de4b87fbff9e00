# SPDX-License-Identifier: MIT
"""The edge servers of a future: processor sharing, task by task."""

from __future__ import annotations

import torch
from torch import Tensor

from py_agent.twin.parameters import TwinParameters
from py_agent.twin.rollout.queues import Servers, Tasks
from py_agent.twin.rollout.sharing import share_out


class EdgeLaw:
    """Servers that divide themselves among the users' flows.

    Args:
        parameters: the twin's constants.
        device: where the tensors live.
    """

    def __init__(self, parameters: TwinParameters, device: torch.device) -> None:
        compute = parameters.compute
        self._slot_s = parameters.timing.slot_s
        self._quota = compute.mode == "quota"
        self._servers = torch.arange(len(compute.capacity_hz), device=device)
        self.capacity_hz = torch.tensor(compute.capacity_hz, dtype=torch.float32, device=device)

    def accept(
        self,
        servers: Servers,
        tasks: Tasks,
        last_cell: Tensor,
        row: Tensor,
        ue: Tensor,
        number: Tensor,
    ) -> None:
        """Tasks arrive at the servers of their users' cells, one per user at most."""
        bs = last_cell[row, ue]
        cycles = tasks.cycles[row, ue, number]
        tasks.bs[row, ue, number] = bs.to(tasks.bs.dtype)
        idle = servers.tasks[row, ue, bs] == 0
        for state, first in (
            (servers.head_cycles, cycles),
            (servers.head, number),
            (servers.begin_s, tasks.uploaded_s[row, ue, number]),
        ):
            state[row, ue, bs] = torch.where(idle, first, state[row, ue, bs])
        servers.work_cycles[row, ue, bs] += cycles
        servers.tasks[row, ue, bs] += 1

    def compute(
        self,
        servers: Servers,
        tasks: Tasks,
        arrived: Tensor,
        last_cell: Tensor,
        weight: Tensor,
        end_s: Tensor,
    ) -> Tensor:
        """Serve all flows for a slot.

        Args:
            servers: all flows.
            tasks: all users'.
            arrived: tasks of each user that have reached a server, ``[n, n_ue]``.
            last_cell: of every user, ``[n, n_ue]``.
            weight: of every user wherever it has work, ``[n, n_ue]``.
            end_s: of the slot, ``[n, 1]``.

        Returns:
            how long tasks that were done in this slot had been gone at its end, summed, ``[n]``.
        """
        slot_s, n_bs = self._slot_s, len(self._servers)
        n_ue = servers.tasks.shape[1]
        flow = (servers.tasks > 0).view(-1).nonzero()[:, 0]
        user = torch.div(flow, n_bs, rounding_mode="floor")
        row = torch.div(user, n_ue, rounding_mode="floor")
        bs = flow - user * n_bs
        server = row * n_bs + bs

        def of_flow(values: Tensor) -> Tensor:
            return values.view(-1).index_select(0, flow)

        capacity_hz = self.capacity_hz.index_select(0, bs)
        work, head_cycles = of_flow(servers.work_cycles), of_flow(servers.head_cycles)
        since_s = end_s[:, 0].index_select(0, row) - of_flow(servers.begin_s)
        present_s = since_s.clamp_(0.0, slot_s)
        need_s = work / capacity_hz
        offered_s = share_out(
            need_s,
            weight.flatten().index_select(0, user),
            present_s,
            server,
            len(servers.tasks) * n_bs,
            slot_s,
            self._quota_sum(servers, last_cell, weight) if self._quota else None,
        )
        enough = offered_s >= need_s
        served = torch.where(enough, work, offered_s * capacity_hz)
        head_cycles = head_cycles - served
        for state, value in (
            (servers.used_s.zero_(), torch.minimum(offered_s, need_s)),
            (servers.work_cycles, work - served),
            (servers.head_cycles, head_cycles),
        ):
            state.view(-1).index_copy_(0, flow, value)
        gone_s = torch.zeros(len(servers.tasks), device=row.device)
        finished = (((head_cycles <= 0) | enough) & (present_s > 0)).nonzero()[:, 0]
        if len(finished):
            found = tuple(x[finished] for x in (present_s, offered_s, served, enough))
            row, bs = row[finished], bs[finished]
            ue = user[finished] - row * n_ue
            self._finish(servers, tasks, arrived, row, ue, bs, found, end_s, gone_s)
        return gone_s

    def _quota_sum(self, servers: Servers, last_cell: Tensor, weight: Tensor) -> Tensor:
        """Sum of the weights of all that a server counts, ``[n · n_bs]``."""
        member = (last_cell[..., None] == self._servers) | (servers.tasks > 0)
        return (weight[..., None] * member).sum(1).flatten()

    def _finish(
        self,
        servers: Servers,
        tasks: Tasks,
        arrived: Tensor,
        row: Tensor,
        ue: Tensor,
        bs: Tensor,
        found: tuple[Tensor, ...],
        end_s: Tensor,
        gone_s: Tensor,
    ) -> None:
        """The tasks in service of these flows are done; the next ones begin."""
        numbers = torch.arange(tasks.bs.shape[-1], device=row.device)
        present_s, offered_s, served, enough = found
        while len(row):
            number = servers.head[row, ue, bs]
            over = servers.head_cycles[row, ue, bs]
            part = (served + over) / (offered_s * self.capacity_hz[bs])
            since_s = present_s * (1 - part.clamp_max(1.0))
            tasks.done_s[row, ue, number] = end_s[row, 0] - since_s
            gone_s.index_add_(0, row, since_s)
            servers.done[row, ue, bs] += 1
            left = servers.tasks[row, ue, bs] - 1
            servers.tasks[row, ue, bs] = left
            # The user's next task at this server; others may have gone to other servers.
            waiting = (
                (tasks.bs[row, ue] == bs[:, None])
                & (numbers > number[:, None])
                & (numbers < arrived[row, ue, None])
            )
            following = waiting.to(torch.int8).argmax(-1)
            cycles = torch.where(left > 0, tasks.cycles[row, ue, following], 0.0)
            head_cycles = over + cycles
            servers.head[row, ue, bs] = following
            servers.head_cycles[row, ue, bs] = torch.where(left > 0, head_cycles, 0.0)
            # Rounding errors must not outlive the tasks.
            work_cycles = servers.work_cycles[row, ue, bs]
            servers.work_cycles[row, ue, bs] = torch.where(left > 0, work_cycles, 0.0)
            again = (left > 0) & ((head_cycles <= 0) | enough)
            row, ue, bs, present_s, offered_s, served, enough = (
                x[again] for x in (row, ue, bs, present_s, offered_s, served, enough)
            )
