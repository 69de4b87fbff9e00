# SPDX-License-Identifier: MIT
"""Starts of simulators: by one thread that lasts, and many side by side that can be given up."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, ParamSpec, TypeVar

from ns3_bridge.errors import StartGivenUp

_P = ParamSpec("_P")
_T = TypeVar("_T")

_PATROL_S = 0.05


class Starts:
    """Calls that run side by side, each in a thread; those for simulators can be given up.

    >>> Starts().submit(pow, 2, 10).result()
    1024
    """

    def __init__(self) -> None:
        self._given_up = threading.Event()
        self._ends: queue.SimpleQueue[None] = queue.SimpleQueue()

    def submit(self, call: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Begin a call; the future holds what comes of it."""
        future: Future[_T] = Future()
        given_up = self._given_up

        def run() -> None:
            _here.given_up = given_up
            _fulfil(future, lambda: call(*args, **kwargs))
            self._ends.put(None)

        threading.Thread(target=run).start()
        return future

    def await_an_end(self) -> None:
        """Return when a call has ended since the last time, or after a patrol of 50 ms.

        Python loses an interrupt that comes just before a wait until that wait is over; and in
        `concurrent.futures.wait` one may leave locks behind that calls need in order to end.
        """
        with contextlib.suppress(queue.Empty):
            self._ends.get(timeout=_PATROL_S)

    def give_up(self) -> None:
        """Let all that wait in these calls for a simulator fail, with `StartGivenUp`."""
        self._given_up.set()
        self._given_up = threading.Event()


def check_wanted() -> None:
    """Called now and then by who waits for a simulator's start.

    Raises:
        StartGivenUp: this is one of the calls of `Starts` and was given up, or the program ends.
    """
    given_up = getattr(_here, "given_up", None)
    if given_up is not None and (given_up.is_set() or not threading.main_thread().is_alive()):
        raise StartGivenUp("the start was given up: the program was interrupted or ends")


def in_lasting_thread(call: Callable[[], _T]) -> _T:
    """Make a call in a thread that lasts as long as the process.

    The kernel kills a simulator as soon as the thread ends that started it. And an interrupt is
    Python's main thread's: it never falls between the start of a process and the note of who has
    to end it. What nobody waits for any more is dropped, and so ended.
    """
    global _thread
    with _lock:
        if _thread is None:
            _thread = _Lasting()
            _thread.start()
        thread = _thread
    future: Future[_T] = Future()
    thread.calls.put((future, call))
    return future.result()


class _Lasting(threading.Thread):
    def __init__(self) -> None:
        super().__init__(daemon=True, name="ns3-twin-starts")
        self.calls: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = queue.SimpleQueue()

    def run(self) -> None:
        while True:
            _fulfil(*self.calls.get())


def _fulfil(future: Future[_T], call: Callable[[], _T]) -> None:
    try:
        future.set_result(call())
    except BaseException as error:
        future.set_exception(error)


_here = threading.local()
_lock = threading.Lock()
_thread: _Lasting | None = None


def _forget() -> None:
    """In a fork of ours: the thread is our parent's."""
    global _lock, _thread
    _lock, _thread = threading.Lock(), None


os.register_at_fork(after_in_child=_forget)
