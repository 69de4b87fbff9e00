# SPDX-License-Identifier: MIT
"""How far a long piece of work is: bars on a terminal, else a line now and then."""

from __future__ import annotations

import time
from collections.abc import Mapping

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

_LINE_EVERY_S = 15.0


class StepsView:
    """Shows pieces that are worked on side by side, and what remains of all of them.

    Args:
        console: where.

    Example:
        >>> import io
        >>> screen = io.StringIO()
        >>> with StepsView(Console(file=screen, force_terminal=True, width=100)) as view:
        ...     view.begin("runs", {"seed 1": 250, "seed 2": 250})
        ...     view.advance("seed 1", "in ns-3", steps=50)
        >>> "seed 1: in ns-3" in screen.getvalue()
        True
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._terminal = console.is_terminal
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
        self._bars = Progress(
            *columns,
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not self._terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._all: TaskID | None = None
        self._total = self._done = 0
        self._begin_s = self._line_s = time.monotonic()

    def __enter__(self) -> StepsView:
        self._bars.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bars.stop()

    def begin(self, what: str, pieces: Mapping[str, int]) -> None:
        """Work on these begins.

        Args:
            what: it is.
            pieces: steps of each, by name.
        """
        for task in list(self._bars.task_ids):
            self._bars.remove_task(task)
        self._total, self._done = sum(pieces.values()), 0
        self._begin_s = self._line_s = time.monotonic()
        self._all = self._bars.add_task(what, total=self._total)
        self._tasks = {name: self._bars.add_task(name, total=n) for name, n in pieces.items()}

    def advance(self, name: str, doing: str, steps: int) -> None:
        """A piece has gone on.

        Args:
            name: of the piece.
            doing: what is done of it now.
            steps: since the last time.
        """
        self._done += steps
        if self._all is not None:
            self._bars.advance(self._all, steps)
            self._bars.update(self._tasks[name], advance=steps, description=f"{name}: {doing}")
        now_s = time.monotonic()
        if not self._terminal and now_s - self._line_s >= _LINE_EVERY_S and self._done:
            left_s = (now_s - self._begin_s) * (self._total / self._done - 1)
            self._console.print(
                f"{100 * self._done / self._total:3.0f} %, {left_s:.0f} s left; {name}: {doing}",
                highlight=False,
            )
            self._line_s = now_s
