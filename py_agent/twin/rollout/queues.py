# SPDX-License-Identifier: MIT
"""Tasks of a future on their way: created, in the radio queue, at a server, done."""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from py_agent.twin.rollout.traffic import NEVER, TaskDraw


@dataclasses.dataclass
class Tasks:
    """All tasks of every user, ``[n, n_ue, n_tasks]`` each, in order of creation.

    A user's tasks pass the radio in this order, and those at one server are computed in it.

    Attributes:
        created_s: since the start of the future; negative: before; `NEVER`: no such task.
        size_bit: data to upload.
        cycles: work at the server.
        uploaded_s: moment at which the last bit is at the edge; known once it has left the radio.
        bs: server that got it; -1: none yet.
        done_s: moment at which it was computed; NaN: not yet.
    """

    created_s: Tensor
    size_bit: Tensor
    cycles: Tensor
    uploaded_s: Tensor
    bs: Tensor
    done_s: Tensor

    @classmethod
    def of(cls, draw: TaskDraw) -> Tasks:
        """Tasks that are all still to come."""
        return cls(
            created_s=draw.created_s,
            size_bit=draw.size_bit,
            cycles=draw.cycles,
            uploaded_s=torch.full_like(draw.created_s, NEVER),
            bs=torch.full(draw.created_s.shape, -1, dtype=torch.int8, device=draw.cycles.device),
            done_s=torch.full_like(draw.created_s, torch.nan),
        )


@dataclasses.dataclass
class Uploads:
    """Radio queues, first come first served within a user, ``[n, n_ue]`` each.

    Attributes:
        created: tasks created so far: number of the next one.
        sent: tasks whose last bit has left the radio queue.
        arrived: tasks that have arrived at the edge.
        next_created_s: moment of the next creation.
        next_arrival_s: moment at which the next task is at the edge; `NEVER`: none on its way.
        queue_bit: in the radio queue.
        head_bit: what remains of the first task in it.
        begin_s: from when on the queue can be served (scheduling request and grant).
        sent_bit: left the queue in the last slot.
        band_s: time of the whole band that the user had in the last slot.
        disturbed_dbm: noise and interference at base station m by data of cell c in the last
            slot, per resource block, ``[n, m, c]``.
        busy: part of each cell's band that was used, ``[n, c]``.
        created_bit: of all tasks so far.
        created_before: tasks that are older than the future's first one.
        completed_before: those of them that were done when it began.
    """

    created: Tensor
    sent: Tensor
    arrived: Tensor
    next_created_s: Tensor
    next_arrival_s: Tensor
    queue_bit: Tensor
    head_bit: Tensor
    begin_s: Tensor
    sent_bit: Tensor
    band_s: Tensor
    disturbed_dbm: Tensor
    busy: Tensor
    created_bit: Tensor
    created_before: Tensor
    completed_before: Tensor

    @classmethod
    def empty(cls, tasks: Tasks, n_bs: int) -> Uploads:
        """Nothing has been created yet."""
        first_s = tasks.created_s[..., 0]
        count = torch.zeros(first_s.shape, dtype=torch.int64, device=first_s.device)
        zero = torch.zeros_like(first_s)
        return cls(
            created=count,
            sent=count.clone(),
            arrived=count.clone(),
            next_created_s=first_s.clone(),
            next_arrival_s=torch.full_like(first_s, NEVER),
            queue_bit=zero,
            head_bit=zero.clone(),
            begin_s=zero.clone(),
            sent_bit=zero.clone(),
            band_s=zero.clone(),
            disturbed_dbm=torch.zeros(len(zero), n_bs, n_bs, device=zero.device),
            busy=torch.zeros(len(zero), n_bs, device=zero.device),
            created_bit=zero.to(torch.float64),
            created_before=count.clone(),
            completed_before=count.clone(),
        )


@dataclasses.dataclass
class Servers:
    """Flows of every user at every server, first come first served, ``[n, n_ue, n_bs]`` each.

    Attributes:
        work_cycles: what remains of all tasks of the flow.
        head_cycles: of the one in service.
        head: its number; any if there is none.
        begin_s: from when on the flow has been busy.
        tasks: at the server.
        done: tasks done so far.
        used_s: time of the whole server that the flow had in the last slot.
        computing: tasks of the user at all servers, ``[n, n_ue]``.
    """

    work_cycles: Tensor
    head_cycles: Tensor
    head: Tensor
    begin_s: Tensor
    tasks: Tensor
    done: Tensor
    used_s: Tensor
    computing: Tensor

    @classmethod
    def empty(cls, n: int, n_ue: int, n_bs: int, device: torch.device) -> Servers:
        """Nothing to do."""
        zero = torch.zeros(n, n_ue, n_bs, device=device)
        count = torch.zeros(n, n_ue, n_bs, dtype=torch.int64, device=device)
        return cls(
            work_cycles=zero,
            head_cycles=zero.clone(),
            head=count,
            begin_s=zero.clone(),
            tasks=count.clone(),
            done=count.clone(),
            used_s=zero.clone(),
            computing=count.sum(-1),
        )


@dataclasses.dataclass
class Connections:
    """Who is served by whom, ``[n, n_ue]`` each.

    Attributes:
        cell: base station that serves, or will after the handover under way; -1: none.
        last_cell: the same, but the last one for users without.
        back_s: moment from which on the link works; before it, it is interrupted.
        interruption_s: of the last handover.
        commanded: the last command was 0: none, 2: obeyed, 3: refused, 4: failed.
        losses: connections lost so far.
    """

    cell: Tensor
    last_cell: Tensor
    back_s: Tensor
    interruption_s: Tensor
    commanded: Tensor
    losses: Tensor

    @classmethod
    def at(cls, cell: Tensor) -> Connections:
        """Everybody is connected, ``[n, n_ue]``."""
        zero = torch.zeros(cell.shape, device=cell.device)
        return cls(
            cell=cell,
            last_cell=cell.clone(),
            back_s=zero,
            interruption_s=zero.clone(),
            commanded=torch.zeros_like(cell),
            losses=torch.zeros_like(cell),
        )
