# SPDX-License-Identifier: MIT
"""The commands for what runs have recorded."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from py_agent import former_names

IsTrusted = Annotated[
    bool, typer.Option("--trust", help="Run a scenario program that a run names.")
]


def replay(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    is_trusted: IsTrusted = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Simulate a run again with its recorded actions; say whether every bit is the same."""
    from py_agent.experiment.replay import replay as replay_run

    result = replay_run(run, is_trusted=is_trusted)
    if as_json:
        print(json.dumps({**dataclasses.asdict(result), "is_bit_equal": result.is_bit_equal}))
    elif result.is_bit_equal:
        print(f"bit-equal: {result.slots} slots")
    else:
        fields = ", ".join(result.different_fields)
        print(f"different from slot {result.different_slot} on: {fields}")
    if result.early_end:
        _say_early_end(run, result.early_end)
    if not result.is_bit_equal:
        raise typer.Exit(1)


def report(run: Annotated[Path, typer.Argument(help="Folder of a run.")]) -> None:
    """Draw figure and page of a run again, also of one that was interrupted."""
    from py_agent.experiment.run_data import recorded_run
    from py_agent.view.report import write_report  # matplotlib takes a second

    folder = recorded_run(run)
    write_report(folder)
    if reason := folder.early_end():
        _say_early_end(run, reason)
    print(f"figure  {folder.figure}\nreport  {folder.report}")


def export(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs under the same settings.")],
    dataset: Annotated[str, typer.Option(help="Name of the data set, e.g. ns3/cellular-v0.")],
    author: Annotated[str, typer.Option(help="Author in the metadata.")] = "unknown",
    author_email: Annotated[str, typer.Option(help="Address in the metadata.")] = "unknown",
    is_trusted: IsTrusted = False,
) -> None:
    """Make a Minari data set of runs, an episode each, for offline reinforcement learning."""
    from ns3_bridge import InvalidSetting

    try:
        from py_agent.experiment.minari_export import export as export_runs
    except ModuleNotFoundError as error:
        raise InvalidSetting(f"{error.name} is missing: pip install 'ns3-twin[offline]'") from error
    from py_agent.experiment.run_folder import RunFolder

    made = export_runs(runs, dataset, author, author_email, is_trusted=is_trusted)
    episodes, steps = made.total_episodes, made.total_steps
    for run in runs:
        if reason := RunFolder(run).early_end():
            _say_early_end(run, reason)
    print(f"{dataset}: {episodes} episodes, {steps} slots, in {made.storage.data_path}")


def _say_early_end(run: Path, reason: str) -> None:
    typer.secho(f"{run} ended early: {reason}", fg="yellow", err=True)


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
