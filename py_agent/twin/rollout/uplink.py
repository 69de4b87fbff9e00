# SPDX-License-Identifier: MIT
"""The way up: from the creation of a task to its last bit at the edge."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.rollout.links import LinkLaw, Links
from py_agent.twin.rollout.queues import Connections, Tasks, Uploads
from py_agent.twin.rollout.random_streams import RandomStreams, Stream
from py_agent.twin.rollout.rows import pick, put, split, where_true
from py_agent.twin.rollout.sharing import share_out
from py_agent.twin.rollout.traffic import NEVER


class UplinkLaw:
    """Radio queues that share the bands of their cells.

    Args:
        parameters: the twin's constants.
        links: law of the radio links.
        device: where the tensors live.
    """

    def __init__(self, parameters: TwinParameters, links: LinkLaw, device: torch.device) -> None:
        self._links = links
        self._band_rb = parameters.uplink.bandwidth_rb
        self._slot_s = parameters.timing.slot_s
        self._delays = parameters.delays
        self._largest_bps = parameters.rate.largest_bps
        self._quota = parameters.bandwidth_mode == "quota"
        self._cells = torch.arange(parameters.n_bs, device=device)

    def create(self, uploads: Uploads, tasks: Tasks, end_s: Tensor) -> Tensor:
        """Take over the tasks that are created before the slot ends.

        Args:
            uploads: all users'.
            tasks: all users'.
            end_s: of the slot, ``[n, 1]``.

        Returns:
            how long the fresh tasks have been there at the end of the slot, summed, ``[n]``.
        """
        present_s = torch.zeros(len(end_s), device=end_s.device)
        user = where_true(uploads.next_created_s < end_s)
        row, _ = split(user, uploads.created.shape[1], uploads.created.numel())
        until_s = end_s[:, 0].index_select(0, row)
        while len(user):
            number = pick(uploads.created, user)
            size_bit = _of_task(tasks.size_bit, user, number)
            created_s = pick(uploads.next_created_s, user)
            queue_bit = pick(uploads.queue_bit, user)
            empty = queue_bit <= 0
            head_bit = torch.where(empty, size_bit, pick(uploads.head_bit, user))
            begin_s = pick(uploads.begin_s, user)
            following_s = _of_task(tasks.created_s, user, number + 1)
            for state, value in (
                (uploads.head_bit, head_bit),
                (uploads.begin_s, torch.where(empty, created_s + self._delays.grant_s, begin_s)),
                (uploads.queue_bit, queue_bit + size_bit),
                (uploads.created_bit, pick(uploads.created_bit, user) + size_bit),
                (uploads.created, number + 1),
                (uploads.next_created_s, following_s),
            ):
                put(state, user, value)
            present_s.index_add_(0, row, until_s - created_s)
            again = following_s < until_s
            user, row, until_s = user[again], row[again], until_s[again]
        return present_s

    def send(
        self,
        uploads: Uploads,
        tasks: Tasks,
        connections: Connections,
        links: Links,
        weight: Tensor,
        end_s: Tensor,
        streams: RandomStreams,
    ) -> None:
        """Serve the radio queues for a slot.

        Args:
            uploads: all users'.
            tasks: all users'.
            connections: who is where.
            links: of all users.
            weight: shares of the band, ``[n, n_ue]``.
            end_s: of the slot, ``[n, 1]``.
            streams: of the futures.
        """
        slot_s, n_bs = self._slot_s, len(self._cells)
        served = (uploads.queue_bit > 0) & (connections.cell >= 0)
        user = where_true(served)
        row, _ = split(user, served.shape[1], served.numel())

        def of_user(values: Tensor) -> Tensor:
            return values.flatten(0, 1).index_select(0, user)

        cell, queue_bit = of_user(connections.cell), of_user(uploads.queue_bit)
        band = row * n_bs + cell
        used_rb = of_user(uploads.band_s) * (self._band_rb / slot_s)
        rsrp_dbm = of_user(links.rsrp_dbm)
        own_dbm = rsrp_dbm.gather(1, cell[:, None])[:, 0]
        density_dbm, wanted_dbm = self._links.density_dbm(rsrp_dbm, own_dbm, used_rb)
        success = self._links.success(
            wanted_dbm,
            uploads.disturbed_dbm.flatten(0, 1).index_select(0, band),
            uploads.busy.index_select(0, row),
            cell,
            of_user(links.sinr_ul_db),
        )
        rate_bps = (of_user(links.full_rate_bps) * success).clamp_min_(1.0)
        blocked_s = torch.maximum(of_user(uploads.begin_s), of_user(connections.back_s))
        present_s = (end_s[:, 0].index_select(0, row) - blocked_s).clamp_(0.0, slot_s)
        offered_s = share_out(
            queue_bit / rate_bps,
            of_user(weight),
            present_s,
            band,
            len(served) * n_bs,
            slot_s,
            self._quota_sum(connections, weight) if self._quota else None,
        )
        offered_bit = (offered_s * rate_bps).clamp_max_(self._largest_bps * slot_s)
        sent_bit = torch.minimum(offered_bit, queue_bit)
        empty = offered_bit >= queue_bit
        band_s = sent_bit / rate_bps
        uploads.disturbed_dbm, uploads.busy = self._links.disturbance(
            density_dbm, band_s * (self._band_rb / slot_s), band, len(served)
        )
        head_bit = of_user(uploads.head_bit) - sent_bit
        for state, value in (
            (uploads.band_s.zero_(), band_s),
            (uploads.sent_bit.zero_(), sent_bit),
            (uploads.queue_bit, queue_bit - sent_bit),
            (uploads.head_bit, head_bit),
        ):
            put(state, user, value)
        finished = (((head_bit <= 0) | empty) & (sent_bit > 0)).nonzero()[:, 0]
        if len(finished):
            of_finished = (user, row, present_s, offered_bit, sent_bit, empty)
            self._finish(uploads, tasks, tuple(x[finished] for x in of_finished), end_s, streams)

    def _quota_sum(self, connections: Connections, weight: Tensor) -> Tensor:
        """Sum of the weights of everybody in a cell, ``[n · n_bs]``."""
        here = connections.cell[..., None] == self._cells
        return (weight[..., None] * here).sum(1).flatten()

    def _finish(
        self,
        uploads: Uploads,
        tasks: Tasks,
        found: tuple[Tensor, ...],
        end_s: Tensor,
        streams: RandomStreams,
    ) -> None:
        """The last bit of these users' first tasks has left the queue."""
        delays, n_ue = self._delays, uploads.sent.shape[1]
        n_tasks = tasks.cycles.shape[-1]
        user, row, present_s, offered_bit, sent_bit, empty = found
        while len(user):
            number = pick(uploads.sent, user)
            over_bit = pick(uploads.head_bit, user)
            part = ((sent_bit + over_bit) / offered_bit).clamp_max(1.0)
            sent_s = end_s[:, 0].index_select(0, row) - present_s * (1 - part)
            noise = streams.normal_each(Stream.PIPELINE, row, number, user - row * n_ue)
            pipeline_s = (delays.pipeline_s + delays.pipeline_sd_s * noise).clamp_min(0.0)
            uploaded_s = sent_s + pipeline_s + delays.core_s
            before_s = _of_task(tasks.uploaded_s, user, number - 1)
            uploaded_s = torch.where(number > 0, torch.maximum(uploaded_s, before_s), uploaded_s)
            follows = number + 1 < pick(uploads.created, user)
            size_bit = torch.where(follows, _of_task(tasks.size_bit, user, number + 1), 0.0)
            left_bit = over_bit + size_bit
            next_s = torch.minimum(pick(uploads.next_arrival_s, user), uploaded_s)
            put(tasks.uploaded_s, user * n_tasks + number, uploaded_s)
            for state, value in (
                (uploads.next_arrival_s, next_s),
                (uploads.sent, number + 1),
                (uploads.head_bit, left_bit),
                # Rounding errors must not outlive the tasks.
                (uploads.queue_bit, pick(uploads.queue_bit, user) * follows),
            ):
                put(state, user, value)
            again = follows & ((left_bit <= 0) | empty)
            user, row, present_s, offered_bit, sent_bit, empty = (
                x[again] for x in (user, row, present_s, offered_bit, sent_bit, empty)
            )

    def arrive(
        self, uploads: Uploads, tasks: Tasks, end_s: Tensor
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """Tasks that reach the edge before the slot ends, one per user at a time.

        Yields:
            future and user as one number, and the task's number, ``[n_tasks]`` each.
        """
        user = where_true(uploads.next_arrival_s < end_s)
        row, _ = split(user, uploads.created.shape[1], uploads.created.numel())
        until_s = end_s[:, 0].index_select(0, row)
        while len(user):
            number = pick(uploads.arrived, user)
            following_s = _of_task(tasks.uploaded_s, user, number + 1)
            on_its_way = number + 1 < pick(uploads.sent, user)
            following_s = torch.where(on_its_way, following_s, NEVER)
            put(uploads.arrived, user, number + 1)
            put(uploads.next_arrival_s, user, following_s)
            yield user, number
            again = following_s < until_s
            user, until_s = user[again], until_s[again]


def _of_task(values: Tensor, user: Tensor, number: Tensor) -> Tensor:
    """Of the user's task of that number; `NEVER` beyond the last one."""
    n_tasks = values.shape[-1]
    found = pick(values, user * n_tasks + number.clamp(0, n_tasks - 1))
    return torch.where(number < n_tasks, found, NEVER)
