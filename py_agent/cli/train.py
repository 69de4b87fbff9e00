# SPDX-License-Identifier: MIT
"""The command ``ns3-twin train``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from py_agent.cli.consoles import err, out
from py_agent.cli.live import LOOPBACK, Live, LiveHost, LivePort, live_page

if TYPE_CHECKING:
    from py_agent.drl.training import Validated
    from py_agent.drl.training_settings import TrainingSettings
    from py_agent.live.server import LiveServer

_QUICK = {"steps": 320_000, "networks": 16, "episode_s": 4.0, "warmup_s": 2.0}
_QUICK |= {"validations": 3, "validation_networks": 16}


def train(
    scenario: Annotated[
        str | None, typer.Option(help="Name, or path of a scenario program; default: cellular.")
    ] = None,
    algorithm: Annotated[str | None, typer.Option(help="ppo, td3 or sac.")] = None,
    architecture: Annotated[
        str | None, typer.Option(help="What agents see: their user, or all users of its cell.")
    ] = None,
    timescale: Annotated[
        str | None, typer.Option(help="When agents decide: in every slot, or once a frame.")
    ] = None,
    view: Annotated[
        str | None, typer.Option(help="twin: its estimates; raw: users' last reports alone.")
    ] = None,
    retrain: Annotated[
        bool | None, typer.Option("--retrain/--no-retrain", help="Agents retrain models, too.")
    ] = None,
    association: Annotated[
        str | None, typer.Option(help="Association rule while training: load or strongest.")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Slots that users decide in, in all.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of weights, exploration, networks.")] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Wall time after which training ends anyhow.")
    ] = None,
    processes: Annotated[
        bool | None,
        typer.Option("--processes/--no-processes", help="Each variant in a process of its own."),
    ] = None,
    device: Annotated[str | None, typer.Option(help="That learns: cpu or cuda.")] = None,
    config: Annotated[
        Path | None, typer.Option(help="YAML file with settings of the training.")
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", help="name=value of a setting of the scenario or of learning.…"),
    ] = None,
    twin: Annotated[
        Path | None, typer.Option(help="Calibrated parameters (ns3-twin calibrate).")
    ] = None,
    folder: Annotated[
        Path, typer.Option("--out", help="Folder; a training that is there is gone on with.")
    ] = Path("runs/train"),
    is_trusted: Annotated[
        bool, typer.Option("--trust", help="Start a scenario program that --config names.")
    ] = False,
    quick: Annotated[bool, typer.Option("--quick", help="A small preset, in a minute.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as JSON, last line.")
    ] = False,
    live: Live = False,
    live_port: LivePort = 0,
    live_host: LiveHost = LOOPBACK,
) -> None:
    """Train an agent in the twin; killed, it goes on where it was. Then: --policy twin-drl=FILE."""
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

    with locked(folder), live_page(live, live_host, live_port) as page:
        training = Training(settings, folder)
        shown = [] if page is None else [_shown_on(page, settings)]
        with Progress(console=err(), transient=True, disable=not err().is_terminal) as bar:
            task = bar.add_task("training", total=settings.steps)
            agent = training.run(lambda done, best: bar.update(task, completed=done), *shown)
    facts = agent.facts
    result = {
        "agent": str(folder / "agent.npz"),
        "falls_back": agent.falls_back,
        "steps": facts["steps"],
        **{name: value for name, value in facts.items() if name.startswith("validation")},
    }
    if as_json:
        print(json.dumps(result))
        return
    out().print("beside the rule in the twin, held-out seeds:")
    for name in ("cost", "delay"):
        ratio = Estimate(**facts[f"validation_{name}_ratio"])
        out().print(f"  {name:5s} {ratio.text(4)}", markup=False)
    if settings.retrain:
        out().print(
            f"  below the target {facts['validation_below_target']:.1%} of user-seconds,"
            f" the rule {facts['validation_below_target_of_rule']:.1%}"
        )
    if agent.falls_back:
        out().print("no checkpoint beat the rule: the agent leaves all decisions to it")
    out().print(
        f"agent  {folder}/agent.npz\ncurves  tensorboard --logdir {folder}", highlight=False
    )


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
    of_scenario = load_run_settings(None, of_runs, assignments)
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
