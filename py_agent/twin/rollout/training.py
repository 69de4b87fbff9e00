# SPDX-License-Identifier: MIT
"""Retraining jobs of a future: they compete for the servers and follow their users."""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from py_agent.twin.model.parameters import Compute

_PLACES = 64  # jobs under way per user; one more joins the last


@dataclasses.dataclass
class Training:
    """Jobs of every user, first come first served, ``[n, n_ue]`` each.

    Attributes:
        work_cycles: what remains of all jobs.
        head_cycles: of the one in service.
        samples: of the jobs under way, by their number modulo the places,
            ``[n, n_ue, n_places]``.
        submitted: jobs so far.
        done: of these.
        trained: samples of those done.
        server: that has the jobs, or to which they are moving.
        begin_s: from when on it can serve them.
        used_s: time of each server that jobs had in the last slot, ``[n, n_bs]``.
    """

    work_cycles: Tensor
    head_cycles: Tensor
    samples: Tensor
    submitted: Tensor
    done: Tensor
    trained: Tensor
    server: Tensor
    begin_s: Tensor
    used_s: Tensor

    @classmethod
    def none(cls, n: int, n_ue: int, n_bs: int, device: torch.device) -> Training:
        """No job has ever been submitted."""
        zero = torch.zeros(n, n_ue, device=device)
        count = torch.zeros(n, n_ue, dtype=torch.int64, device=device)
        return cls(
            work_cycles=zero,
            head_cycles=zero.clone(),
            samples=torch.zeros(n, n_ue, _PLACES, device=device),
            submitted=count,
            done=count.clone(),
            trained=zero.clone(),
            server=count.clone(),
            begin_s=zero.clone(),
            used_s=torch.zeros(n, n_bs, device=device),
        )


class TrainingLaw:
    """What becomes of retraining jobs beside their being served.

    Args:
        compute: the twin's constants.
    """

    def __init__(self, compute: Compute) -> None:
        self._cycles_per_sample = compute.cycles_per_sample
        self._migration_s = compute.migration_s

    def submit(self, training: Training, samples: Tensor, last_cell: Tensor, now_s: Tensor) -> None:
        """Take jobs over, ``[n, n_ue]`` samples each; 0: none.

        Args:
            training: all jobs.
            samples: of the new ones.
            last_cell: of every user, ``[n, n_ue]``.
            now_s: ``[n, 1]``.
        """
        row, ue = (samples > 0).nonzero(as_tuple=True)
        size = samples[row, ue].to(torch.float32)
        idle = training.submitted[row, ue] == training.done[row, ue]
        full = training.submitted[row, ue] - training.done[row, ue] >= _PLACES
        number = training.submitted[row, ue] - full.long()
        place = number % _PLACES
        joined = torch.where(full, training.samples[row, ue, place], 0.0)
        training.samples[row, ue, place] = joined + size
        training.submitted[row, ue] = number + 1
        cycles = size * self._cycles_per_sample
        training.work_cycles[row, ue] += cycles
        for state, first in (
            (training.head_cycles, cycles),
            (training.server, last_cell[row, ue]),
            (training.begin_s, now_s[row, 0]),
        ):
            state[row, ue] = torch.where(idle, first, state[row, ue])

    def follow(self, training: Training, last_cell: Tensor, now_s: Tensor) -> None:
        """Jobs whose users have changed cells move along, and rest meanwhile."""
        left = (training.server != last_cell) & (training.submitted > training.done)
        row, ue = left.nonzero(as_tuple=True)
        training.server[row, ue] = last_cell[row, ue]
        training.begin_s[row, ue] = now_s[row, 0] + self._migration_s

    def finish(self, training: Training, row: Tensor, ue: Tensor, all_done: Tensor) -> None:
        """The jobs in service of these users are done, of some all jobs, ``[n_users]`` each."""
        while len(row):
            done = training.done[row, ue]
            training.trained[row, ue] += training.samples[row, ue, done % _PLACES]
            training.done[row, ue] = done + 1
            left = training.submitted[row, ue] > done + 1
            following = training.samples[row, ue, (done + 1) % _PLACES] * self._cycles_per_sample
            over = training.head_cycles[row, ue]
            head_cycles = torch.where(left, over + following, 0.0)
            training.head_cycles[row, ue] = head_cycles
            # Rounding errors must not outlive the jobs.
            work_cycles = training.work_cycles[row, ue]
            training.work_cycles[row, ue] = torch.where(left, work_cycles, 0.0)
            again = left & ((head_cycles <= 0) | all_done)
            row, ue, all_done = row[again], ue[again], all_done[again]

    @staticmethod
    def backlog_samples(training: Training) -> Tensor:
        """Of jobs under way, ``[n, n_ue]``."""
        numbers = torch.arange(_PLACES, device=training.done.device)
        age = (numbers - training.done[..., None]) % _PLACES
        under_way = age < (training.submitted - training.done)[..., None]
        return (training.samples * under_way).sum(-1)
