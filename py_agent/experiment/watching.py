# SPDX-License-Identifier: MIT
"""Who may look on while a run goes on: lent by whoever shows it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from py_agent.contract import Network, Observation, Policy
from py_agent.driver import Slot
from py_agent.experiment.run_settings import RunSettings


@dataclasses.dataclass(frozen=True)
class Begun:
    """A run that begins.

    Attributes:
        settings: of the run.
        network: as its policy knows it.
        policy: has begun.
        slots: slots that the run will have; None: nobody knows.
        time_s: simulated time of the first slot.
        observation: of the first slot.
        folder: of the run.
    """

    settings: RunSettings
    network: Network
    policy: Policy
    slots: int | None
    time_s: float
    observation: Observation
    folder: Path


class Watcher(Protocol):
    """Looks on. What it raises ends the run; it changes nothing that it is shown.

    Example:
        >>> class Counts:
        ...     slots = 0
        ...
        ...     def begin(self, run): ...
        ...
        ...     def follow(self, slot):
        ...         self.slots += 1
        ...
        ...     def take(self, records): ...
        ...
        ...     def end(self, status, reason): ...
        >>> watcher: Watcher = Counts()
    """

    def begin(self, run: Begun) -> None:
        """The first slot begins."""

    def follow(self, slot: Slot) -> None:
        """A slot has passed."""

    def take(self, records: Mapping[str, NDArray[Any]]) -> None:
        """Rows written since the last call: per table a structured array ``[n_rows]``."""

    def end(self, status: str, reason: str) -> None:
        """The run has ended.

        Args:
            status: ``finished``, ``failed`` or ``interrupted``.
            reason: why it did not finish.
        """


#: Makes, in a process that a run has of its own, who looks on there; importable by name, and called
#: with what the run is called; None: by its policy and seed.
MakeWatcher = Callable[[str | None], Watcher]


class Nobody:
    """Looks away: the watcher of a run that nobody watches.

    Example:
        >>> Nobody().end("finished", "")
    """

    def begin(self, run: Begun) -> None:
        """Nothing."""

    def follow(self, slot: Slot) -> None:
        """Nothing."""

    def take(self, records: Mapping[str, NDArray[Any]]) -> None:
        """Nothing."""

    def end(self, status: str, reason: str) -> None:
        """Nothing."""
