# SPDX-License-Identifier: MIT
"""Pieces of work side by side, each in a process of its own."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import tempfile
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, TypeVar

from ns3_bridge.errors import Ns3TwinError
from py_agent import former_names
from py_agent.parent_death import end_with

Item = TypeVar("Item")
Result = TypeVar("Result")
Callback = Callable[[Any], None]

_PATROL_S = 0.05
_LAST_WORDS_S = 5.0
_END_S = 30.0  # for a worker that writes down that it was ended
_REPORT, _RESULT, _ERROR = range(3)  # what a message of a worker holds


class WorkerDied(Ns3TwinError):
    """Raised when the process that did a piece of work has ended in the middle of it."""


def ignore(what: Any) -> None:
    """Drop a report."""


_callback: Callback = ignore  # of the worker that runs here


class _Worker:
    """A process that does one item after another."""

    def __init__(self, work: Callable[[Any], Any], temporary: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.messages, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(work, theirs, os.getpid(), temporary))
        self._process.start()
        theirs.close()
        self.number = -1
        self.future: Future[Any] = Future()

    def begin(self, number: int, item: Any) -> None:
        """Hand it an item."""
        self.number, self.future = number, Future()
        with contextlib.suppress(ConnectionError):  # it has died: `end` says so
            self.messages.send(item)

    def receive(self, callback: Callback) -> bool:
        """Take one message in. Returns whether the item is done, for better or worse."""
        try:
            kind, value = self.messages.recv()
        except (EOFError, OSError):
            self._process.join()
            self.future.set_exception(WorkerDied(_end_of(self._process.exitcode)))
            return True
        if kind == _REPORT:
            callback(value)
            return False
        if kind == _RESULT:
            self.future.set_result(value)
        else:
            self.future.set_exception(value)
        return True

    def retire(self) -> None:
        """Let the process end: there is nothing more to do."""
        self.messages.close()
        self._process.join(_LAST_WORDS_S)
        self.end()

    def end(self) -> None:
        """End the process, whatever it does."""
        self.messages.close()  # who still reports would wait for us for ever
        self._process.terminate()
        self._process.join(_END_S)
        self._process.kill()
        self._process.join()


def side_by_side(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    jobs: int,
    callback: Callback = ignore,
) -> Generator[tuple[int, Future[Result]]]:
    """Call `work` for every item, some at a time.

    Workers end with this process, and when the generator is closed early: use it with `closing`.
    A worker that dies takes its own item with it (`WorkerDied`), no other. Temporary files of
    workers go with the generator, however a worker ends.

    Args:
        work: importable by name; may call `report`.
        items: what it is called with.
        jobs: processes.
        callback: called with what workers `report`.

    Yields:
        number of an item and what came of it, as each is done.
    """
    left = deque(enumerate(items))
    workers: dict[Any, _Worker] = {}
    with (
        tempfile.TemporaryDirectory(prefix="ns3-twin-", ignore_cleanup_errors=True) as temporary,
        contextlib.ExitStack() as ending,
    ):
        ending.callback(_end_all, workers)
        for _ in range(min(jobs, len(items))):
            worker = _Worker(work, temporary)
            workers[worker.messages] = worker
            worker.begin(*left.popleft())
        while workers:  # Python loses an interrupt that comes just before a wait until it is over
            for messages in wait(list(workers), _PATROL_S):
                worker = workers[messages]
                if not worker.receive(callback):
                    continue
                number, future = worker.number, worker.future
                if left and not isinstance(future.exception(), WorkerDied):
                    worker.begin(*left.popleft())
                else:
                    del workers[messages]
                    worker.retire()
                    if left:
                        worker = _Worker(work, temporary)
                        workers[worker.messages] = worker
                        worker.begin(*left.popleft())
                yield number, future


def _end_all(workers: Mapping[Any, _Worker]) -> None:
    for worker in workers.values():
        worker.end()


def one_by_one(
    work: Callable[[Item], Result], items: Sequence[Item], callback: Callback = ignore
) -> Generator[tuple[int, Future[Result]]]:
    """The same as `side_by_side`, in this process."""
    for number, item in enumerate(items):
        future: Future[Result] = Future()
        with reporting_to(callback):
            try:
                future.set_result(work(item))
            except Exception as error:
                future.set_exception(error)
        yield number, future


def report(what: Any) -> None:
    """Hand something to the callback of whoever has `work` done; elsewhere it is dropped."""
    _callback(what)


@contextlib.contextmanager
def reporting_to(callback: Callback) -> Iterator[None]:
    """What `report` hands over in the meantime goes there."""
    global _callback
    before, _callback = _callback, callback
    try:
        yield
    finally:
        _callback = before


def _serve(
    work: Callable[[Any], Any], messages: Connection, parent_pid: int, temporary: str
) -> None:
    """A worker's life. It leaves nobody behind; an interrupt is the parent's to handle."""
    end_with(parent_pid, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = temporary

    def tell(what: Any) -> None:
        with contextlib.suppress(ConnectionError):  # nobody listens any more: we are being ended
            messages.send((_REPORT, what))

    # The parent has closed its end, perhaps without having read all: it wants no more of us.
    with reporting_to(tell), contextlib.suppress(EOFError, ConnectionError):
        while True:
            item = messages.recv()
            try:
                messages.send((_RESULT, work(item)))
            except Exception as error:
                messages.send((_ERROR, that_travels(error)))


def that_travels(error: Exception) -> Exception:
    """An error as another process can have it; one that cannot be pickled says what it was."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return Ns3TwinError(f"{type(error).__name__}: {error}")
    return error


def _end_of(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return f"its process was killed by signal {-exit_code} ({_name(-exit_code)})"
    return f"its process ended with exit status {exit_code}"


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return "no name"


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
