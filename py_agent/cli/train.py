# SPDX-License-Identifier: MIT
"""The command ``ns3-twin train``."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from py_agent.cli.consoles import err, out
from py_agent.cli.executor import RayAddress, tell_of_nodes
from py_agent.cli.live import LOOPBACK, Live, LiveHost, LivePort, live_page

if TYPE_CHECKING:
    from py_agent.drl.training import Validated
    from py_agent.drl.training_settings import TrainingSettings
    from py_agent.drl.variant_parts import MakePart
    from py_agent.live.server import LiveServer

_QUICK = {"steps": 320_000, "networks": 16, "episode_s": 4.0, "warmup_s": 2.0}
_QUICK |= {"validations": 3, "validation_networks": 16}


def train(
    scenario: Annotated[
        str | None,
        typer.Option(help="Name, or path of a scenario program.", show_default="cellular"),
    ] = None,
    algorithm: Annotated[
        str | None, typer.Option(help="ppo, td3 or sac.", show_default="ppo")
    ] = None,
    architecture: Annotated[
        str | None,
        typer.Option(help="What agents see: user, or cell: all its users.", show_default="user"),
    ] = None,
    timescale: Annotated[
        str | None,
        typer.Option(help="How often agents decide: slot or frame.", show_default="slot"),
    ] = None,
    view: Annotated[
        str | None,
        typer.Option(
            help="What agents observe: twin: its estimates; raw: users' last reports.",
            show_default="twin",
        ),
    ] = None,
    retrain: Annotated[
        bool | None,
        typer.Option(
            "--retrain/--no-retrain",
            help="Whether agents also retrain models.",
            show_default="retrain",
        ),
    ] = None,
    association: Annotated[
        str | None,
        typer.Option(help="Association rule in training: load or strongest.", show_default="load"),
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Decisions of users to train on, in total.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of weights, exploration and networks.")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Wall time after which training ends, in minutes.")
    ] = None,
    processes: Annotated[
        bool | None,
        typer.Option("--processes/--no-processes", help="Give each variant a process of its own."),
    ] = None,
    ray: RayAddress = None,
    device: Annotated[
        str | None, typer.Option(help="Device that learns: cpu or cuda.", show_default="cpu")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="YAML file with settings of the training.")
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="NAME=VALUE of a setting of the scenario or of learning.… May be repeated.",
        ),
    ] = None,
    twin: Annotated[
        Path | None, typer.Option(help="Calibrated parameters (ns3-twin calibrate).")
    ] = None,
    folder: Annotated[
        Path, typer.Option("--out", help="Folder of the training; one that is there is resumed.")
    ] = Path("runs/train"),
    is_trusted: Annotated[
        bool, typer.Option("--trust", help="Run a scenario program that --config names.")
    ] = False,
    quick: Annotated[bool, typer.Option("--quick", help="A small training: a minute.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as JSON in the last line.")
    ] = False,
    live: Live = False,
    live_port: LivePort = 0,
    live_host: LiveHost = LOOPBACK,
) -> None:
    """Train an agent in the twin. If interrupted, rerun it to resume. Then: run --agent FILE."""
    given = {
        **{
            "scenario": scenario,
            "algorithm": algorithm,
            "architecture": architecture,
            "timescale": timescale,
        },
        **{"view": view, "retrain": retrain},
        **{"association": association, "steps": steps, "seed": seed},
        **{"minutes": minutes, "processes": processes, "device": device},
        "twin": None if twin is None else str(twin),
    }
    preset = _QUICK if quick else {}
    settings = _settings(config, preset, given, assignments or [], is_trusted)
    from rich.progress import Progress

    from py_agent.drl.training import Training
    from py_agent.folder_lock import locked
    from py_agent.intervals import Estimate

    with (
        locked(folder),
        live_page(live, live_host, live_port) as page,
        _part_maker(ray, settings) as make_part,
    ):
        training = Training(settings, folder, make_part)
        shown = [] if page is None else [_shown_on(page, settings)]
        with Progress(console=err(), transient=True, disable=not err().is_terminal) as bar:
            task = bar.add_task("training", total=settings.steps)
            agent = training.run(lambda done, best: bar.update(task, completed=done), *shown)
    facts = agent.facts
    result = {
        "agent": str(folder / "agent.npz"),
        "falls_back": agent.falls_back,
        "steps": facts["steps"],
        **{name: value for name, value in facts.items() if name.startswith(("validation", "test"))},
    }
    if as_json:
        print(json.dumps(result))
        return
    out().print("beside the rule in the twin, held-out seeds:")
    # No test is made of what validation has already rejected.
    kind = "test" if "test_cost_ratio" in facts else "validation"
    for name in ("cost", "delay"):
        ratio = Estimate(**facts[f"{kind}_{name}_ratio"])
        out().print(f"  {name:5s} {ratio.text(4)}")
    if settings.retrain:
        out().print(
            f"  below the target {facts[f'{kind}_below_target']:.1%} of user-seconds,"
            f" the rule {facts[f'{kind}_below_target_of_rule']:.1%}"
        )
    if agent.falls_back:
        out().print("no checkpoint beat the rule: the agent leaves all decisions to it")
    out().print(
        f"agent  {folder}/agent.npz\ncurves  tensorboard --logdir {folder}", highlight=False
    )


@contextlib.contextmanager
def _part_maker(address: str | None, settings: TrainingSettings) -> Iterator[MakePart | None]:
    """What puts variants on the nodes of a cluster; None without one."""
    if address is None:
        yield None
        return
    from py_agent.cluster.connection import connected
    from py_agent.cluster.lodger import Lodgings
    from py_agent.drl.variant_on_node import NodePart

    movable = settings.movable()
    with connected(address):
        lodgings = Lodgings(tell_of_nodes)
        yield lambda _, number: NodePart(lodgings, movable, number)


def _shown_on(page: LiveServer, settings: TrainingSettings) -> Validated:
    from py_agent.live.training import LiveTraining

    return LiveTraining(settings, page.publish).validated


def _settings(
    config: Path | None,
    preset: dict[str, Any],
    given: dict[str, Any],
    assignments: list[str],
    is_trusted: bool,
) -> TrainingSettings:
    import pydantic

    from ns3_bridge import InvalidSetting
    from py_agent import yaml_text
    from py_agent.drl.training_settings import TrainingSettings
    from py_agent.experiment.run_settings import check_data, load_run_settings

    from_file: dict[str, Any] = {}
    if config is not None:
        from_file = yaml_text.read_mapping(config)
        if not is_trusted and given["scenario"] is None:
            check_data(config, {"scenario": from_file.get("scenario")})
    of_runs = {name: from_file.get(name) for name in ("settings", "learning")}
    of_scenario = load_run_settings(None, of_runs, assignments, unused=("ns3",))
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        return TrainingSettings.model_validate(
            {
                **{**preset, **from_file, **chosen},
                **{"settings": of_scenario.settings, "learning": of_scenario.learning},
            }
        )
    except pydantic.ValidationError as error:
        told = "; ".join(
            f"setting {'.'.join(map(str, e['loc']))} = {e['input']!r}: {e['msg']}"
            for e in error.errors()
        )
        raise InvalidSetting(told) from None
