# SPDX-License-Identifier: MIT
"""The way up: from the creation of a task to its last bit at the edge."""

from __future__ import annotations

import torch
from torch import Tensor

from py_agent.twin.parameters import TwinParameters
from py_agent.twin.rollout.queues import Connections, Tasks, Uploads
from py_agent.twin.rollout.random_streams import RandomStreams, Stream
from py_agent.twin.rollout.sharing import share_out
from py_agent.twin.rollout.traffic import NEVER


class UplinkLaw:
    """Radio queues that share the bands of their cells.

    Args:
        parameters: the twin's constants.
        n_bs: cells.
        device: where the tensors live.
    """

    def __init__(self, parameters: TwinParameters, n_bs: int, device: torch.device) -> None:
        self._slot_s = parameters.timing.slot_s
        self._delays = parameters.delays
        self._largest_bps = parameters.rate.largest_bps
        self._quota = parameters.bandwidth_mode == "quota"
        self._cells = torch.arange(n_bs, device=device)

    def create(self, uploads: Uploads, tasks: Tasks, end_s: Tensor) -> Tensor:
        """Take over the tasks that are created before the slot ends.

        Args:
            uploads: all users'.
            tasks: all users'.
            end_s: of the slot, ``[n, 1]``.

        Returns:
            how long the fresh tasks have been there at the end of the slot, summed, ``[n, n_ue]``.
        """
        present_s = torch.zeros_like(uploads.queue_bit)
        row, ue = (uploads.next_created_s < end_s).nonzero(as_tuple=True)
        while len(row):
            number = uploads.created[row, ue]
            size_bit = tasks.size_bit[row, ue, number]
            created_s = uploads.next_created_s[row, ue]
            was_empty = uploads.queue_bit[row, ue] <= 0
            uploads.head_bit[row, ue] = torch.where(was_empty, size_bit, uploads.head_bit[row, ue])
            uploads.begin_s[row, ue] = torch.where(
                was_empty, created_s + self._delays.grant_s, uploads.begin_s[row, ue]
            )
            uploads.queue_bit[row, ue] += size_bit
            uploads.created_bit[row, ue] += size_bit.to(torch.float64)
            uploads.created[row, ue] = number + 1
            present_s[row, ue] += end_s[row, 0] - created_s
            following_s = _at(tasks.created_s, row, ue, number + 1)
            uploads.next_created_s[row, ue] = following_s
            again = following_s < end_s[row, 0]
            row, ue = row[again], ue[again]
        return present_s

    def send(
        self,
        uploads: Uploads,
        tasks: Tasks,
        connections: Connections,
        full_rate_bps: Tensor,
        weight: Tensor,
        end_s: Tensor,
        streams: RandomStreams,
    ) -> None:
        """Serve the radio queues for a slot.

        Args:
            uploads: all users'.
            tasks: all users'.
            connections: who is where.
            full_rate_bps: of a user that has the whole band, ``[n, n_ue]``.
            weight: shares of the band, ``[n, n_ue]``.
            end_s: of the slot, ``[n, 1]``.
            streams: of the futures.
        """
        slot_s = self._slot_s
        blocked_s = torch.maximum(uploads.begin_s, connections.back_s)
        present_s = (end_s - blocked_s).clamp_(0.0, slot_s) * (uploads.queue_bit > 0)
        here = connections.cell[..., None] == self._cells  # [n, n_ue, n_bs]
        need_s = (uploads.queue_bit / full_rate_bps)[..., None]
        offered_s = share_out(
            need_s * here,
            weight[..., None] * here,
            present_s[..., None] * here,
            slot_s,
            here if self._quota else None,
        ).sum(-1)
        offered_bit = (offered_s * full_rate_bps).clamp_max_(self._largest_bps * slot_s)
        sent_bit = torch.minimum(offered_bit, uploads.queue_bit)
        empty = offered_bit >= uploads.queue_bit
        uploads.band_s = sent_bit / full_rate_bps
        uploads.sent_bit = sent_bit
        uploads.queue_bit = uploads.queue_bit - sent_bit
        uploads.head_bit = uploads.head_bit - sent_bit
        row, ue = (((uploads.head_bit <= 0) | empty) & (sent_bit > 0)).nonzero(as_tuple=True)
        if len(row):
            found = tuple(x[row, ue] for x in (present_s, offered_bit, sent_bit, empty))
            self._finish(uploads, tasks, row, ue, found, end_s, streams)

    def _finish(
        self,
        uploads: Uploads,
        tasks: Tasks,
        row: Tensor,
        ue: Tensor,
        found: tuple[Tensor, ...],
        end_s: Tensor,
        streams: RandomStreams,
    ) -> None:
        """The last bit of these users' first tasks has left the queue."""
        delays = self._delays
        present_s, offered_bit, sent_bit, empty = found
        while len(row):
            number = uploads.sent[row, ue]
            over_bit = uploads.head_bit[row, ue]
            part = ((sent_bit + over_bit) / offered_bit).clamp_max(1.0)
            sent_s = end_s[row, 0] - present_s * (1 - part)
            noise = streams.normal_each(Stream.PIPELINE, row, number, ue)
            pipeline_s = (delays.pipeline_s + delays.pipeline_sd_s * noise).clamp_min(0.0)
            before_s = _at(tasks.uploaded_s, row, ue, number - 1)
            uploaded_s = sent_s + pipeline_s + delays.core_s
            uploaded_s = torch.where(number > 0, torch.maximum(uploaded_s, before_s), uploaded_s)
            tasks.uploaded_s[row, ue, number] = uploaded_s
            uploads.next_arrival_s[row, ue] = torch.minimum(
                uploads.next_arrival_s[row, ue], uploaded_s
            )
            uploads.sent[row, ue] = number + 1
            follows = number + 1 < uploads.created[row, ue]
            size_bit = torch.where(follows, _at(tasks.size_bit, row, ue, number + 1), 0.0)
            left_bit = over_bit + size_bit
            uploads.head_bit[row, ue] = left_bit
            again = follows & ((left_bit <= 0) | empty)
            # Rounding errors must not outlive the tasks.
            queue_bit = uploads.queue_bit[row, ue]
            uploads.queue_bit[row, ue] = torch.where(follows, queue_bit, 0.0)
            row, ue, present_s, offered_bit, sent_bit, empty = (
                x[again] for x in (row, ue, present_s, offered_bit, sent_bit, empty)
            )

    def arrive(self, uploads: Uploads, tasks: Tasks, end_s: Tensor) -> tuple[Tensor, ...]:
        """Tasks that reach the edge before the slot ends, one per user at most.

        Returns:
            their future, user and number, ``[n_tasks]`` each; call again until there are none.
        """
        row, ue = (uploads.next_arrival_s < end_s).nonzero(as_tuple=True)
        number = uploads.arrived[row, ue]
        uploads.arrived[row, ue] = number + 1
        following_s = _at(tasks.uploaded_s, row, ue, number + 1)
        on_its_way = number + 1 < uploads.sent[row, ue]
        uploads.next_arrival_s[row, ue] = torch.where(on_its_way, following_s, NEVER)
        return row, ue, number


def _at(values: Tensor, row: Tensor, ue: Tensor, number: Tensor) -> Tensor:
    """Of the user's task of that number; `NEVER` beyond the last one."""
    n_tasks = values.shape[-1]
    found = values[row, ue, number.clamp(0, n_tasks - 1)]
    return torch.where(number < n_tasks, found, NEVER)
