# SPDX-License-Identifier: MIT
"""The command ``ns3-twin capacity``."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from py_agent.cli.consoles import err, out
from py_agent.cli.preset import Preset, with_preset

if TYPE_CHECKING:
    from py_agent.capacity.long_runs import LongRuns, Outcome
    from py_agent.capacity.verdict import Verdict

_RULES = "load-fill,strongest-fill,load-srpt"
_RULES_WITH_MODELS = "load-fill@spare,strongest-fill@spare,load-fill@need-calibrated"
_OF_MODELS = ("learning.", "retraining.")


def capacity(
    policies: Annotated[
        str | None,
        typer.Option(
            help="Rules to try in the twin, POLICY or POLICY@RULE.",
            show_default=f"{_RULES_WITH_MODELS}; without models {_RULES}",
        ),
    ] = None,
    association: Annotated[
        str, typer.Option(help="Association rule for the load per cell.")
    ] = "strongest",
    scenario: Annotated[
        str | None,
        typer.Option(help="Name, or path of a scenario program.", show_default="cellular"),
    ] = None,
    retrain: Annotated[
        str | None, typer.Option(help="Retraining rule of policies that name none.")
    ] = None,
    preset: Preset = None,
    config: Annotated[Path | None, typer.Option(help="YAML file with settings.")] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="NAME=VALUE; a setting of learning or retraining gives users models.",
        ),
    ] = None,
    seeds: Annotated[
        str, typer.Option(help="Seeds of the starts on ns-3 that loads are computed from.")
    ] = "1-20",
    networks: Annotated[int, typer.Option(help="Networks of the twin per rule.", min=5)] = 32,
    duration: Annotated[
        float, typer.Option(help="Simulated seconds per network, warm-up included.", min=1)
    ] = 180.0,
    jobs: Annotated[
        int | None, typer.Option(help="Rules side by side.", show_default="one per core", min=1)
    ] = None,
    is_trusted: Annotated[
        bool, typer.Option("--trust", help="Run programs and modules that --config names.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all findings as JSON in the last line.")
    ] = False,
) -> None:
    """Compare what users ask for with what there is; find out whether a rule can keep up."""
    from ns3_bridge import InvalidSetting
    from py_agent.capacity.long_runs import LongRuns
    from py_agent.capacity.survey import survey
    from py_agent.capacity.verdict import verdict
    from py_agent.compare.grid import Grid
    from py_agent.experiment.run_settings import load_run_settings
    from py_agent.experiment.seeds import parse_seeds
    from py_agent.twin.errors import UnsuitableNetwork

    given = {"scenario": scenario, "retrain": retrain}
    overrides = with_preset(preset, config, given)
    of_file = load_run_settings(config, overrides, [], is_trusted=is_trusted)
    of_models = [text for text in assignments or [] if text.startswith(_OF_MODELS)]
    if of_file.learning != type(of_file.learning)():
        of_models.append("settings of learning in --config")
    has_models = of_file.retrain is not None or bool(of_models)
    usual = _RULES_WITH_MODELS if has_models else _RULES
    grid = Grid(
        policies=(policies or usual).split(","),
        seeds=[1],
        config=config,
        overrides=overrides,
        assignments=assignments or [],
        is_trusted=is_trusted,
    )
    works = [LongRuns(cell.run, networks, duration) for cell in grid.cells()]
    with_models = [work.run for work in works if work.run.retrain is not None]
    if of_models and not with_models:
        raise InvalidSetting(
            f"{of_models[0]}: no user has a model, for no policy names a retraining rule; "
            f"e.g. {works[0].run.policy}@spare"
        )
    with err().status("starting networks on ns-3"):
        found = survey((with_models or [works[0].run])[0], parse_seeds(seeds), association)
    try:
        with err().status(f"trying {len(works)} rules in {networks} networks of the twin"):
            outcomes = _outcomes(works, jobs or os.cpu_count() or 1)
    except UnsuitableNetwork as error:
        typer.secho(f"not tried in the twin: {error}", fg="yellow", err=True)
        outcomes = []
    judged = verdict(found, outcomes)
    if as_json:
        print(json.dumps(judged.to_json()))
    else:
        _show(judged)


def _outcomes(works: Sequence[LongRuns], jobs: int) -> list[Outcome]:
    from py_agent.capacity.long_runs import outcome_of
    from py_agent.executor import LocalProcesses, ThisProcess

    at_once = min(jobs, len(works))
    executor = ThisProcess() if at_once == 1 else LocalProcesses(at_once)
    with closing(executor.run(outcome_of, works)) as ended:
        found = {number: future.result() for number, future in ended}
    return [found[number] for number in range(len(works))]


def _show(judged: Verdict) -> None:
    from py_agent.view.capacity import capacity_tables, conclusion
    from py_agent.view.tables import rows_table

    for title, header, rows in capacity_tables(judged):
        out().print(rows_table(title, header, rows))
    for line in conclusion(judged):
        out().print(line, highlight=False)
