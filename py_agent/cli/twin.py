# SPDX-License-Identifier: MIT
"""The commands for the digital twin."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from py_agent import former_names
from py_agent.cli.consoles import err, out
from py_agent.cli.executor import RayAddress, executor_of
from py_agent.whole_files import replace_text

if TYPE_CHECKING:
    from py_agent.fidelity.report import FidelityReport


def calibrate(
    runs: Annotated[list[Path], typer.Argument(help="Folders of finished runs of one network.")],
    output: Annotated[Path, typer.Option(help="File of parameters to write.")] = Path("twin.json"),
    is_trusted: Annotated[
        bool, typer.Option("--trust", help="Run a scenario program that a run names.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the parameters as JSON in the last line.")
    ] = False,
) -> None:
    """Learn the twin's constants from recorded runs; write them to a file."""
    from py_agent.calibration.calibrate import calibrate as learn
    from py_agent.view.tables import rows_table

    with err().status(f"learning from {len(runs)} runs"):
        parameters = learn(runs, is_trusted=is_trusted)
    parameters.save(output)
    if as_json:
        print(parameters.model_dump_json())
        return
    classes = parameters.traffic_classes
    rates = {f"tasks of a user, {law.name}": law.rate_hz for law in classes}
    rates = rates or {"tasks of a user": parameters.traffic.rate_hz}
    rows = [
        *(list(row) for row in parameters.radio.described()),
        ["interruption of handovers, median", f"{parameters.handover.interruption_median_s:.4f} s"],
        *([name, f"{rate_hz:.2f} 1/s while it is on"] for name, rate_hz in rates.items()),
        ["a turn every", f"{parameters.mobility.turn_s:.0f} s"],
    ]
    title = f"Learned from {parameters.provenance.slots} slots of {len(runs)} runs"
    out().print(rows_table(title, ["", "value"], rows))
    out().print(f"parameters  {output}", highlight=False)


def fidelity(
    scenario: Annotated[
        str, typer.Option(help="Name, or path of a scenario program.")
    ] = "cellular",
    seeds: Annotated[
        str | None,
        typer.Option(
            help="9101-9104 or 9101,9105; none of the calibration's.", show_default="9101-9104"
        ),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="10 users, 3 s ahead, 2 seeds: faster, and less certain."),
    ] = False,
    parameters: Annotated[
        Path | None,
        typer.Option(
            help="File of ns3-twin calibrate.",
            show_default="from fresh runs, seeds 1 and 2",
        ),
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", help="NAME=VALUE of a scenario setting. May be repeated."),
    ] = None,
    period: Annotated[
        float,
        typer.Option(help="Time between two reports of a user in seconds; 0: every slot.", min=0),
    ] = 0.0,
    loss: Annotated[
        float, typer.Option(help="Fraction of reports that is lost.", min=0, max=1)
    ] = 0.0,
    lead: Annotated[
        float | None,
        typer.Option(help="How long the twin follows first, in s.", show_default="5", min=0.1),
    ] = None,
    horizon: Annotated[
        float | None,
        typer.Option(help="How far it predicts, in s.", show_default="10", min=0.1),
    ] = None,
    policies: Annotated[
        str | None,
        typer.Option(
            help="Comma-separated policies.", show_default="random, strongest-… and load-…"
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(help="Seeds side by side.", show_default="one per core", min=1)
    ] = None,
    ray: RayAddress = None,
    output: Annotated[
        Path, typer.Option(help="Folder for figure and JSON; seeds that it has are not repeated.")
    ] = Path("runs/fidelity"),
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the measures as JSON in the last line.")
    ] = False,
) -> None:
    """Measure the twin against ns-3 on seeds that it has not seen, noise floors beside."""
    from py_agent.experiment.run_settings import load_run_settings
    from py_agent.experiment.seeds import parse_seeds
    from py_agent.fidelity.checkpoint import CheckpointSettings, whole_settings
    from py_agent.fidelity.measure import (
        Work,
        calibrate_for,
        measure,
        usual_policies,
    )
    from py_agent.folder_lock import locked
    from py_agent.twin.estimation.reporting import ReportingSettings
    from py_agent.twin.model.parameters import TwinParameters
    from py_agent.view.fidelity_figure import fidelity_figure
    from py_agent.view.figure_file import save_figure
    from py_agent.view.steps import StepsView

    size = ["n_ue=10"] if quick else []
    assigned = [*size, *(assignments or [])]
    given = load_run_settings(None, {}, assigned, unused=("ns3", "learning")).settings
    chosen = CheckpointSettings(
        settings=whole_settings(given, scenario),
        lead_s=lead or (2.0 if quick else 5.0),
        horizon_s=horizon or (3.0 if quick else 10.0),
        rollouts=32 if quick else 64,
        reporting=ReportingSettings(period_s=period, loss=loss),
        scenario=scenario,
    )
    wanted = parse_seeds(seeds or ("9101-9102" if quick else "9101-9104"))
    names = usual_policies(quick=quick) if policies is None else policies.split(",")
    with locked(output), executor_of(ray, jobs) as executor, StepsView(err()) as view:
        work = Work(
            folder=output / "parts",
            jobs=jobs or os.cpu_count() or 1,
            cluster=None if ray is None else executor,
            begin=lambda pieces: view.begin("fidelity", pieces),
            callback=lambda step: view.advance(step.name, step.doing, step.slots),
        )
        if parameters is None:
            recorded_s = 4.0 if quick else 20.0
            learned = calibrate_for(chosen.settings, recorded_s, work, scenario)
        else:
            learned = TwinParameters.load(parameters)
        report = measure(chosen, wanted, names, learned, work)
    save_figure(fidelity_figure(report), output / "fidelity.png")
    values = json.dumps(report.as_json())
    replace_text(output / "fidelity.json", values + "\n")
    learned.save(output / "twin.json")
    for seed, reason in report.failures.items():
        typer.secho(f"failed: {seed}: {reason}", fg="red", err=True)
    if as_json:
        print(values)
    else:
        _show(report, output)
    if report.failures:
        raise typer.Exit(1)


def _show(report: FidelityReport, output: Path) -> None:
    from py_agent.view.tables import rows_table

    rows = [
        [name, f"{value:.3f}", f"{report.floors[name]:.3f}" if name in report.floors else ""]
        for name, value in report.measures.items()
    ]
    title = f"Twin against ns-3, {len(report.physical_s)} seeds"
    out().print(rows_table(title, ["measure", "twin", "ns-3 against itself"], rows))
    delays_s = [report.physical_s, report.reseeded_s, report.twin_s]
    rows = [
        [name, *(f"{x[:, i].mean():.3f}" for x in delays_s), f"{report.ks[i]:.3f}"]
        for i, name in enumerate(report.policies)
    ]
    header = ["policy", "ns-3 (s)", "ns-3, other seed (s)", "twin (s)", "KS"]
    out().print(rows_table("Mean delay", header, rows))
    out().print(f"figure  {output / 'fidelity.png'}", highlight=False)


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
