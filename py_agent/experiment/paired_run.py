# SPDX-License-Identifier: MIT
"""A run and its baseline: two policies under the same seed, side by side."""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any

from py_agent.experiment.run_folder import FINISHED, RunFolder
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.runner import Run
from py_agent.side_by_side import report, side_by_side

Progress = Callable[[int, int, int], None]  # which run, slots done, slots in all
_SLOTS_PER_REPORT = 10


@dataclasses.dataclass(frozen=True)
class _Half:
    number: int
    settings: RunSettings


def execute_pair(run: RunSettings, baseline: RunSettings, progress: Progress) -> RunFolder:
    """Execute two runs that differ in their policy, each in a process of its own.

    Args:
        run: the one that is looked at.
        baseline: the other one.
        progress: called now and then with the number of a run, 0 or 1, its slots and all that it
            will have.

    Returns:
        folder of `run`, whose record names that of the baseline, beside it.

    Raises:
        BridgeError: a simulation failed; the other one ends, too. What was recorded stays.
        PolicyFailed: a policy did; likewise.
        WorkerDied: a process was killed; likewise.
    """
    halves = [_Half(0, run), _Half(1, baseline)]
    jobs = min(len(halves), os.cpu_count() or 1)
    folders = {}
    with closing(side_by_side(_execute, halves, jobs, lambda told: progress(*told))) as ended:
        for number, future in ended:
            folders[number] = future.result()
    folders[0].write_record(FINISHED, baseline=folders[1].path.name)
    return folders[0]


def baseline_of(folder: RunFolder) -> RunFolder | None:
    """The run that was made beside this one, if there was one and it still lies beside it."""
    name = folder.read_record().get("baseline")
    beside = RunFolder(folder.path.resolve().parent / str(name))
    return beside if name is not None and beside.settings.is_file() else None


def _execute(half: _Half) -> RunFolder:
    signal.signal(signal.SIGTERM, _interrupt)  # a run that is ended early writes that it was

    def tell(done: int, total: int) -> None:
        if done % _SLOTS_PER_REPORT == 0 or done == total:
            report((half.number, done, total))

    try:
        return Run(half.settings).execute(tell)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGTERM)


def _interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt
