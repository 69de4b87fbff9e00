# SPDX-License-Identifier: MIT
"""A run and its baseline: two policies under the same seed, side by side."""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any, NamedTuple

from ns3_bridge import InvalidSetting
from py_agent.experiment.run_folder import FINISHED, RunFolder
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.runner import Run
from py_agent.experiment.watching import MakeWatcher
from py_agent.side_by_side import report, side_by_side

Progress = Callable[[int, int, int | None], None]  # which run, slots done, slots in all
_SLOTS_PER_REPORT = 10


@dataclasses.dataclass(frozen=True)
class _Half:
    number: int
    settings: RunSettings
    make_watcher: MakeWatcher | None


class _Done(NamedTuple):
    number: int
    slots: int
    total: int | None


def execute_pair(
    run: RunSettings,
    baseline: RunSettings,
    progress: Progress,
    make_watcher: MakeWatcher | None = None,
    hear: Callable[[Any], None] = lambda what: None,
) -> RunFolder:
    """Execute two runs that differ in their policy, each in a process of its own.

    Args:
        run: the one that is looked at.
        baseline: the other one.
        progress: called now and then with the number of a run, 0 or 1, its slots and all that it
            will have.
        make_watcher: makes in each process who looks on there.
        hear: called here with what these `report` (`py_agent.side_by_side`).

    Returns:
        folder of `run`, whose record names that of the baseline, beside it.

    Raises:
        BridgeError: a simulation failed; the other one ends, too. What was recorded stays.
        PolicyFailed: a policy did; likewise.
        WorkerDied: a process was killed; likewise.
    """
    halves = [_Half(0, run, make_watcher), _Half(1, baseline, make_watcher)]

    def take(told: Any) -> None:
        progress(*told) if isinstance(told, _Done) else hear(told)

    jobs = min(len(halves), os.cpu_count() or 1)
    folders = {}
    with closing(side_by_side(_execute, halves, jobs, take)) as ended:
        for number, future in ended:
            folders[number] = future.result()
    folders[0].write_record(FINISHED, baseline=folders[1].path.name)
    return folders[0]


def check_pair(run: RunSettings, baseline: RunSettings) -> None:
    """Check that two runs can be told apart and compared.

    Raises:
        InvalidSetting: they are the same, or users have models in one of them alone.
    """
    if run == baseline:
        raise InvalidSetting(f"--baseline {baseline.policy}: it is the same run, policy and all")
    if (run.retrain is None) != (baseline.retrain is None):
        without, rule = (run, baseline.retrain) if run.retrain is None else (baseline, run.retrain)
        raise InvalidSetting(
            f"--baseline: under {rule} users have models that take time to retrain, and under "
            f"{without.policy} they have none: give both a retraining rule (--retrain, POLICY@RULE)"
        )


def baseline_of(folder: RunFolder) -> RunFolder | None:
    """The finished run that was made beside this one, if it still lies beside it."""
    name = folder.read_record().get("baseline")
    beside = RunFolder(folder.path.resolve().parent / str(name))
    return beside if name is not None and beside.summary.is_file() else None


def _execute(half: _Half) -> RunFolder:
    before = signal.signal(signal.SIGTERM, _interrupt)  # so that it writes down that it was ended

    def tell(done: int, total: int | None) -> None:
        if done % _SLOTS_PER_REPORT == 0 or done == total:
            report(_Done(half.number, done, total))

    try:
        watcher = None if half.make_watcher is None else half.make_watcher(None)
        return Run(half.settings).execute(tell, watcher)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt
