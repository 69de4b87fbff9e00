# SPDX-License-Identifier: MIT
"""Pieces of work side by side, each in a process of its own."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import queue
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from typing import TYPE_CHECKING, Any, TypeVar

from py_agent import former_names

Item = TypeVar("Item")
Result = TypeVar("Result")
Callback = Callable[[Any], None]

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_POLL_S = 0.2


def _ignore(what: Any) -> None:
    """Drop a report."""


_callback: Callback = _ignore  # of the worker that runs here


def side_by_side(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    jobs: int,
    callback: Callback = _ignore,
) -> Generator[tuple[int, Future[Result]]]:
    """Call `work` for every item, some at a time.

    Workers end with this process, and when the generator is closed early: use it with `closing`.

    Args:
        work: importable by name; may call `report`.
        items: what it is called with.
        jobs: processes.
        callback: called with what workers `report`.

    Yields:
        number of an item and what came of it, as each is done.
    """
    if not items:
        return
    context = multiprocessing.get_context("spawn")
    reports = context.Queue()
    with ProcessPoolExecutor(
        jobs, context, initializer=_start, initargs=(reports, os.getpid())
    ) as pool:
        numbers = {pool.submit(work, item): i for i, item in enumerate(items)}
        try:
            under_way = set(numbers)
            while under_way:
                done, under_way = wait(under_way, _POLL_S, FIRST_COMPLETED)
                _hand_on(reports, callback)
                for future in done:
                    yield numbers[future], future
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.terminate()
            raise
    _hand_on(reports, callback)  # what was on its way when the last one was done


def one_by_one(
    work: Callable[[Item], Result], items: Sequence[Item], callback: Callback = _ignore
) -> Generator[tuple[int, Future[Result]]]:
    """The same as `side_by_side`, in this process."""
    for number, item in enumerate(items):
        future: Future[Result] = Future()
        with _reporting_to(callback):
            try:
                future.set_result(work(item))
            except Exception as error:
                future.set_exception(error)
        yield number, future


def report(what: Any) -> None:
    """Hand something to the callback of whoever has `work` done; elsewhere it is dropped."""
    _callback(what)


@contextlib.contextmanager
def _reporting_to(callback: Callback) -> Iterator[None]:
    global _callback
    before, _callback = _callback, callback
    try:
        yield
    finally:
        _callback = before


def _hand_on(reports: Any, callback: Callback) -> None:
    with contextlib.suppress(queue.Empty):
        while True:
            callback(reports.get_nowait())


def _start(reports: Any, parent_pid: int) -> None:
    """Killed work leaves nobody behind; an interrupt is the parent's to handle."""
    global _callback
    _callback = reports.put
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # it was killed before we asked to be told
        os._exit(128 + signal.SIGHUP)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
