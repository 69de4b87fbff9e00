# SPDX-License-Identifier: MIT
"""Pieces of work on the nodes of a Ray cluster."""

from __future__ import annotations

import dataclasses
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from typing import Any

import ray
from ray.exceptions import RayError

from ns3_bridge import Ns3TwinError
from py_agent.cluster.errors import NodesLost
from py_agent.cluster.nodes import Nodes, alive_nodes, on
from py_agent.cluster.shipment import pack
from py_agent.cluster.worker import Reports, Worker, remove
from py_agent.executor import Movable
from py_agent.side_by_side import Callback, Item, Result, WorkerDied, ignore

_LOOK_S = 2.0  # between looks at who is there
_CLOSE_S = 30.0
_ALONE_S = 120.0  # that there may be no node before we give up
_START_S = 900.0  # that workers may take to start: others may have the CPUs, or the machine is busy
_MOST_LOSSES = 3  # workers that one item may take with it: with their nodes, or by itself


@dataclasses.dataclass(eq=False)
class _Hired:
    """A worker: it starts, waits, or does the item of this number."""

    actor: Any
    node: str
    folder: str = ""
    number: int | None = None

    @property
    def waits(self) -> bool:
        """Whether it could do something."""
        return bool(self.folder) and self.number is None


class RayCluster:
    """All nodes of a cluster that have what this machine has, one worker per CPU.

    Nodes may join and leave while there is work: what a lost node was doing is done again by
    another. One that has another version of something is left out.

    Args:
        jobs: most workers; None: as many as there are CPUs.
        tell: called with a line on every node that is left out or lost.
    """

    def __init__(self, jobs: int | None = None, tell: Callable[[str], None] = ignore) -> None:
        self._jobs = jobs
        self._nodes = Nodes(tell)
        self._workers: list[_Hired] = []
        self._awaited: dict[Any, _Hired] = {}  # by reference of the answer
        self._files: dict[str, Any] = {}  # references by key: each goes to Ray's store once

    @property
    def place(self) -> str:
        """Nodes and workers that there are."""
        ready = sum(bool(worker.folder) for worker in self._workers)
        return f"{len(self._nodes.cpus)} nodes, {ready} workers"

    def run(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        callback: Callback = ignore,
    ) -> Generator[tuple[int, Future[Result]]]:
        """See `py_agent.executor.Executor`.

        Raises:
            NodeRefused: no node has what this machine has.
            NodesLost: there are no nodes for two minutes, or no worker starts in a quarter of an
                hour.
        """
        left, losses = deque(range(len(items))), [0] * len(items)
        here = ray.get_runtime_context().get_node_id()  # the one node whose loss ends us, too
        reports = Reports.options(scheduling_strategy=on(here)).remote()
        looked_s, worked_s = -_LOOK_S, time.monotonic()
        try:
            while left or any(worker.number is not None for worker in self._workers):
                if time.monotonic() - looked_s >= _LOOK_S:
                    self._nodes.look()
                    self._hire(len(left), reports)
                    looked_s = time.monotonic()
                if any(worker.folder for worker in self._workers):
                    worked_s = time.monotonic()
                longest_s = _START_S if self._workers else _ALONE_S
                if time.monotonic() - worked_s > longest_s:
                    raise NodesLost(f"no node of the cluster has had a worker for {longest_s:g} s")
                for worker in [worker for worker in self._workers if worker.waits][: len(left)]:
                    number = left.popleft()
                    try:
                        self._begin(worker, number, work, items[number])
                    except Ns3TwinError as error:  # it cannot be moved
                        yield number, _failed(error)
                yield from self._answers(left, losses)
                for what in ray.get(reports.take.remote()):
                    callback(what)
        finally:
            self._end_all()
            ray.kill(reports)

    def _hire(self, more: int, reports: Any) -> None:
        """Up to so many workers where a CPU has none; who waits on a node that is gone goes."""
        cpus = self._nodes.cpus
        gone = [w for w in self._workers if w.number is None and w.node not in cpus]
        for worker in gone:
            self._end(worker)
        most = more - sum(worker.number is None for worker in self._workers)
        if self._jobs is not None:
            most = min(most, self._jobs - len(self._workers))
        free = {n: c - sum(w.node == n for w in self._workers) for n, c in cpus.items()}
        turns = range(max(free.values(), default=0))
        places = [node for turn in turns for node, count in free.items() if turn < count]
        for node in places[: max(most, 0)]:
            worker = _Hired(Worker.options(scheduling_strategy=on(node)).remote(reports), node)
            self._workers.append(worker)
            self._awaited[worker.actor.about.remote()] = worker

    def _begin(self, worker: _Hired, number: int, work: Any, item: Any) -> None:
        shipment = pack((work, item.movable() if isinstance(item, Movable) else item))
        for key, path in shipment.files.items():
            if key not in self._files:
                self._files[key] = ray.put(path.read_bytes())
        keys = list(shipment.files)
        files = [self._files[key] for key in keys]
        self._awaited[worker.actor.do.remote(shipment.content, keys, *files)] = worker
        worker.number = number

    def _answers(self, left: deque[int], losses: list[int]) -> Iterator[tuple[int, Future[Any]]]:
        """What is done, or has failed. What a worker took with it is left to be done again."""
        if not self._awaited:
            time.sleep(_LOOK_S)
            return
        for reference in ray.wait(list(self._awaited), num_returns=1, timeout=_LOOK_S)[0]:
            worker = self._awaited.pop(reference)
            number, worker.number = worker.number, None
            try:
                answer = ray.get(reference)
            except RayError as died:
                self._end(worker)
                if number is None:
                    self._nodes.failed(worker.node, died)
                    continue
                losses[number] += 1
                if losses[number] < _MOST_LOSSES:
                    left.appendleft(number)
                    continue
                error = WorkerDied(f"{losses[number]} workers have died in the middle of it")
                yield number, _failed(error)
            else:
                if number is not None:
                    result, error = answer
                    yield number, _done(result) if error is None else _failed(error)
                elif self._nodes.has_ours(worker.node, answer[1]):
                    worker.folder = answer[0]
                else:
                    self._end(worker)

    def _end(self, worker: _Hired) -> None:
        self._workers.remove(worker)
        self._awaited = {ref: other for ref, other in self._awaited.items() if other is not worker}
        ray.kill(worker.actor)

    def _end_all(self) -> None:
        """End all workers, whatever they do, and remove their files."""
        alive = alive_nodes()
        here = [worker for worker in self._workers if worker.node in alive and worker.folder]
        closed = [worker.actor.close.remote() for worker in here if worker.waits]
        if closed:
            ray.wait(closed, num_returns=len(closed), timeout=_CLOSE_S)
        for worker in list(self._workers):
            self._end(worker)
        removed = [
            remove.options(scheduling_strategy=on(worker.node)).remote(worker.folder)
            for worker in here
            if worker.number is not None
        ]
        if removed:
            ray.wait(removed, num_returns=len(removed), timeout=_CLOSE_S)


def _done(result: Any) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(result)
    return future


def _failed(error: Exception) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future
