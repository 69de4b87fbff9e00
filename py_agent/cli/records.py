# SPDX-License-Identifier: MIT
"""The commands for what runs have recorded."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from py_agent import former_names
from py_agent.cli.errors import errors_as_messages


def replay(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Simulate a run again with its recorded actions; say whether every bit is the same."""
    with errors_as_messages():
        from py_agent.experiment.replay import replay as replay_run

        result = replay_run(run)
    if as_json:
        print(json.dumps({**dataclasses.asdict(result), "is_bit_equal": result.is_bit_equal}))
    elif result.is_bit_equal:
        print(f"bit-equal: {result.slots} slots")
    else:
        fields = ", ".join(result.different_fields)
        print(f"different from slot {result.different_slot} on: {fields}")
    if not result.is_bit_equal:
        raise typer.Exit(1)


def export(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs under the same settings.")],
    dataset: Annotated[str, typer.Option(help="Name of the data set, e.g. ns3/cellular-v0.")],
    author: Annotated[str, typer.Option(help="For the metadata.")] = "unknown",
    author_email: Annotated[str, typer.Option(help="For the metadata.")] = "unknown",
) -> None:
    """Make a Minari data set of runs, an episode each, for offline reinforcement learning."""
    with errors_as_messages():
        from ns3_bridge import InvalidSetting

        try:
            from py_agent.experiment.minari_export import export as export_runs
        except ModuleNotFoundError as error:
            raise InvalidSetting(
                f"{error.name} is missing: pip install 'ns3-twin[offline]'"
            ) from error
        made = export_runs(runs, dataset, author, author_email)
        episodes, steps = made.total_episodes, made.total_steps
    print(f"{dataset}: {episodes} episodes, {steps} slots, in {made.storage.data_path}")


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
