# SPDX-License-Identifier: MIT
"""Runs the cells of a comparison side by side, each in a process of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ns3_bridge import BridgeError
from py_agent import former_names
from py_agent.compare.grid import Cell
from py_agent.compare.results_file import ResultsFile
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.runner import Run
from py_agent.side_by_side import side_by_side

Callback = Callable[[Cell, str | None], None]  # a finished run, and why it failed if it did


def execute(
    cells: Sequence[Cell], results: ResultsFile, jobs: int, callback: Callback
) -> list[str]:
    """Run what has no result yet.

    Args:
        cells: what to run.
        results: where results are found and kept.
        jobs: runs side by side.
        callback: called with every run that has ended.

    Returns:
        what went wrong, one text per failed run; it has no result and is tried again next time.
    """
    missing = list({cell.key: cell for cell in cells if cell.key not in results}.values())
    failures = []
    with closing(side_by_side(run_summary, [cell.run for cell in missing], jobs)) as ended:
        for number, future in ended:
            cell, error = missing[number], future.exception()
            if error is None:
                results.append(cell.key, future.result())
            elif isinstance(error, BridgeError):
                failures.append(f"{cell.label}, seed {cell.run.seed}, {cell.variant}: {error}")
            else:
                raise error
            callback(cell, None if error is None else str(error))
    return failures


def run_summary(settings: RunSettings) -> dict[str, Any]:
    """Execute one run and keep its summary alone."""
    with tempfile.TemporaryDirectory(prefix="ns3-twin-compare-") as folder:
        run = Run(settings.model_copy(update={"runs_dir": Path(folder)}))
        return run.execute().read_summary()


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
