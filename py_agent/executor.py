# SPDX-License-Identifier: MIT
"""Where pieces of work are done: by processes of this machine, or by the nodes of a cluster."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from py_agent.side_by_side import (
    Callback,
    Item,
    Result,
    ignore,
    one_by_one,
    side_by_side,
)

if TYPE_CHECKING:
    from typing_extensions import Self


@runtime_checkable
class Movable(Protocol):
    """An item that names files."""

    def movable(self) -> Self:
        """The same, as it holds in any folder: files are named absolutely, and travel with it."""


class Executor(Protocol):
    """Calls a function for many items, some at a time."""

    @property
    def place(self) -> str:
        """Where this is done, in a few words."""

    def run(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        callback: Callback = ignore,
    ) -> Generator[tuple[int, Future[Result]]]:
        """Call `work` for every item. What comes out does not depend on where it is done.

        Args:
            work: importable by name, or a `functools.partial` of such; may call
                `py_agent.side_by_side.report`.
            items: what it is called with; those that are `Movable` are moved where they leave this
                machine.
            callback: called with what is reported.

        Yields:
            number of an item and what came of it, as each is done. Use it with `closing`: what is
            still going on then ends.
        """


@dataclasses.dataclass(frozen=True)
class LocalProcesses:
    """Processes of this machine.

    Attributes:
        jobs: how many at a time.

    Example:
        >>> sorted(future.result() for _, future in LocalProcesses(2).run(abs, [-3, 4]))
        [3, 4]
    """

    jobs: int

    @property
    def place(self) -> str:
        """How many there are."""
        return f"{self.jobs} processes"

    def run(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        callback: Callback = ignore,
    ) -> Generator[tuple[int, Future[Result]]]:
        """See `Executor.run`."""
        return side_by_side(work, items, self.jobs, callback)


class ThisProcess:
    """One after another in this process: no start of another, which takes a second.

    Example:
        >>> [future.result() for _, future in ThisProcess().run(abs, [-3, 4])]
        [3, 4]
    """

    place = "this process"

    def run(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        callback: Callback = ignore,
    ) -> Generator[tuple[int, Future[Result]]]:
        """See `Executor.run`."""
        return one_by_one(work, items, callback)
