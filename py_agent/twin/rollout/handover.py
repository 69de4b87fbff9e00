# SPDX-License-Identifier: MIT
"""Commanded handovers of a future: their gap and their failure."""

from __future__ import annotations

import torch
from torch import Tensor

from py_agent.radio.lte.parameters import ControlChannel, FailureLaw
from py_agent.twin.model.parameters import HandoverLaw
from py_agent.twin.rollout.queues import Connections
from py_agent.twin.rollout.random_streams import RandomStreams, Stream
from py_agent.twin.rollout.rows import pick, put, split, where_true

_SHORTEST_OUTAGE_S = 0.05
_DONE, _REFUSED, _FAILED = 2, 3, 4  # as the field handover_state names them


class HandoverRule:
    """Carries out commands as `HandoverLaw` says.

    Args:
        law: the twin's constants.
        control: the same, of radio links that fail.
        failure: the same, of handovers that fail.
    """

    def __init__(self, law: HandoverLaw, control: ControlChannel, failure: FailureLaw) -> None:
        self._law = law
        self._failure = failure
        self._control = control

    def command(
        self,
        connections: Connections,
        association: Tensor,
        rsrp_dbm: Tensor,
        obeyed: Tensor,
        now_s: Tensor,
        streams: RandomStreams,
        counter: Tensor,
    ) -> Tensor:
        """Command base stations at the start of a frame.

        A user that is without a cell, or between two, does not obey.

        Args:
            connections: all users'.
            association: the base station of every user, ``[n, n_ue]``.
            rsrp_dbm: ``[n, n_ue, n_bs]``.
            obeyed: futures in which a frame starts, ``[n]``.
            now_s: ``[n, 1]``.
            streams: of the futures.
            counter: number of the slot, ``[n]``.

        Returns:
            who was told to move, future and user as one number, ``[n_users]``.
        """
        if not obeyed.any():
            return torch.empty(0, dtype=torch.int64, device=obeyed.device)
        moves = obeyed[:, None] & (association != connections.cell)
        users = where_true(moves)
        if not len(users):
            return users
        row, ue = split(users, moves.shape[1], moves.numel())
        law, at_s = self._law, now_s[row, 0]
        cell, target = connections.cell[row, ue], association[row, ue]
        free = (cell >= 0) & (connections.back_s[row, ue] <= at_s)
        heard_dbm = rsrp_dbm[row, ue]
        source_dbm = heard_dbm.gather(1, cell.clamp_min(0)[:, None])[:, 0]
        target_dbm = heard_dbm.gather(1, target[:, None])[:, 0]
        failure = self._failure
        excess_db = source_dbm - target_dbm - failure.margin_db
        fails = failure.floor + (1 - failure.floor) * torch.sigmoid(excess_db / failure.slope_db)
        at = counter[row]
        failed = streams.uniform_each(Stream.HANDOVER, row, at, 2 * ue) < fails
        normal = streams.normal_each(Stream.HANDOVER, row, at, 2 * ue + 1)
        gap_s = torch.where(
            failed,
            _outage_s(law.outage_s, law.outage_sd_s, normal),
            law.interruption_median_s * (law.interruption_sigma * normal).exp(),
        )
        failed, done = free & failed, free & ~failed
        outcome = torch.where(failed, _FAILED, torch.where(done, _DONE, _REFUSED))
        connections.commanded[row, ue] = outcome
        connections.losses[row, ue] += failed.to(connections.losses.dtype)
        connections.cell[row, ue] = torch.where(failed, -1, torch.where(done, target, cell))
        connections.last_cell[row, ue] = torch.where(done, target, connections.last_cell[row, ue])
        back_s = connections.back_s[row, ue]
        connections.back_s[row, ue] = torch.where(free, at_s + gap_s, back_s)
        before_s = connections.interruption_s[row, ue]
        connections.interruption_s[row, ue] = torch.where(free, gap_s, before_s)
        return users

    def lose(
        self,
        connections: Connections,
        failed: Tensor,
        now_s: Tensor,
        streams: RandomStreams,
        counter: Tensor,
    ) -> None:
        """The radio links of these users have failed: they look for another cell.

        Args:
            connections: all users'.
            failed: who, ``[n, n_ue]``.
            now_s: ``[n, 1]``.
            streams: of the futures.
            counter: number of the slot, ``[n]``.
        """
        users = where_true(failed)
        row, ue = split(users, failed.shape[1], failed.numel())
        normal = streams.normal_each(Stream.HANDOVER, row, counter[row], 2 * ue + 1)
        gap_s = _outage_s(self._control.lost_s, self._control.lost_sd_s, normal)
        put(connections.cell, users, torch.full_like(users, -1))
        put(connections.losses, users, pick(connections.losses, users) + 1)
        put(connections.back_s, users, now_s[row, 0] + gap_s)

    def reconnect(self, connections: Connections, rsrp_dbm: Tensor, end_s: Tensor) -> Tensor:
        """Users whose outage ends before `end_s` ``[n, 1]`` find the strongest cell.

        Returns:
            who they are, future and user as one number, ``[n_users]``.
        """
        users = where_true(connections.cell < 0)
        if not len(users):
            return users
        row, _ = split(users, connections.cell.shape[1], connections.cell.numel())
        users = users[pick(connections.back_s, users) < end_s[:, 0].index_select(0, row)]
        strongest = rsrp_dbm.flatten(0, 1).index_select(0, users).argmax(-1)
        for state in (connections.cell, connections.last_cell):
            put(state, users, strongest.to(state.dtype))
        return users


def _outage_s(mean_s: float, sd_s: float, normal: Tensor) -> Tensor:
    return (mean_s + sd_s * normal).clamp_min(_SHORTEST_OUTAGE_S)
