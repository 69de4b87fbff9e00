# SPDX-License-Identifier: MIT
"""What a retraining job does to the tasks of its server."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Observation, present
from py_agent.policies.association import congestion

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]

NEEDED = (
    *("serving_bs", "tasks_computing", "compute_backlog_cycles", "compute_capacity_hz"),
    *("task_rate_hz", "task_mean_cycles", "training_backlog_cycles"),
)


@dataclasses.dataclass(frozen=True)
class ServerLoad:
    """Load of the server of every user's base station, ``[..., n_ue]`` each.

    Attributes:
        server: the base station; 0 for those without.
        capacity_hz: of the server.
        tasks: that it computes, all users'.
        waiting_s: work that waits there, tasks' and jobs', as time of the whole server.
        rate_hz: tasks that are expected there per second.
        utilisation: ρ, of the server by these.

    Example:
        >>> one, none = np.ones(1), np.zeros(1)
        >>> idle = ServerLoad(np.zeros(1, np.int32), 1e9 * one, none, none, none, none)
        >>> idle.delay_s(np.array([0.5])).tolist()  # nobody is there, nobody comes
        [0.0]
        >>> busy = ServerLoad(np.zeros(1, np.int32), 1e9 * one, 2 * one, one, none, none)
        >>> busy.delay_s(np.array([0.5])).tolist()  # two tasks wait half a second more
        [1.0]
    """

    server: Integers
    capacity_hz: Floats
    tasks: Floats
    waiting_s: Floats
    rate_hz: Floats
    utilisation: Floats

    @classmethod
    def observed(cls, observation: Observation) -> ServerLoad:
        """The load now, of one network or of a batch."""
        server = np.maximum(observation["serving_bs"], 0)
        capacity_hz = observation["compute_capacity_hz"]
        at_server = server[..., None] == np.arange(capacity_hz.shape[-1])  # [..., n_ue, n_bs]

        def total(of_users: NDArray[np.generic]) -> Floats:
            summed: Floats = (at_server * of_users[..., None]).sum(axis=-2)
            return summed

        rate_hz = np.where(present(observation), observation["task_rate_hz"], 0.0)
        jobs = total(observation["training_backlog_cycles"])
        waiting = observation["compute_backlog_cycles"].sum(axis=-2) + jobs
        by_server = (
            capacity_hz,
            observation["tasks_computing"].sum(axis=-2).astype(np.float64),
            waiting / capacity_hz,
            total(rate_hz),
            total(rate_hz * observation["task_mean_cycles"]) / capacity_hz,
        )
        return cls(server, *(np.take_along_axis(x, server, axis=-1) for x in by_server))

    def delay_s(self, job_s: Floats) -> Floats:
        """What a job costs the tasks of its server if it goes before them, in task seconds.

        Work u that is added to a queue of work W (M/G/1) stays as an excess until the queue would
        have been empty, ``W/(1 − ρ)``, and then melts within ``u/(1 − ρ)``: whoever waits is
        delayed by u, and whoever arrives by the excess that it meets,
        ``u·n + λ/(1 − ρ)·(u W + u²/2)``.

        Args:
            job_s: u, ``[..., n_ue]``: time of the whole server.
        """
        later = self.rate_hz * congestion(self.utilisation) * (self.waiting_s + job_s / 2)
        delay_s: Floats = job_s * (self.tasks + later)
        return delay_s
