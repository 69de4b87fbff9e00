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
            how long tasks that were done in this slot had been gone at its end, summed,
            ``[n, n_ue]``.
        """
        slot_s = self._slot_s
        busy = servers.tasks > 0
        present_s = (end_s[..., None] - servers.begin_s).clamp_(0.0, slot_s) * busy
        member = (last_cell[..., None] == self._servers) | busy if self._quota else None
        need_s = servers.work_cycles / self.capacity_hz
        weights = weight[..., None].expand_as(need_s)
        offered_s = share_out(need_s, weights, present_s, slot_s, member)
        enough = offered_s >= need_s
        servers.used_s = torch.minimum(offered_s, need_s)
        served = torch.where(enough, servers.work_cycles, offered_s * self.capacity_hz)
        servers.work_cycles = servers.work_cycles - served
        servers.head_cycles = servers.head_cycles - served
        gone_s = torch.zeros_like(present_s)
        finished = ((servers.head_cycles <= 0) | enough) & busy
        row, ue, bs = finished.nonzero(as_tuple=True)
        if len(row):
            found = tuple(x[row, ue, bs] for x in (present_s, offered_s, served, enough))
            self._finish(servers, tasks, arrived, row, ue, bs, found, end_s, gone_s)
        return gone_s.sum(-1)

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
            gone_s[row, ue, bs] += since_s
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
