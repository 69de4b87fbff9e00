# SPDX-License-Identifier: MIT
"""What it costs a run to be watched, with no page and with one.

Processor time that following slots takes in the thread of the run, beside all that thread and ns-3
take; what sends messages works in another thread.
"""

from __future__ import annotations

import contextlib
import resource
import tempfile
import threading
import time
from pathlib import Path

from rich.table import Table
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from py_agent.driver import Slot
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.runner import Run
from py_agent.live.messages import Message
from py_agent.live.server import LiveServer
from py_agent.live.watcher import LiveWatcher
from py_agent.view.tables import rows_table

_POLICIES = ("srpt", "twin-fill")
_DURATION_S = 10.0


class _Timed(LiveWatcher):
    """Adds up the processor time that following slots takes, and the bytes of their messages."""

    def __init__(self, server: LiveServer) -> None:
        super().__init__("1", self._publish_on)
        self._server = server
        self.spent_s, self.slot_bytes = 0.0, 0

    def _publish_on(self, message: Message) -> None:
        self._server.publish(message)
        self.slot_bytes += message.size

    def follow(self, slot: Slot) -> None:
        start_s = time.thread_time()
        super().follow(slot)
        self.spent_s += time.thread_time() - start_s


def measure() -> Table:
    """The default network for ten seconds, under a policy without a twin and one with one."""
    rows = [_row(policy, pages) for policy in _POLICIES for pages in (0, 1)]
    header = ["policy", "pages", "µs per slot", "of the run", "kB per slot"]
    return rows_table("Publishing a run of 20 users and 3 base stations", header, rows)


def _row(policy: str, pages: int) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        settings = {"duration_s": _DURATION_S}
        run = Run(RunSettings(policy=policy, settings=settings, runs_dir=Path(folder)))
        server = LiveServer()
        watcher = _Timed(server)
        readers = [threading.Thread(target=_read, args=(server.url,)) for _ in range(pages)]
        for reader in readers:
            reader.start()
        while server.visits < pages:
            time.sleep(0.01)
        before_s = _processor_s()
        run.execute(watcher=watcher)
        run_s = _processor_s() - before_s
        server.close(linger_s=10.0)
        for reader in readers:
            reader.join()
    return [
        *(policy, str(pages), f"{1e6 * watcher.spent_s / run.slots:.0f}"),
        *(f"{watcher.spent_s / run_s:.2%}", f"{watcher.slot_bytes / run.slots / 1e3:.1f}"),
    ]


def _processor_s() -> float:
    """Of this thread, and of simulators that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.thread_time() + ended.ru_utime + ended.ru_stime


def _read(url: str) -> None:
    with (
        contextlib.suppress(ConnectionClosed),
        connect(url.replace("http", "ws") + "live", max_size=None) as page,
    ):
        while True:
            page.recv()
