# SPDX-License-Identifier: MIT
"""The commands for the digital twin."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from py_agent.cli_errors import errors_as_messages
from py_agent.view.tables import rows_table

_out = Console()
_err = Console(stderr=True)


def calibrate(
    runs: Annotated[list[Path], typer.Argument(help="Folders of finished runs of one network.")],
    output: Annotated[Path, typer.Option(help="The file of parameters to write.")] = Path(
        "twin.json"
    ),
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the parameters as JSON, last line.")
    ] = False,
) -> None:
    """Learn the twin's constants from recorded runs; write them to a file."""
    with errors_as_messages():
        from py_agent.twin.calibration.calibrate import calibrate as learn  # scikit-learn is slow

        with _err.status(f"learning from {len(runs)} runs"):
            parameters = learn(runs)
        parameters.save(output)
    if as_json:
        print(parameters.model_dump_json())
        return
    channel, uplink = parameters.channel, parameters.uplink
    rows = [
        ["path-loss exponent by cell", " ".join(f"{n:.2f}" for n in channel.exponent)],
        ["spread of received power", f"{channel.residual_sd_db:.1f} dB"],
        ["decorrelation distance", f"{channel.decorrelation_m:.0f} m"],
        ["interference on sounding signals by cell", _decibels(uplink.interference_rise_db)],
        ["spread of their SINR", f"{uplink.sd_db:.1f} dB, for {uplink.correlation_s:.1f} s"],
        ["fastest upload", f"{parameters.rate.largest_bps / 1e6:.1f} Mbit/s"],
        ["interruption of handovers, median", f"{parameters.handover.interruption_median_s:.4f} s"],
        ["tasks of a user", f"{parameters.traffic.rate_hz:.2f} 1/s while it is on"],
        ["a turn every", f"{parameters.mobility.turn_s:.0f} s"],
    ]
    title = f"Learned from {parameters.provenance.slots} slots of {len(runs)} runs"
    _out.print(rows_table(title, ["", "value"], rows))
    _out.print(f"parameters  {output}", highlight=False)


def _decibels(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:.1f}" for value in values) + " dB"


def add_commands(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(calibrate)
