# SPDX-License-Identifier: MIT
"""Runs the cells of a comparison side by side, each in a process of its own."""

from __future__ import annotations

import ctypes
import multiprocessing
import signal
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from ns3_bridge import BridgeError
from py_agent.compare.grid import Cell
from py_agent.compare.results_file import ResultsFile
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.runner import Run

Report = Callable[[Cell, str | None], None]  # a finished run, and why it failed if it did

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def execute(cells: Sequence[Cell], results: ResultsFile, jobs: int, report: Report) -> list[str]:
    """Run what has no result yet.

    Args:
        cells: what to run.
        results: where results are found and kept.
        jobs: runs side by side.
        report: told of every run that has ended.

    Returns:
        what went wrong, one text per failed run; it has no result and is tried again next time.
    """
    missing = {cell.key: cell for cell in cells if cell.key not in results}
    failures = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=_die_with_parent) as pool:
        futures = {pool.submit(run_summary, cell.run): cell for cell in missing.values()}
        try:
            for future in as_completed(futures):
                cell = futures[future]
                error = future.exception()
                if error is None:
                    results.append(cell.key, future.result())
                elif isinstance(error, BridgeError):
                    failures.append(f"{cell.label}, seed {cell.run.seed}, {cell.variant}: {error}")
                else:
                    raise error
                report(cell, None if error is None else str(error))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.terminate()
            raise
    return failures


def run_summary(settings: RunSettings) -> dict[str, Any]:
    """Execute one run and keep its summary alone."""
    with tempfile.TemporaryDirectory(prefix="ns3-twin-compare-") as folder:
        run = Run(settings.model_copy(update={"runs_dir": Path(folder)}))
        return run.execute().read_summary()


def _die_with_parent() -> None:
    """A killed comparison leaves nobody behind; an interrupt is the parent's to handle."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
