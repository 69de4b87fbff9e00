# SPDX-License-Identifier: MIT
"""How the command line executes a run and shows its result."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from py_agent.cli.consoles import err, out

if TYPE_CHECKING:
    from rich.progress import Progress

    from py_agent.experiment.run_folder import RunFolder
    from py_agent.experiment.run_settings import RunSettings
    from py_agent.experiment.runner import Run


def execute_and_show(run: Run, title: str, *, as_json: bool) -> None:
    """Execute a run under a progress bar, write its report, print its summary.

    Args:
        run: what to execute.
        title: what the progress bar says.
        as_json: print the summary as one line of JSON instead of a table.

    Raises:
        BridgeError: the simulation failed.
    """
    folder = _execute(run, title)
    if as_json:
        print(json.dumps(folder.read_summary()))
    else:
        _show(folder)


def execute_seeds(
    settings: RunSettings, seeds: Sequence[int], title: str, *, as_json: bool
) -> None:
    """Execute one run per seed, print each summary and the mean of their numbers.

    Args:
        settings: of all runs but for the seed.
        seeds: of each run.
        title: what the progress bar says, beside the seed.
        as_json: print ``{"mean": …, "runs": […]}`` as one line instead of tables.

    Raises:
        BridgeError: a simulation failed.
    """
    from py_agent.experiment.runner import Run
    from py_agent.experiment.seeds import mean_over_seeds
    from py_agent.view.tables import rows_table

    summaries = []
    for seed in seeds:
        run = Run(settings.model_copy(update={"seed": seed}))
        folder = _execute(run, f"{title} · seed {seed}")
        summaries.append(folder.read_summary())
        if not as_json:
            _show(folder)
    mean = mean_over_seeds(summaries)
    if as_json:
        print(json.dumps({"mean": mean, "runs": summaries}))
    else:
        rows = [[name, f"{value:.4g}"] for name, value in mean.items()]
        out().print(rows_table(f"Mean over {len(seeds)} seeds", ["", "value"], rows))


def _execute(run: Run, title: str) -> RunFolder:
    with _progress() as bar:
        task = bar.add_task(title, total=run.slots)
        folder = run.execute(lambda done, _total: bar.update(task, completed=done))

    from py_agent.view.report import write_report  # matplotlib takes a second to import

    write_report(folder)
    return folder


def _show(folder: RunFolder) -> None:
    from py_agent.view.tables import result_table

    out().print(result_table(folder.read_summary()))
    out().print(
        f"figure  {folder.figure}\nreport  {folder.report}", highlight=False, soft_wrap=True
    )


def _progress() -> Progress:
    from rich import progress

    return progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("slots"),
        progress.TimeRemainingColumn(),
        console=err(),
        transient=True,
        disable=not err().is_terminal,
    )
