# SPDX-License-Identifier: MIT
"""Replicas of the queues: which tasks each user has on their way up and at the servers."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from py_agent.twin.model.estimate import TaskQueue

Floats = NDArray[np.float64]


@dataclasses.dataclass(slots=True)
class _Task:
    size_bit: float
    cycles: float
    created_s: float
    remaining: float  # bits while it is uploaded, then cycles
    bs: int = -1


class _Report(NamedTuple):
    """One user's report, and what is typical of it."""

    time_s: float
    serving_bs: float
    tasks_uploading: float
    to_deliver_bit: float
    oldest_age_s: float
    typical_bit: float
    cycles_per_bit: float
    tasks_computing: list[float]
    compute_head_cycles: list[float]
    compute_backlog_cycles: list[float]


@dataclasses.dataclass(frozen=True)
class QueueReports:
    """What users report of their tasks at one moment; the observation fields of the same names.

    Counters run since the start, so that a lost report loses nothing but the time of what happened.
    Arrays are ``[n]``, those of servers ``[n, n_bs]``.
    """

    time_s: float
    serving_bs: Floats
    tasks_created: Floats
    created_bit: Floats
    tasks_uploading: Floats
    to_deliver_bit: Floats  # upload_backlog_bit − upload_unconfirmed_bit
    oldest_age_s: Floats
    tasks_computing: Floats
    compute_head_cycles: Floats
    compute_backlog_cycles: Floats


class TaskQueues:
    """Every user's tasks, first come first served, as its reports allow.

    A report says how many tasks wait and how much of them is left; sizes follow from the counters
    of created tasks and bits, ages from when those counters rose. Where one report covers several
    new tasks, they share the bits evenly and came spread over the time since the last one.

    Args:
        n_ue: users.

    Example:
        >>> one, none, server = np.ones(1), np.zeros(1), np.zeros((1, 1))
        >>> reports = QueueReports(
        ...     time_s=2.0, serving_bs=none, tasks_created=one, created_bit=4e5 * one,
        ...     tasks_uploading=one, to_deliver_bit=1e5 * one, oldest_age_s=0.5 * one,
        ...     tasks_computing=server, compute_head_cycles=server, compute_backlog_cycles=server,
        ... )
        >>> queues = TaskQueues(n_ue=1)
        >>> queues.report(np.array([0]), reports, typical_bit=4e5 * one, cycles_per_bit=1e3 * one)
        >>> queues.upload_at(2.0, rate_hz=none, typical_bit=4e5 * one).tasks.tolist()
        [1]
    """

    def __init__(self, n_ue: int) -> None:
        self._upload: list[list[_Task]] = [[] for _ in range(n_ue)]
        self._compute: list[list[_Task]] = [[] for _ in range(n_ue)]
        self._has_tasks = np.zeros(n_ue, bool)
        self._time_s = np.full(n_ue, np.nan)  # of the last report; NaN: none
        self._created = np.zeros(n_ue)
        self._created_bit = np.zeros(n_ue)
        self._to_deliver_bit = np.zeros(n_ue)
        self._backlog_cycles = np.zeros(n_ue)
        self._drain_bps = np.zeros(n_ue)
        self._drain_hz = np.zeros(n_ue)

    def report(
        self,
        users: NDArray[np.intp],
        reports: QueueReports,
        typical_bit: Floats,
        cycles_per_bit: Floats,
    ) -> None:
        """Bring users' replicas into line with reports that are newer than their last ones.

        Args:
            users: whose, each once, ``[n]``.
            reports: what they say.
            typical_bit: size of a task of which nothing else is known, ``[n]``.
            cycles_per_bit: of each user's tasks, ``[n]``.
        """
        seen = ~np.isnan(self._time_s[users])
        during_s = np.where(seen, reports.time_s - self._time_s[users], 0.0)
        new = np.where(seen, reports.tasks_created - self._created[users], 0.0)
        new_bit = np.where(seen, reports.created_bit - self._created_bit[users], 0.0)
        there = (reports.tasks_uploading > 0) | reports.tasks_computing.any(axis=1)
        # Most users have had nothing to do and have nothing now.
        busy = np.flatnonzero(there | (new > 0) | self._has_tasks[users])
        arrived = np.zeros(len(users))
        columns = (
            *(busy, users, during_s, new, new_bit, reports.serving_bs, reports.tasks_uploading),
            *(reports.to_deliver_bit, reports.oldest_age_s, typical_bit, cycles_per_bit),
        )
        picked = [columns[0].tolist(), *(column[busy].tolist() for column in columns[1:])]
        servers = [
            values[busy].tolist()
            for values in (
                reports.tasks_computing,
                reports.compute_head_cycles,
                reports.compute_backlog_cycles,
            )
        ]
        for i, user, since_s, count, bits, *rest, tasks, head, backlog in zip(
            *picked, *servers, strict=True
        ):
            one = _Report._make((reports.time_s, *rest, tasks, head, backlog))
            self._create(user, one, since_s, int(count), bits)
            uploaded = self._shrink_upload(user, one)
            self._fit_compute(user, one, uploaded)
            arrived[i] = sum(task.cycles for task in uploaded)
        self._has_tasks[users] = there
        backlog_cycles = reports.compute_backlog_cycles.sum(axis=1)
        passed_s = np.maximum(during_s, 1e-6)
        drained = self._to_deliver_bit[users] + new_bit - reports.to_deliver_bit
        worked = self._backlog_cycles[users] - backlog_cycles + arrived
        for drain, amount in ((self._drain_bps, drained), (self._drain_hz, worked)):
            drain[users] = np.where(seen, np.maximum(amount, 0.0) / passed_s, drain[users])
        self._time_s[users] = reports.time_s
        self._created[users] = reports.tasks_created
        self._created_bit[users] = reports.created_bit
        self._to_deliver_bit[users] = reports.to_deliver_bit
        self._backlog_cycles[users] = backlog_cycles

    def forget(self, user: int) -> None:
        """A user has left."""
        self._upload[user].clear()
        self._compute[user].clear()
        self._has_tasks[user] = False
        self._time_s[user] = np.nan
        self._drain_bps[user] = self._drain_hz[user] = 0.0

    def upload_at(self, now_s: float, rate_hz: Floats, typical_bit: Floats) -> TaskQueue:
        """Tasks on their way up, drained since each user's last report as fast as before it.

        Args:
            now_s: the moment.
            rate_hz: tasks that each user creates per second, ``[n_ue]``: what a stale replica
                may have missed.
            typical_bit: of their size, ``[n_ue]``.
        """
        ages_s = self._ages_s(now_s)
        arrivals_sd = np.sqrt(rate_hz * ages_s) * typical_bit
        drained = self._drain_bps * ages_s
        return _packed(self._upload, now_s, drained, np.hypot(arrivals_sd, drained))

    def compute_at(self, now_s: float, rate_hz: Floats, typical_cycles: Floats) -> TaskQueue:
        """Tasks at servers, drained likewise; arguments as of `upload_at`."""
        ages_s = self._ages_s(now_s)
        arrivals_sd = np.sqrt(rate_hz * ages_s) * typical_cycles
        drained = self._drain_hz * ages_s
        return _packed(self._compute, now_s, drained, np.hypot(arrivals_sd, drained))

    def _ages_s(self, now_s: float) -> Floats:
        ages_s: Floats = np.fmax(now_s - self._time_s, 0.0)  # 0 without a report
        return ages_s

    def _create(self, user: int, report: _Report, since_s: float, new: int, bits: float) -> None:
        for i in range(new):
            size_bit = bits / new
            created_s = report.time_s - since_s + (i + 0.5) / new * since_s
            cycles = size_bit * report.cycles_per_bit
            self._upload[user].append(_Task(size_bit, cycles, created_s, size_bit))

    def _shrink_upload(self, user: int, report: _Report) -> list[_Task]:
        """Fit number and bits; return the tasks that have been uploaded since."""
        queue, wanted = self._upload[user], int(report.tasks_uploading)
        through = max(len(queue) - wanted, 0)
        uploaded, queue[:] = queue[:through], queue[through:]
        for i in range(wanted - len(queue)):  # of a past that the twin has not seen
            size_bit = max(report.typical_bit, report.to_deliver_bit / max(wanted, 1))
            created_s = report.time_s - (report.oldest_age_s if i == 0 else 0.0)
            queue.insert(i, _Task(size_bit, size_bit * report.cycles_per_bit, created_s, size_bit))
        if queue:
            waiting_bit = sum(task.size_bit for task in queue[1:])
            head_bit = min(max(report.to_deliver_bit - waiting_bit, 1.0), queue[0].size_bit)
            queue[0].remaining = head_bit
        return uploaded

    def _fit_compute(self, user: int, report: _Report, uploaded: list[_Task]) -> None:
        queue = self._compute[user]
        for task in uploaded:
            task.bs, task.remaining = int(report.serving_bs), task.cycles
            queue.append(task)
        strays: list[_Task] = []  # more than the server says it has: done, or at another server
        here: dict[int, list[_Task]] = {
            bs: [] for bs, count in enumerate(report.tasks_computing) if count
        }
        for task in queue:
            here.get(task.bs, strays).append(task)
        for bs, tasks in here.items():
            over = max(len(tasks) - int(report.tasks_computing[bs]), 0)
            strays += tasks[:over]
            del tasks[:over]
        fitted: list[_Task] = []
        for bs, tasks in here.items():
            while len(tasks) < report.tasks_computing[bs]:
                # Uploaded tasks whose server was another one than the user's cell now.
                task = strays.pop() if strays else _unseen(report)
                task.bs = bs
                tasks.append(task)
            _fit_work(tasks, report.compute_head_cycles[bs], report.compute_backlog_cycles[bs])
            fitted += tasks
        if len(fitted) > 1:
            fitted.sort(key=lambda task: task.created_s)
        self._compute[user] = fitted


def _unseen(report: _Report) -> _Task:
    cycles = report.typical_bit * report.cycles_per_bit
    created_s = report.time_s - report.oldest_age_s
    return _Task(report.typical_bit, cycles, created_s, cycles)


def _fit_work(tasks: list[_Task], head_cycles: float, backlog_cycles: float) -> None:
    """The head has what the server says, the others share the rest by their believed work."""
    if not tasks:
        return
    tasks[0].remaining = max(head_cycles, 1.0)
    rest = max(backlog_cycles - head_cycles, 0.0)
    believed = sum(task.cycles for task in tasks[1:])
    for task in tasks[1:]:
        task.remaining = task.cycles = max(task.cycles * rest / max(believed, 1.0), 1.0)


def _packed(
    queues: list[list[_Task]], now_s: float, drained: Floats, remaining_sd: Floats
) -> TaskQueue:
    shape = (len(queues), max(1, max(map(len, queues), default=1)))
    size_bit, remaining, cycles, age_s = (np.zeros(shape) for _ in range(4))
    bs = np.full(shape, -1, np.int32)
    for user, queue in enumerate(queues):
        if not queue:
            continue
        here = slice(len(queue))
        size_bit[user, here] = [task.size_bit for task in queue]
        cycles[user, here] = [task.cycles for task in queue]
        age_s[user, here] = [now_s - task.created_s for task in queue]
        bs[user, here] = [task.bs for task in queue]
        gone, left = float(drained[user]), []
        for task in queue:
            # The last bit stays until a report says that the task is through.
            left.append(max(task.remaining - gone, 1.0))
            gone = max(gone - task.remaining, 0.0)
        remaining[user, here] = left
    return TaskQueue(size_bit, remaining, cycles, np.maximum(age_s, 0.0), bs, remaining_sd)
