# SPDX-License-Identifier: MIT
"""Replicas of the queues: which tasks each user has on their way up and at the servers."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from py_agent.twin.estimate import TaskQueue

Floats = NDArray[np.float64]


@dataclasses.dataclass
class _Task:
    size_bit: float
    cycles: float
    created_s: float
    remaining: float  # bits while it is uploaded, then cycles
    bs: int = -1


@dataclasses.dataclass(frozen=True)
class QueueReport:
    """What a user reports of its tasks; the observation fields of the same names.

    Counters run since the start, so that a lost report loses nothing but the time of what happened.
    """

    time_s: float
    serving_bs: int
    tasks_created: int
    created_bit: float
    tasks_uploading: int
    to_deliver_bit: float  # upload_backlog_bit − upload_unconfirmed_bit
    oldest_age_s: float
    tasks_computing: Sequence[int]  # per server
    compute_head_cycles: Sequence[float]
    compute_backlog_cycles: Sequence[float]


class TaskQueues:
    """Every user's tasks, first come first served, as its reports allow.

    A report says how many tasks wait and how much of them is left; sizes follow from the counters
    of created tasks and bits, ages from when those counters rose. Where one report covers several
    new tasks, they share the bits evenly and came spread over the time since the last one.

    Args:
        n_ue: users.
    """

    def __init__(self, n_ue: int) -> None:
        self._upload: list[list[_Task]] = [[] for _ in range(n_ue)]
        self._compute: list[list[_Task]] = [[] for _ in range(n_ue)]
        self._last: list[QueueReport | None] = [None] * n_ue
        self._drain_bps = np.zeros(n_ue)
        self._drain_hz = np.zeros(n_ue)

    def report(
        self, user: int, report: QueueReport, typical_bit: float, cycles_per_bit: float
    ) -> None:
        """Bring a user's replica into line with a report that is newer than its last one.

        Args:
            user: whose.
            report: what it says.
            typical_bit: size of a task of which nothing else is known.
            cycles_per_bit: of the user's tasks.
        """
        last = self._last[user]
        self._create(user, report, cycles_per_bit)
        uploaded = self._shrink_upload(user, report, typical_bit, cycles_per_bit)
        self._fit_compute(user, report, uploaded, typical_bit, cycles_per_bit)
        if last is not None:
            during_s = max(report.time_s - last.time_s, 1e-6)
            created_bit = report.created_bit - last.created_bit
            drained = max(last.to_deliver_bit + created_bit - report.to_deliver_bit, 0.0)
            self._drain_bps[user] = drained / during_s
            worked = sum(last.compute_backlog_cycles) - sum(report.compute_backlog_cycles)
            arrived = sum(task.cycles for task in uploaded)
            self._drain_hz[user] = max(worked + arrived, 0.0) / during_s
        self._last[user] = report

    def forget(self, user: int) -> None:
        """A user has left."""
        self._upload[user].clear()
        self._compute[user].clear()
        self._last[user] = None
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
        return np.array(
            [max(now_s - last.time_s, 0.0) if last is not None else 0.0 for last in self._last]
        )

    def _create(self, user: int, report: QueueReport, cycles_per_bit: float) -> None:
        last = self._last[user]
        if last is None:
            return
        new = report.tasks_created - last.tasks_created
        size_bit = (report.created_bit - last.created_bit) / new if new > 0 else 0.0
        for i in range(new):
            created_s = last.time_s + (i + 0.5) / new * (report.time_s - last.time_s)
            cycles = size_bit * cycles_per_bit
            self._upload[user].append(_Task(size_bit, cycles, created_s, size_bit))

    def _shrink_upload(
        self, user: int, report: QueueReport, typical_bit: float, cycles_per_bit: float
    ) -> list[_Task]:
        """Fit number and bits; return the tasks that have been uploaded since."""
        queue = self._upload[user]
        uploaded = []
        while len(queue) > report.tasks_uploading:
            uploaded.append(queue.pop(0))
        missing = report.tasks_uploading - len(queue)
        for i in range(missing):  # of a past that the twin has not seen
            size_bit = max(typical_bit, report.to_deliver_bit / max(report.tasks_uploading, 1))
            created_s = report.time_s - (report.oldest_age_s if i == 0 else 0.0)
            queue.insert(i, _Task(size_bit, size_bit * cycles_per_bit, created_s, size_bit))
        waiting_bit = sum(task.size_bit for task in queue[1:])
        if queue:
            head_bit = min(max(report.to_deliver_bit - waiting_bit, 1.0), queue[0].size_bit)
            queue[0].remaining = head_bit
        return uploaded

    def _fit_compute(
        self,
        user: int,
        report: QueueReport,
        uploaded: list[_Task],
        typical_bit: float,
        cycles_per_bit: float,
    ) -> None:
        queue = self._compute[user]
        for task in uploaded:
            task.bs, task.remaining = report.serving_bs, task.cycles
            queue.append(task)
        fitted: list[_Task] = []
        strays: list[_Task] = []  # more than the server says it has: done, or at another server
        wanted = [int(count) for count in report.tasks_computing]
        here: list[list[_Task]] = [[] for _ in wanted]
        for task in queue:
            (here[task.bs] if 0 <= task.bs < len(wanted) else strays).append(task)
        for bs, count in enumerate(wanted):
            strays += here[bs][: max(len(here[bs]) - count, 0)]
            here[bs] = here[bs][max(len(here[bs]) - count, 0) :]
        for bs, count in enumerate(wanted):
            while len(here[bs]) < count:
                # Uploaded tasks whose server was another one than the user's cell now.
                task = strays.pop() if strays else self._unseen(report, typical_bit, cycles_per_bit)
                task.bs = bs
                here[bs].append(task)
            _fit_work(here[bs], report.compute_head_cycles[bs], report.compute_backlog_cycles[bs])
            fitted += here[bs]
        self._compute[user] = sorted(fitted, key=lambda task: task.created_s)

    @staticmethod
    def _unseen(report: QueueReport, typical_bit: float, cycles_per_bit: float) -> _Task:
        cycles = typical_bit * cycles_per_bit
        return _Task(typical_bit, cycles, report.time_s - report.oldest_age_s, cycles)


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
        gone = drained[user]
        for place, task in enumerate(queue):
            size_bit[user, place] = task.size_bit
            # The last bit stays until a report says that the task is through.
            remaining[user, place] = max(task.remaining - gone, 1.0)
            gone = max(gone - task.remaining, 0.0)
            cycles[user, place] = task.cycles
            age_s[user, place] = max(now_s - task.created_s, 0.0)
            bs[user, place] = task.bs
    return TaskQueue(size_bit, remaining, cycles, age_s, bs, remaining_sd)
