# SPDX-License-Identifier: MIT
"""Runs the cells of a comparison, some at a time, each in a process of its own."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ns3_bridge import Ns3TwinError, ScenarioEnv
from py_agent import former_names
from py_agent.compare.comparison import Failure
from py_agent.compare.grid import Cell
from py_agent.compare.results_file import ResultsFile, RunResult
from py_agent.executor import Executor
from py_agent.experiment.run_data import frame_series
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.runner import Run
from py_agent.experiment.watching import MakeWatcher, Watcher

Callback = Callable[[Cell, str | None], None]  # a finished run, and why it failed if it did


class FilesChanged(Ns3TwinError):
    """Raised for a run of which nobody knows with which version of its files it was made."""


def execute(
    cells: Sequence[Cell],
    results: ResultsFile,
    executor: Executor,
    callback: Callback,
    make_watcher: MakeWatcher | None = None,
    hear: Callable[[Any], None] = lambda what: None,
) -> list[Failure]:
    """Run what has no result yet. A run that fails stops no other.

    Args:
        cells: what to run.
        results: where results are found and kept.
        executor: where they are run.
        callback: called with every run that has ended.
        make_watcher: importable by name; makes in each run's process who looks on there.
        hear: called here with what these `report` (`py_agent.side_by_side`).

    Returns:
        runs that have failed, whatever the reason, under all labels that they have; they have no
        result and are tried again next time. Also those whose files changed in the meantime.
    """
    alike: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell.key not in results:
            alike.setdefault(cell.key, []).append(cell)
    missing = [of_key[0] for of_key in alike.values()]
    failures = []
    work = functools.partial(_result_of, make_watcher=make_watcher)
    with closing(executor.run(work, missing, hear)) as ended:
        for number, future in ended:
            cell, error = missing[number], future.exception()
            if error is None and not cell.is_current():
                error = FilesChanged(
                    "its policy, program or other files changed while the comparison ran: "
                    "start it again"
                )
            if error is None:
                results.append(cell.key, future.result())
            else:
                reason = _reason(error)
                failures += [
                    Failure(one.label, one.variant, one.run.seed, reason) for one in alike[cell.key]
                ]
            callback(cell, None if error is None else str(error))
    return failures


def _result_of(cell: Cell, make_watcher: MakeWatcher | None) -> RunResult:
    name = ", ".join(filter(None, (cell.label, cell.variant, f"seed {cell.run.seed}")))
    return run_result(cell.run, None if make_watcher is None else make_watcher(name))


def run_result(
    settings: RunSettings, watcher: Watcher | None = None, env: ScenarioEnv | None = None
) -> RunResult:
    """Execute one run, in `env` if it is given; keep its summary and series of frames alone."""
    with tempfile.TemporaryDirectory(prefix="ns3-twin-compare-") as folder:
        kept_nowhere = {"log": "", "pcap": False}
        run = Run(settings.model_copy(update={"runs_dir": Path(folder), **kept_nowhere}), env)
        kept = run.execute(watcher=watcher)
        return RunResult(kept.read_summary(), frame_series(kept))


def _reason(error: BaseException) -> str:
    return str(error) if isinstance(error, Ns3TwinError) else f"{type(error).__name__}: {error}"


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
