# SPDX-License-Identifier: MIT
"""How the command line executes a run and shows its result."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from py_agent.cli.clock import Laps
from py_agent.cli.consoles import err, out
from py_agent.cli.live import shown_on

if TYPE_CHECKING:
    from rich.progress import Progress

    from py_agent.experiment.run_folder import RunFolder
    from py_agent.experiment.run_settings import RunSettings
    from py_agent.experiment.runner import Run
    from py_agent.live.server import LiveServer


def execute_and_show(
    run: Run, title: str, *, as_json: bool, page: LiveServer | None = None
) -> None:
    """Execute a run under a progress bar, write its report, print its summary.

    Args:
        run: what to execute.
        title: what the progress bar says.
        as_json: print the summary as one line of JSON instead of a table.
        page: shows it meanwhile.

    Raises:
        BridgeError: the simulation failed.
    """
    laps = Laps()
    folder = _execute(run, title, laps, page)
    if as_json:
        print(json.dumps(folder.read_summary()))
    else:
        _show(folder)
        _show_time(laps)
    if page is not None:
        say_how_to_view([folder])


def say_how_to_view(folders: Sequence[RunFolder]) -> None:
    """Print the command that shows runs in the browser again."""
    runs = shlex.join(str(folder.path) for folder in folders)
    err().print(f"again   ns3-twin view {runs}", highlight=False, soft_wrap=True)


def execute_beside(
    settings: RunSettings,
    baseline: RunSettings,
    title: str,
    *,
    as_json: bool,
    page: LiveServer | None = None,
) -> None:
    """Execute a run and its baseline side by side, write their reports, print both.

    Args:
        settings: of the run.
        baseline: of the other one, with another policy.
        title: what the progress bar says of the run.
        as_json: print ``{"run": …, "baseline": …, "sentence": …}`` as one line instead of a table.
        page: shows both meanwhile.

    Raises:
        BridgeError: a simulation failed.
    """
    from py_agent.experiment.paired_run import baseline_of, execute_pair

    laps = Laps()
    with _progress() as bar:
        titles = title, f"baseline · {baseline.policy}"
        tasks = [bar.add_task(name, total=None) for name in titles]
        folder = execute_pair(
            settings,
            baseline,
            lambda number, done, slots: bar.update(tasks[number], completed=done, total=slots),
            **shown_on(page),
        )
    laps.end("simulation")

    from py_agent.view.pair_table import pair_sentence
    from py_agent.view.report import write_report  # matplotlib takes a second to import
    from py_agent.view.tables import pair_table

    other = baseline_of(folder)
    assert other is not None  # it has just been made
    write_report(folder)
    write_report(other)
    laps.end("reports")
    summaries = folder.read_summary(), other.read_summary()
    sentence = pair_sentence(*summaries)
    if page is not None:
        say_how_to_view([folder])
    if as_json:
        print(json.dumps({"run": summaries[0], "baseline": summaries[1], "sentence": sentence}))
        return
    out().print(pair_table(*summaries))
    out().print(sentence, highlight=False)
    _show_files(folder)
    _show_time(laps)


def execute_seeds(
    settings: RunSettings,
    seeds: Sequence[int],
    title: str,
    *,
    as_json: bool,
    page: LiveServer | None = None,
) -> None:
    """Execute one run per seed, print each summary and the mean of their numbers.

    Args:
        settings: of all runs but for the seed.
        seeds: of each run.
        title: what the progress bar says, beside the seed.
        as_json: print ``{"mean": …, "runs": […]}`` as one line instead of tables.
        page: shows them meanwhile.

    Raises:
        BridgeError: a simulation failed.
    """
    from py_agent.experiment.runner import Run
    from py_agent.experiment.seeds import mean_over_seeds
    from py_agent.view.tables import rows_table

    laps = Laps()
    summaries, folders = [], []
    for seed in seeds:
        run = Run(settings.model_copy(update={"seed": seed}))
        folder = _execute(run, f"{title} · seed {seed}", laps, page)
        folders.append(folder)
        summaries.append(folder.read_summary())
        if not as_json:
            _show(folder)
    mean = mean_over_seeds(summaries)
    if as_json:
        print(json.dumps({"mean": mean, "runs": summaries}))
    else:
        rows = [[name, f"{value:.4g}"] for name, value in mean.items()]
        out().print(rows_table(f"Mean over {len(seeds)} seeds", ["", "value"], rows))
        _show_time(laps)
    if page is not None:
        say_how_to_view(folders)


def _execute(run: Run, title: str, laps: Laps, page: LiveServer | None) -> RunFolder:
    with _progress() as bar:
        task = bar.add_task(title, total=run.slots)
        try:
            folder = run.execute(
                lambda done, _total: bar.update(task, completed=done),
                None if page is None else page.watcher(),
            )
        except KeyboardInterrupt:
            if run.folder is not None:
                kept = f"recorded until then: {run.folder.path}"
                err().print(kept, highlight=False, soft_wrap=True)
            raise
    laps.end("simulation")

    from py_agent.view.report import write_report  # matplotlib takes a second to import

    write_report(folder)
    laps.end("report")
    return folder


def _show(folder: RunFolder) -> None:
    from py_agent.view.tables import result_table

    out().print(result_table(folder.read_summary()))
    _show_files(folder)


def _show_files(folder: RunFolder) -> None:
    out().print(
        f"figure  {folder.figure}\nreport  {folder.report}", highlight=False, soft_wrap=True
    )


def _show_time(laps: Laps) -> None:
    out().print(f"time    {laps}", highlight=False)


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
