# SPDX-License-Identifier: MIT
"""Pieces of work on the nodes of a Ray cluster."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any

import ray

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
    """A worker, and the folder that it has once it is there."""

    actor: Any
    node: str
    folder: str = ""


class RayCluster:
    """All nodes of a cluster that have what this machine has, one worker per CPU.

    Nodes may join and leave while there is work: what a lost node was doing is done again by
    another. One that has another version of something is left out. What a result costs the driver
    does not depend on how many workers there are.

    Args:
        jobs: most workers; None: as many as there are CPUs.
        tell: called with a line on every node that is left out, or lost, or has lost a worker.
        worker: class of the actors that work.
    """

    def __init__(
        self,
        jobs: int | None = None,
        tell: Callable[[str], None] = ignore,
        worker: Any = Worker,
    ) -> None:
        self._jobs = jobs
        self._nodes = Nodes(tell)
        self._worker = worker
        self._starting: set[_Hired] = set()
        self._waiting: set[_Hired] = set()
        self._busy: dict[_Hired, int] = {}  # with the item of this number
        self._answered: SimpleQueue[tuple[_Hired, Future[Any]]] = SimpleQueue()
        self._files: dict[str, Any] = {}  # references by key: each goes to Ray's store once

    @property
    def place(self) -> str:
        """Nodes and workers that there are."""
        return f"{len(self._nodes.cpus)} nodes, {len(self._waiting) + len(self._busy)} workers"

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
        reports = None if callback is ignore else _reports_here()
        look_s = worked_s = time.monotonic()
        try:
            while left or self._busy:
                if time.monotonic() >= look_s:
                    self._nodes.look()
                    self._hire(len(left), reports)
                    look_s = time.monotonic() + _LOOK_S
                if self._waiting or self._busy:
                    worked_s = time.monotonic()
                longest_s = _START_S if self._starting else _ALONE_S
                if time.monotonic() - worked_s > longest_s:
                    raise NodesLost(f"no node of the cluster has had a worker for {longest_s:g} s")
                while left and self._waiting:
                    number = left.popleft()
                    try:
                        self._begin(number, work, items[number])
                    except Ns3TwinError as error:  # it cannot be moved
                        yield number, _failed(error)
                for worker, answer in self._answers(look_s):
                    yield from self._what_came(worker, answer, left, losses)
                if reports is not None:
                    for what in ray.get(reports.take.remote()):
                        callback(what)
        finally:
            self._end_all()
            if reports is not None:
                ray.kill(reports)

    def _hire(self, more: int, reports: Any) -> None:
        """Up to so many workers where a CPU has none; who waits on a node that is gone goes."""
        cpus = self._nodes.cpus
        for worker in [*self._starting, *self._waiting]:
            if worker.node not in cpus:
                self._end(worker)
        hired = [*self._starting, *self._waiting, *self._busy]
        most = more - len(self._starting) - len(self._waiting)
        if self._jobs is not None:
            most = min(most, self._jobs - len(hired))
        taken = Counter(worker.node for worker in hired)
        free = {node: count - taken[node] for node, count in cpus.items()}
        turns = range(max(free.values(), default=0))
        places = [node for turn in turns for node, count in free.items() if turn < count]
        for node in places[: max(most, 0)]:
            actor = self._worker.options(scheduling_strategy=on(node)).remote(reports)
            worker = _Hired(actor, node)
            self._starting.add(worker)
            self._await(worker, actor.about.remote())

    def _begin(self, number: int, work: Any, item: Any) -> None:
        shipment = pack((work, item.movable() if isinstance(item, Movable) else item))
        for key, path in shipment.files.items():
            if key not in self._files:
                self._files[key] = ray.put(path.read_bytes())
        keys = list(shipment.files)
        files = [self._files[key] for key in keys]
        worker = self._waiting.pop()
        self._busy[worker] = number
        self._await(worker, worker.actor.do.remote(shipment.content, keys, *files))

    def _await(self, worker: _Hired, reference: Any) -> None:
        """Have its answer among the answers: to ask for each would take longer, the more are."""
        reference.future().add_done_callback(lambda done: self._answered.put((worker, done)))

    def _answers(self, until_s: float) -> Iterator[tuple[_Hired, Future[Any]]]:
        """All answers that are there, or the first that comes until then."""
        with contextlib.suppress(Empty):
            yield self._answered.get(timeout=max(until_s - time.monotonic(), 0.0))
            while True:
                yield self._answered.get_nowait()

    def _what_came(
        self, worker: _Hired, answer: Future[Any], left: deque[int], losses: list[int]
    ) -> Iterator[tuple[int, Future[Any]]]:
        """What is done, or has failed. What a worker took with it is left to be done again."""
        died = answer.exception()
        if worker in self._starting:
            if died is not None:
                self._nodes.failed(worker.node, died)
            elif self._nodes.has_ours(worker.node, answer.result()[1]):
                worker.folder = answer.result()[0]
                self._starting.remove(worker)
                self._waiting.add(worker)
                return
            self._end(worker)
        elif worker in self._busy:
            number = self._busy.pop(worker)
            self._waiting.add(worker)
            if died is None:
                result, error = answer.result()
                yield number, _done(result) if error is None else _failed(error)
                return
            self._end(worker)
            losses[number] += 1
            if losses[number] < _MOST_LOSSES:
                self._nodes.lost_worker(worker.node)
                left.appendleft(number)
            else:
                gone = WorkerDied(f"{losses[number]} workers have died in the middle of it")
                yield number, _failed(gone)

    def _end(self, worker: _Hired) -> None:
        self._starting.discard(worker)
        self._waiting.discard(worker)
        self._busy.pop(worker, None)
        ray.kill(worker.actor)

    def _end_all(self) -> None:
        """End all workers, whatever they do, and remove their files."""
        alive = alive_nodes()
        closed = [worker.actor.close.remote() for worker in self._waiting if worker.node in alive]
        busy = [worker for worker in self._busy if worker.node in alive]
        if closed:
            ray.wait(closed, num_returns=len(closed), timeout=_CLOSE_S)
        for worker in [*self._starting, *self._waiting, *self._busy]:
            self._end(worker)
        removed = [
            remove.options(scheduling_strategy=on(worker.node)).remote(worker.folder)
            for worker in busy
        ]
        if removed:
            ray.wait(removed, num_returns=len(removed), timeout=_CLOSE_S)


def _reports_here() -> Any:
    """Where reports are kept: on the one node whose loss ends us, too."""
    here = ray.get_runtime_context().get_node_id()
    return Reports.options(scheduling_strategy=on(here)).remote()


def _done(result: Any) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(result)
    return future


def _failed(error: Exception) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future
