# SPDX-License-Identifier: MIT
"""How the command line executes a run and shows its result."""

from __future__ import annotations

import json

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from py_agent.experiment.runner import Run
from py_agent.view.tables import result_table

_out = Console()
_err = Console(stderr=True)


def execute_and_show(run: Run, title: str, *, as_json: bool) -> None:
    """Execute a run under a progress bar, write its report, print its summary.

    Args:
        run: what to execute.
        title: what the progress bar says.
        as_json: print the summary as one line of JSON instead of a table.

    Raises:
        BridgeError: the simulation failed.
    """
    with _progress() as bar:
        task = bar.add_task(title, total=run.slots)
        folder = run.execute(lambda done, _total: bar.update(task, completed=done))

    from py_agent.view.report import write_report  # matplotlib takes a second to import

    write_report(folder)
    summary = folder.read_summary()
    if as_json:
        print(json.dumps(summary))
    else:
        _out.print(result_table(summary))
        _out.print(f"figure  {folder.figure}\nreport  {folder.report}", highlight=False)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("slots"),
        TimeRemainingColumn(),
        console=_err,
        transient=True,
        disable=not _err.is_terminal,
    )
