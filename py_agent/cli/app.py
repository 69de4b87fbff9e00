# SPDX-License-Identifier: MIT
"""The command ``ns3-twin``."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from py_agent.cli.agent_file import AgentFile, with_agent
from py_agent.cli.bench import bench
from py_agent.cli.benchmark import benchmark
from py_agent.cli.build import build, cmake_dir, contrib
from py_agent.cli.capacity import capacity
from py_agent.cli.compare import compare
from py_agent.cli.consoles import err, out
from py_agent.cli.errors import Commands
from py_agent.cli.gateway import conformance, connect, keys, ping, serve
from py_agent.cli.live import LOOPBACK, Live, LiveHost, LivePort, live_page
from py_agent.cli.preset import Preset, with_preset
from py_agent.cli.records import export, replay, report
from py_agent.cli.run import execute_and_show, execute_beside, execute_seeds
from py_agent.cli.train import train
from py_agent.cli.twin import calibrate, fidelity
from py_agent.cli.verify import verify
from py_agent.cli.view import view

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="ns-3 as the physical network of a digital twin and a learning agent.",
)


def _show_version(is_asked: bool) -> None:
    if is_asked:
        import importlib.metadata

        print(f"ns3-twin {importlib.metadata.version('ns3-twin')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


Deadline = Annotated[
    float,
    typer.Option(
        "--deadline", help="Longest wait for a program to describe itself, in seconds.", min=0
    ),
]
_DEADLINE_S = 30.0


def run(
    scenario: Annotated[
        str | None,
        typer.Option(help="Name, or path of a scenario program.", show_default="cellular"),
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(
            help="Name (ns3-twin scenarios lists them), package.module:Class or file.py:Class.",
            show_default="rollout-fill",
        ),
    ] = None,
    agent: AgentFile = None,
    retrain: Annotated[
        str | None,
        typer.Option(
            help="Rule that retrains users' models: need, spare, …; policy: as the policy decides.",
            show_default="users have no models",
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            help="Second policy to run side by side under the same seed: POLICY or POLICY@RULE."
        ),
    ] = None,
    preset: Preset = None,
    seed: Annotated[int | None, typer.Option(help="ns-3's run number.", show_default="1")] = None,
    seeds: Annotated[
        str | None, typer.Option(help="Several seeds, one run each: 1-5 or 1,3,8-10.")
    ] = None,
    duration: Annotated[
        float | None, typer.Option(help="Simulated seconds.", show_default="20")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="YAML file with settings.")] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="NAME=VALUE of a scenario setting or ns-3 attribute. May be repeated."
        ),
    ] = None,
    log: Annotated[
        str | None,
        typer.Option(help="Log these ns-3 components to ns3.log: LteUeRrc=level_info,…"),
    ] = None,
    pcap: Annotated[
        bool | None, typer.Option("--pcap", help="Capture the packets of wired links in pcap/.")
    ] = None,
    runs_dir: Annotated[
        Path | None, typer.Option(help="Where run folders are made.", show_default="runs")
    ] = None,
    is_trusted: Annotated[
        bool, typer.Option("--trust", help="Run programs and modules that --config names.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the summary as JSON in the last line.")
    ] = False,
    live: Live = False,
    live_port: LivePort = 0,
    live_host: LiveHost = LOOPBACK,
) -> None:
    """Run a policy on a physical network; record and show the result."""
    overrides = {
        **{"scenario": scenario, "policy": with_agent(policy, agent), "retrain": retrain},
        **{"seed": seed, "runs_dir": runs_dir, "log": log, "pcap": pcap},
    }
    duration_set = [] if duration is None else [f"duration_s={duration!r}"]
    from py_agent.experiment.run_settings import load_run_settings
    from py_agent.experiment.runner import Run
    from py_agent.experiment.seeds import parse_seeds

    if seed is not None and seeds is not None:
        raise typer.BadParameter("--seed with --seeds: give one of them")
    numbers = [] if seeds is None else parse_seeds(seeds)
    chosen = [*(assignments or []), *duration_set]
    given = with_preset(preset, config, overrides)
    settings = load_run_settings(config, given, chosen, is_trusted=is_trusted)
    title = f"{settings.scenario} · {settings.policy}"
    if baseline is not None:
        from ns3_bridge import InvalidSetting
        from py_agent.compare.grid import Grid
        from py_agent.experiment.paired_run import check_pair

        if numbers:
            raise InvalidSetting("--baseline with --seeds: ns3-twin compare has many seeds")
        grid = Grid([baseline], [settings.seed], config, given, chosen, is_trusted=is_trusted)
        other = grid.cells()[0].run
        check_pair(settings, other)
        with live_page(live, live_host, live_port) as page:
            execute_beside(settings, other, title, as_json=as_json, page=page)
        return
    with live_page(live, live_host, live_port, can_pause=True) as page:
        if numbers:
            execute_seeds(settings, numbers, title, as_json=as_json, page=page)
        else:
            execute_and_show(Run(settings), title, as_json=as_json, page=page)


def scenarios(
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    deadline_s: Deadline = _DEADLINE_S,
) -> None:
    """List the physical networks, policies and retraining rules."""
    import ns3_scenarios
    from ns3_bridge import describe
    from py_agent.policies.registry import policy_names, summary
    from py_agent.policies.retraining import RETRAINING_RULES
    from py_agent.view.tables import rows_table

    known = {
        name: describe([ns3_scenarios.program(name)], deadline_s).summary
        for name in ns3_scenarios.names()
    }
    policies = {name: summary(name) for name in policy_names()}
    rules = {name: RETRAINING_RULES.summary(name) for name in RETRAINING_RULES}
    if as_json:
        print(json.dumps({"scenarios": known, "policies": policies, "retraining": rules}))
        return
    out().print(rows_table("Scenarios", ["name", "what it is"], list(known.items())))
    out().print(rows_table("Policies", ["name", "what it does"], list(policies.items())))
    out().print(rows_table("Retraining", ["name", "what it does"], list(rules.items())))


def describe_scenario(
    scenario: Annotated[str, typer.Argument(help="Name, or path of a scenario program.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print it as Markdown tables.")
    ] = False,
    as_python: Annotated[
        bool, typer.Option("--python", help="Print a module with the settings as typed models.")
    ] = False,
    deadline_s: Deadline = _DEADLINE_S,
) -> None:
    """Show settings, observations, actions and records of a scenario."""
    import ns3_scenarios
    from ns3_bridge import describe
    from ns3_bridge.settings_module import settings_module
    from py_agent.view.markdown import description_markdown
    from py_agent.view.tables import declaration_tables, rows_table

    description = describe([ns3_scenarios.program(scenario)], deadline_s)
    if as_json:
        print(json.dumps(dataclasses.asdict(description)))
        return
    if as_markdown:
        print(description_markdown(description))
        return
    if as_python:
        print(settings_module(description), end="")
        return
    out().print(f"{description.name}: {description.summary} (ns-3 {description.ns3_version})")
    for table in declaration_tables(description):
        out().print(rows_table(table.title, table.header, table.rows))
    schema = description.schema
    out().print(f"Reward ({schema.reward_unit}): {schema.reward_help}")


def learning_curves(
    figure: Annotated[Path, typer.Argument(help="Figure to write, .png or .svg.")],
    seed: Annotated[int, typer.Option(help="Seed of streams, models and jobs.")] = 1,
    stream: Annotated[
        str, typer.Option(help="Drift stream of images: digits, mnist, or one of a package.")
    ] = "digits",
) -> None:
    """Measure how users' models lose accuracy and recover; fit the twin's lag model."""
    from py_agent.calibration import accuracy_law
    from py_agent.view.figure_file import check_figure, save_figure
    from py_agent.view.tables import rows_table

    check_figure(figure)
    with err().status("training models"):
        images = accuracy_law.images_of(stream)
        fit = accuracy_law.fit_lag_model(accuracy_law.record_history(48, 45, seed, images))
        save_figure(accuracy_law.draw_curves(fit, seed, images), figure)
    rows = [[name, f"{value:.4g}"] for name, value in dataclasses.asdict(fit.model).items()]
    rows += [
        ["RMSE", f"{fit.rmse:.3f}"],
        ["RMSE with one lag", f"{fit.rmse_one_lag:.3f}"],
        ["correlation", f"{fit.correlation:.3f}"],
    ]
    out().print(
        rows_table("Lag model, evaluated on users it was not fitted to", ["", "value"], rows)
    )


def training_curves(
    figure: Annotated[Path, typer.Argument(help="Figure to write, .png or .svg.")],
    folders: Annotated[
        list[Path], typer.Argument(help="Folders of trainings (ns3-twin train --out).")
    ],
) -> None:
    """Draw the learning curves of agents beside the rule that they start from."""
    from py_agent.view.figure_file import check_figure, save_figure
    from py_agent.view.training_figure import draw_trainings

    check_figure(figure)
    save_figure(draw_trainings(folders), figure)
    out().print(f"figure  {figure}", highlight=False)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    deadline_s: Deadline = _DEADLINE_S,
) -> None:
    """Check the installation, and say what to do about what is missing."""
    from py_agent.cli.doctor import examine
    from py_agent.view.tables import rows_table

    findings = list(examine(deadline_s))
    if as_json:
        print(json.dumps([dataclasses.asdict(finding) for finding in findings]))
    else:
        rows = [
            ["ok" if f.ok else "MISSING" if f.required else "optional", f.what, f.seen, f.advice]
            for f in findings
        ]
        columns = 4 if any(finding.advice for finding in findings) else 3
        header = ["", "what", "found", "what to do"][:columns]
        out().print(rows_table("ns3-twin doctor", header, [row[:columns] for row in rows]))
    if not all(finding.ok for finding in findings if finding.required):
        raise typer.Exit(1)


#: What ``--help`` shows, panel by panel.
_PANELS: dict[str, dict[str, Callable[..., None]]] = {
    "Run": {"run": run, "replay": replay, "view": view, "report": report, "export": export},
    "Compare": {"capacity": capacity, "compare": compare, "benchmark": benchmark},
    "Learn": {
        **{"train": train, "training-curves": training_curves},
        "learning-curves": learning_curves,
    },
    "Twin": {"calibrate": calibrate, "fidelity": fidelity},
    "Bridge": {
        **{"serve": serve, "connect": connect, "ping": ping, "keys": keys},
        **{"conformance": conformance, "build": build, "cmake-dir": cmake_dir},
        "contrib": contrib,
    },
    "Look": {
        **{"scenarios": scenarios, "describe": describe_scenario, "verify": verify},
        "doctor": doctor,
    },
}
for _panel, _commands in _PANELS.items():
    for _name, _command in _commands.items():
        app.command(_name, rich_help_panel=_panel)(_command)
app.add_typer(bench, name="bench", rich_help_panel="Compare")
