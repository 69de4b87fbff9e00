# SPDX-License-Identifier: MIT
"""The command ``ns3-twin train``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import pydantic
import typer
import yaml
from rich.console import Console
from rich.progress import Progress

from ns3_bridge import InvalidSetting
from py_agent.cli_errors import errors_as_messages
from py_agent.drl.training_settings import TrainingSettings
from py_agent.experiment.run_settings import load_run_settings

_out = Console()
_err = Console(stderr=True)

_QUICK = {"steps": 320_000, "networks": 16, "episode_s": 4.0}
_QUICK |= {"validations": 3, "validation_networks": 16}


def train(
    algorithm: Annotated[str | None, typer.Option(help="ppo, td3 or sac.")] = None,
    association: Annotated[
        str | None, typer.Option(help="Association rule while training: load or max-rsrp.")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Slots that users decide in, in all.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of weights, exploration, networks.")] = None,
    config: Annotated[
        Path | None, typer.Option(help="YAML file with settings of the training.")
    ] = None,
    assignments: Annotated[
        list[str] | None, typer.Option("--set", help="name=value of a scenario setting.")
    ] = None,
    twin: Annotated[
        Path | None, typer.Option(help="Calibrated parameters (ns3-twin calibrate).")
    ] = None,
    folder: Annotated[
        Path, typer.Option("--out", help="Folder; a training that is there is gone on with.")
    ] = Path("runs/train"),
    quick: Annotated[bool, typer.Option("--quick", help="A small preset, in a minute.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as JSON, last line.")
    ] = False,
) -> None:
    """Train an agent in the twin; killed, it goes on where it was. Then: --policy twin-drl=FILE."""
    given = {
        **{"algorithm": algorithm, "association": association, "steps": steps, "seed": seed},
        "twin": None if twin is None else str(twin),
    }
    with errors_as_messages():
        settings = _settings(config, _QUICK if quick else {}, given, assignments or [])
        from py_agent.drl.training import Training  # torch takes a second to import

        training = Training(settings, folder)
        with Progress(console=_err, transient=True, disable=not _err.is_terminal) as bar:
            task = bar.add_task("training", total=settings.steps)
            agent = training.run(lambda done, best: bar.update(task, completed=done))
    found = agent.facts["validation_ratio_to_fill"]
    result = {
        "agent": str(folder / "agent.npz"),
        "steps": agent.facts["steps"],
        "falls_back": agent.falls_back,
        "validation_ratio_to_fill": found,
    }
    if as_json:
        print(json.dumps(result))
        return
    interval = f"{found['mean']:.4f} [{found['ci_low']:.4f}, {found['ci_high']:.4f}]"
    _out.print(f"mean delay beside the rule fill in the twin, held-out seeds: {interval}")
    if agent.falls_back:
        _out.print("no checkpoint beat the rule: the agent leaves all decisions to it")
    _out.print(f"agent  {folder}/agent.npz\ncurves  tensorboard --logdir {folder}", highlight=False)


def _settings(
    config: Path | None, preset: dict[str, Any], given: dict[str, Any], assignments: list[str]
) -> TrainingSettings:
    from_file: dict[str, Any] = {}
    if config is not None:
        try:
            from_file = yaml.safe_load(config.read_text()) or {}
        except (OSError, yaml.YAMLError) as error:
            raise InvalidSetting(f"cannot read {config}: {error}") from error
    scenario = load_run_settings(None, {"settings": from_file.get("settings", {})}, assignments)
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        return TrainingSettings.model_validate(
            {**preset, **from_file, **chosen, "settings": scenario.settings}
        )
    except pydantic.ValidationError as error:
        told = "; ".join(
            f"setting {'.'.join(map(str, e['loc']))} = {e['input']!r}: {e['msg']}"
            for e in error.errors()
        )
        raise InvalidSetting(told) from None
