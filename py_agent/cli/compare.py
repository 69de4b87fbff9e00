# SPDX-License-Identifier: MIT
"""The command ``ns3-twin compare``."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from py_agent.cli.agent_file import AgentFile, with_agents
from py_agent.cli.consoles import err, out
from py_agent.cli.executor import RayAddress, executor_of
from py_agent.cli.live import LOOPBACK, Live, LiveHost, LivePort, live_page, shown_on
from py_agent.cli.preset import Preset, with_preset
from py_agent.whole_files import replace_text

if TYPE_CHECKING:
    from rich.console import Console

    from py_agent.compare.comparison import Comparison, Failure
    from py_agent.compare.grid import Cell, Grid
    from py_agent.compare.results_file import ResultsFile
    from py_agent.executor import Executor
    from py_agent.live.server import LiveServer
    from py_agent.policies import Network

_FOLDER = Path("runs/compare")  # of comparisons that are given none
_FILE_WIDTH = 120  # of tables that go to no terminal
_WHOLE_COMPARISON_S = 1e6
_LOOK_AHEAD = ("oracle-fill", "rollout-fill")
_SLOW = ("oracle", "oracle-fill", "rollout-fill", "rollout-drl")  # they simulate ahead
_QUICK_POLICIES = "random,strongest-equal,load-srpt,load-fill,twin-fill,twin-drl"
_QUICK_ASSIGNMENTS = ("n_ue=10", "duration_s=5")


def compare(
    policies: Annotated[
        str | None,
        typer.Option(
            help="Comma-separated POLICY or POLICY@RULE, with parameters (+w_A=4).",
            show_default="all that fit the scenario and do not look ahead",
        ),
    ] = None,
    agent: AgentFile = None,
    seeds: Annotated[
        str | None, typer.Option(help="1-5 or 1,3,8-10.", show_default="101-105")
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(help="Name, or path of a scenario program.", show_default="cellular"),
    ] = None,
    retrain: Annotated[
        str | None, typer.Option(help="Retraining rule of policies that name none.")
    ] = None,
    preset: Preset = None,
    duration: Annotated[
        float | None, typer.Option(help="Simulated seconds of each run.", show_default="20")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="YAML file with settings.")] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", help="NAME=VALUE of a setting, for all runs. May be repeated."),
    ] = None,
    varied: Annotated[
        list[str] | None,
        typer.Option("--vary", help="NAME=VALUE1,VALUE2,…; every combination is compared."),
    ] = None,
    reference: Annotated[
        str | None, typer.Option(help="Policy of the paired ratios.", show_default="the best rule")
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(
            help="Largest fraction of user-seconds below A_min with which a policy keeps the "
            "constraint; the best rule is the fastest that does.",
            show_default="0.05",
            min=0,
            max=1,
        ),
    ] = None,
    precision: Annotated[
        float | None,
        typer.Option(
            help="Add seeds until the 95 % intervals of all ratios are that narrow: 0.03 is ± 3 %. "
            "Runs that are too short for their warm-up are made twice as long first."
        ),
    ] = None,
    limit_seeds: Annotated[
        int, typer.Option(help="With --precision: largest number of seeds.", min=1)
    ] = 40,
    limit_duration: Annotated[
        float, typer.Option(help="With --precision: longest runs, in seconds.", min=0)
    ] = 480.0,
    jobs: Annotated[
        int | None, typer.Option(help="Runs side by side.", show_default="one per core", min=1)
    ] = None,
    ray: RayAddress = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Folder of results; runs that it has are not repeated.",
            show_default="runs/compare/…, one per comparison",
        ),
    ] = None,
    is_trusted: Annotated[
        bool, typer.Option("--trust", help="Run programs and modules that --config names.")
    ] = False,
    with_look_ahead: Annotated[
        bool,
        typer.Option(
            "--with-look-ahead",
            help="Also compare oracle-fill and rollout-fill, which look ahead and are slow.",
        ),
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Few policies, 10 users, short runs: a few minutes.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all rows as JSON in the last line.")
    ] = False,
    live: Live = False,
    live_port: LivePort = 0,
    live_host: LiveHost = LOOPBACK,
) -> None:
    """Compare policies over seeds and settings. If interrupted, rerun it to resume."""
    given = {"scenario": scenario, "retrain": retrain}
    length = [] if duration is None else [f"duration_s={duration!r}"]
    from py_agent.capacity.comparison_loads import with_loads
    from py_agent.compare.constraint import TOLERANCE
    from py_agent.compare.grid import Grid, check_reference, name_of
    from py_agent.compare.precision import Precision, run_comparison
    from py_agent.compare.results_file import ResultsFile
    from py_agent.experiment.seeds import parse_seeds
    from py_agent.experiment.task_statistics import records_tasks
    from py_agent.folder_lock import locked
    from py_agent.policies import policy_names

    usual = [name for name in policy_names() if name not in _SLOW]
    default = _QUICK_POLICIES.split(",") if quick else usual
    chosen = default if policies is None else policies.split(",")
    chosen = with_agents(chosen, agent)
    grid = Grid(
        policies=[*chosen, *(_LOOK_AHEAD if with_look_ahead else ())],
        seeds=parse_seeds(seeds or ("101-103" if quick else "101-105")),
        config=config,
        overrides=with_preset(preset, config, given),
        assignments=[*(_QUICK_ASSIGNMENTS if quick else ()), *(assignments or []), *length],
        varied=varied or [],
        is_trusted=is_trusted,
    )
    network = _network_of(grid)
    if policies is None:
        from py_agent.policies.fitting import fitting

        grid = dataclasses.replace(grid, policies=fitting(grid.policies, network))
    check_reference(reference, grid.policies)
    has_tasks = records_tasks(network.schema)
    if precision is not None and not has_tasks:
        from ns3_bridge import InvalidSetting

        raise InvalidSetting(
            f"--precision is that of ratios of delays, and {network.scenario} has no tasks"
        )
    wanted = None
    if precision is not None:
        wanted = Precision(precision, limit_seeds, limit_duration)
    folder = folder or _FOLDER / name_of(grid.cells(), precision)
    with (
        locked(folder),
        executor_of(ray, jobs) as executor,
        live_page(live, live_host, live_port) as page,
    ):
        results = ResultsFile(folder / "results.jsonl")
        if not has_tasks:
            _compare_rewards(grid.cells(), results, reference, executor, page, as_json=as_json)
            return
        comparison = run_comparison(
            grid,
            results,
            lambda cells: execute_with_bar(cells, results, executor, page),
            reference,
            TOLERANCE if tolerance is None else tolerance,
            wanted,
        )
        comparison = with_loads(comparison, grid.cells())
        from py_agent.view.comparison import write_comparison  # matplotlib takes a second

        command = shlex.join(["ns3-twin", *sys.argv[1:]])
        write_comparison(comparison, folder, command)
        text = json.dumps(comparison.to_json(), indent=2)
        replace_text(folder / "comparison.json", text)
    _show(comparison, folder, as_json=as_json)
    _end_if_failed(comparison.failures)


def _network_of(grid: Grid) -> Network:
    """The network of the first run, as its policy would see it."""
    from py_agent.experiment.networks import make_network
    from py_agent.policies import Network

    run = grid.cells()[0].run
    with contextlib.closing(make_network(run)) as env:
        known = {**env.settings.model_dump(), "learning": run.learning.model_dump()}
        return Network(env.schema.scenario, known, env.schema)


def _compare_rewards(
    cells: Sequence[Cell],
    results: ResultsFile,
    reference: str | None,
    executor: Executor,
    page: LiveServer | None,
    *,
    as_json: bool,
) -> None:
    """Compare where there are no tasks whose delays could be."""
    from py_agent.compare.by_reward import compare_rewards
    from py_agent.view.reward_comparison import LEGEND, reward_table, write_reward_comparison
    from py_agent.view.tables import numbers_table, that_fit

    failures = execute_with_bar(cells, results, executor, page)
    finished = {cell.key: results[cell.key] for cell in cells if cell.key in results}
    comparison = compare_rewards(cells, finished, reference, failures)
    folder = results.path.parent
    folder.mkdir(parents=True, exist_ok=True)
    file = write_reward_comparison(comparison, folder)
    numbers = json.dumps(comparison.to_json(), indent=2)
    replace_text(folder / "comparison.json", numbers)
    if as_json:
        print(json.dumps(comparison.to_json()))
    else:
        console = _console()
        for setting in comparison.settings:
            if setting:
                console.print(setting, highlight=False)
            table = that_fit(*reward_table(comparison, setting), console.width)
            console.print(numbers_table(*table))
        console.print(LEGEND, highlight=False)
        out().print(f"table   {file}", highlight=False, soft_wrap=True)
    _end_if_failed(comparison.failures)


def _end_if_failed(failures: Sequence[Failure]) -> None:
    for failure in failures:
        typer.secho(f"failed: {failure}", fg="red", err=True)
    if failures:
        raise typer.Exit(1)


def execute_with_bar(
    cells: Sequence[Cell],
    results: ResultsFile,
    executor: Executor,
    page: LiveServer | None = None,
) -> list[Failure]:
    """Run what has no result yet, with a bar on a terminal, and on a page if there is one."""
    from rich.progress import Progress

    from py_agent.compare.execution import execute  # what runs need, a gateway's image lacks

    missing = sum(cell.key not in results for cell in cells)
    done = len(cells) - missing
    # What is left is told from all runs so far: those of one policy take longer than others'.
    with Progress(
        console=err(),
        transient=True,
        disable=not err().is_terminal,
        speed_estimate_period=_WHOLE_COMPARISON_S,
    ) as bar:
        task = bar.add_task("runs", total=len(cells), completed=done)

        def ended(cell: Cell, error: str | None) -> None:
            bar.update(task, advance=1, description=f"runs, {executor.place}")

        return execute(cells, results, executor, ended, **shown_on(page))


def _show(comparison: Comparison, folder: Path, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(comparison.to_json()))
        return
    show_tables(comparison)
    print(f"figure  {folder}/comparison.png\nreport  {folder}/report.html")


def _console() -> Console:
    from rich.console import Console

    return Console(width=out().width if out().is_terminal else _FILE_WIDTH, markup=False)


def show_tables(comparison: Comparison) -> None:
    """Print a table for every setting, and what has to be known to read it."""
    from py_agent.view.comparison import (
        legend,
        precision_line,
        setting_lines,
        short_table,
    )
    from py_agent.view.tables import numbers_table, that_fit

    console = _console()
    for setting in comparison.settings:
        for line in setting_lines(comparison, setting):
            console.print(line, highlight=False)
        console.print(numbers_table(*that_fit(*short_table(comparison, setting), console.width)))
    if comparison.precision is not None:
        console.print(precision_line(comparison.precision), highlight=False)
    console.print(legend(comparison), highlight=False)
