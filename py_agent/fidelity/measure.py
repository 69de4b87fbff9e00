# SPDX-License-Identifier: MIT
"""Measures the twin against ns-3 on seeds that it has not seen."""

from __future__ import annotations

import dataclasses
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ns3_bridge import InvalidSetting, Ns3TwinError
from ns3_bridge.slot_count import slot_count
from py_agent import former_names
from py_agent.calibration.calibrate import calibrate
from py_agent.executor import Executor, LocalProcesses, ThisProcess
from py_agent.experiment.run_inputs import portable_policy
from py_agent.experiment.run_settings import RunSettings, load_run_settings
from py_agent.experiment.runner import Run
from py_agent.fidelity.checkpoint import Checkpoint, CheckpointSettings, play
from py_agent.fidelity.checkpoint_file import (
    checkpoint_key,
    key_of,
    load_checkpoint,
    save_checkpoint,
)
from py_agent.fidelity.report import FidelityReport, make_report
from py_agent.input_files import portable_scenario
from py_agent.side_by_side import report
from py_agent.twin.model.parameters import TwinParameters

# Those of the twin itself would need a twin of each of its rollouts.
_ASSOCIATIONS = ("strongest", "load")
_SHARES = ("equal", "proportional", "sqrt", "srpt", "fill")
_CALIBRATION_POLICIES = ("load-srpt", "strongest-equal", "random")
_CALIBRATION_SEEDS = (1, 2)
_REPORT_EVERY_S = 0.3

Item = TypeVar("Item")
Result = TypeVar("Result")


def usual_policies(*, quick: bool = False) -> list[str]:
    """What is compared by default: random and rules that follow no twin, always the same ones.

    Args:
        quick: without `fill`.
    """
    shares = _SHARES[:-1] if quick else _SHARES
    return ["random", *(f"{one}-{other}" for one in _ASSOCIATIONS for other in shares)]


class RunsFailed(Ns3TwinError):
    """Raised when nothing can be measured, since the runs for it have failed."""


@dataclasses.dataclass(frozen=True)
class Step:
    """How far a piece of the measurement is.

    Attributes:
        name: of the piece, e.g. ``seed 9101``.
        doing: what goes on in it.
        slots: that have passed since the last step of this piece.
    """

    name: str
    doing: str
    slots: int


@dataclasses.dataclass(frozen=True)
class Work:
    """Where and how the measurement is done.

    Attributes:
        folder: of what is done already: it is not done again.
        jobs: processes; what comes out does not depend on it.
        cluster: whose nodes do it in their place; None: none.
        begin: called with all pieces and how many slots they have, before they start.
        callback: called with how far they are.
    """

    folder: Path
    jobs: int = 1
    cluster: Executor | None = None
    begin: Callable[[Mapping[str, int]], None] = lambda pieces: None
    callback: Callable[[Step], None] = lambda step: None


def calibrate_for(
    settings: Mapping[str, Any], duration_s: float, work: Work, scenario: str = "cellular"
) -> TwinParameters:
    """Learn the constants from fresh runs under seeds 1 and 2, three policies each.

    Args:
        settings: of the scenario, nested and whole.
        duration_s: of each run.
        work: where and how.
        scenario: its name, or the path of its program.
    """
    plan = (_CALIBRATION_POLICIES, _CALIBRATION_SEEDS)
    key = key_of(settings, duration_s, plan, scenario=scenario)
    kept = work.folder / f"calibration-{key}.json"
    if kept.exists():
        return TwinParameters.load(kept)
    with tempfile.TemporaryDirectory(prefix="ns3-twin-fidelity-") as folder:
        runs = {
            f"calibration, {policy}, seed {seed}": load_run_settings(
                None,
                {
                    "scenario": portable_scenario(scenario),
                    "policy": policy,
                    "seed": seed,
                    "settings": {**settings, "duration_s": duration_s},
                },
                [],
            )
            for seed in _CALIBRATION_SEEDS
            for policy in _CALIBRATION_POLICIES
        }
        slots = slot_count(duration_s, settings["slot_s"])
        work.begin(dict.fromkeys(runs, slots))
        paths = {name: Path(folder) / str(number) for number, name in enumerate(runs)}
        failures = _all_of(_recorded, runs, work, lambda name, files: _write(files, paths[name]))
        if failures:  # constants of other runs would be other constants
            raise RunsFailed(_told(failures))
        parameters = calibrate(list(paths.values()), is_trusted=True)
    work.folder.mkdir(parents=True, exist_ok=True)
    parameters.save(kept)
    return parameters


@dataclasses.dataclass(frozen=True)
class _CheckpointTask:
    chosen: CheckpointSettings
    seed: int
    policies: Sequence[str]
    parameters: TwinParameters
    threads: int


def measure(
    chosen: CheckpointSettings,
    seeds: Sequence[int],
    policies: Sequence[str],
    parameters: TwinParameters,
    work: Work,
) -> FidelityReport:
    """One checkpoint per seed, in which every policy continues. A seed that fails stops no other.

    Returns:
        the measures over the seeds that are finished, and why others have failed.

    Raises:
        InvalidSetting: a seed is one that the parameters were learned from.
        RunsFailed: all seeds have failed.
    """
    seen = sorted(set(seeds) & set(parameters.provenance.seeds))
    if seen:
        raise InvalidSetting(
            f"seeds {seen} are among those that the parameters were learned from "
            f"({sorted(set(parameters.provenance.seeds))}): take others"
        )
    files = {
        seed: work.folder / f"checkpoint-{checkpoint_key(chosen, seed, policies, parameters)}.npz"
        for seed in dict.fromkeys(seeds)
    }
    missing = [seed for seed, path in files.items() if not path.exists()]
    movable = dataclasses.replace(chosen, scenario=portable_scenario(chosen.scenario))
    names = [portable_policy(name) for name in policies]
    threads = max(1, work.jobs // max(len(missing), 1)) if work.cluster is None else 1
    tasks = {
        _checkpoint_name(seed): _CheckpointTask(movable, seed, names, parameters, threads)
        for seed in missing
    }
    places = {_checkpoint_name(seed): path for seed, path in files.items()}
    work.begin({_checkpoint_name(seed): chosen.slots(policies) for seed in missing})
    failures = _all_of(
        _played, tasks, work, lambda name, it: save_checkpoint(places[name], it.of(policies))
    )
    finished = {seed: path for seed, path in files.items() if path.exists()}
    if not finished:
        raise RunsFailed(_told(failures))
    report = make_report([load_checkpoint(path, policies) for path in finished.values()])
    return dataclasses.replace(report, failures=failures)


def _all_of(
    do: Callable[[tuple[str, Item]], Result],
    items: Mapping[str, Item],
    work: Work,
    keep: Callable[[str, Result], None],
) -> dict[str, str]:
    """Do all, and keep what is done: it stays, whatever becomes of the others.

    Returns:
        why some failed, by name.
    """
    names = list(items)
    executor = work.cluster
    if executor is None:
        alone = work.jobs == 1 or len(items) == 1
        executor = ThisProcess() if alone else LocalProcesses(work.jobs)
    failures: dict[str, str] = {}
    with closing(executor.run(do, list(items.items()), work.callback)) as ended:
        for i, future in ended:
            error = future.exception()
            if error is None:
                keep(names[i], future.result())
            elif isinstance(error, Ns3TwinError):
                failures[names[i]] = str(error)
            else:
                raise error
    return {name: failures[name] for name in names if name in failures}


def _told(failures: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {reason}" for name, reason in failures.items())


def _checkpoint_name(seed: int) -> str:
    return f"seed {seed}"


def _played(named: tuple[str, _CheckpointTask]) -> Checkpoint:
    name, task = named
    with _Progress(name) as progress:
        return play(
            task.chosen,
            task.seed,
            task.policies,
            task.parameters,
            task.threads,
            progress.slot,
        )


def _recorded(named: tuple[str, RunSettings]) -> dict[str, bytes]:
    """Contents of all files of a run's folder, by their names in it."""
    name, settings = named
    with _Progress(name) as progress, tempfile.TemporaryDirectory() as folder:
        run = Run(settings.model_copy(update={"runs_dir": Path(folder)}))
        path = run.execute(lambda done, total: progress.slot("recorded")).path
        files = [file for file in path.rglob("*") if file.is_file()]
        return {str(file.relative_to(path)): file.read_bytes() for file in files}


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


class _Progress:
    """Reports now and then how far a piece is; may be called from several threads."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._doing, self._slots, self._reported_s = "", 0, time.monotonic()

    def slot(self, doing: str) -> None:
        """A slot has passed."""
        with self._lock:
            self._doing, self._slots = doing, self._slots + 1
            if time.monotonic() - self._reported_s >= _REPORT_EVERY_S:
                self._report()

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._report()

    def _report(self) -> None:
        report(Step(self._name, self._doing, self._slots))
        self._slots, self._reported_s = 0, time.monotonic()


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
