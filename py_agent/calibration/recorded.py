# SPDX-License-Identifier: MIT
"""Recorded runs as calibration reads them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import ns3_scenarios
from ns3_bridge import LocalHost
from py_agent import former_names
from py_agent.contract import present
from py_agent.experiment.run_data import (
    finished_run,
    observed_field,
    slot_field,
    slot_fields,
    table_columns,
)
from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.run_settings import RunSettings, load_run_settings
from py_agent.radio.errors import NothingToLearn
from py_agent.radio.link_model import load_radio
from py_agent.twin.model.declaration import FOLLOWED

_SHORTEST_S = 2.0
_MAY_DIFFER = ("duration_s", "warmup_s")


@dataclasses.dataclass(frozen=True)
class RecordedRun:
    """One finished run; fields are read when they are asked for.

    Attributes:
        folder: its files.
        run: its settings.

    Example:
        >>> import tempfile
        >>> from py_agent.experiment.runner import Run
        >>> small = {"n_ue": 2, "n_bs": 2, "duration_s": 0.1, "warmup_s": 1.0}
        >>> with tempfile.TemporaryDirectory() as runs:
        ...     settings = RunSettings(policy="random", settings=small, runs_dir=Path(runs))
        ...     recorded = RecordedRun(Run(settings).execute(), settings)
        ...     recorded.slots, recorded.field("rsrp_dbm").shape, recorded.has_table("task")
        (5, (6, 2, 2), True)
    """

    folder: RunFolder
    run: RunSettings

    def field(self, name: str) -> NDArray[Any]:
        """An observation before every slot and after the last one, ``[n_slots + 1, ...]``."""
        if name not in self._cache:
            self._cache[name] = observed_field(self.folder, name)
        return self._cache[name]

    def present(self) -> NDArray[np.bool_]:
        """Who is there, ``[n_slots + 1, n_ue]``; ``[1]`` where nobody comes or goes."""
        recorded = {"present"} & slot_fields(self.folder)
        return present({name: self.field(name) for name in recorded})

    def action(self, name: str) -> NDArray[Any]:
        """What was decided in every slot, ``[n_slots, ...]``."""
        return slot_field(self.folder, f"action.{name}")

    def table(self, name: str) -> dict[str, NDArray[Any]]:
        """Columns of a table of records."""
        return table_columns(self.folder, name)

    def has_table(self, name: str) -> bool:
        """Whether there is such a table."""
        return self.folder.table(name).exists()

    @cached_property
    def radio(self) -> str:
        """Name of the access network, as the scenario's program declares it."""
        host = LocalHost(ns3_scenarios.program(self.run.scenario), self.run.settings)
        return host.schema.radio

    @property
    def slots(self) -> int:
        """Slots that were simulated."""
        return len(self.field("time_s")) - 1

    @property
    def slot_s(self) -> float:
        """Length of a slot."""
        return float(self.run.settings["slot_s"])

    @cached_property
    def _cache(self) -> dict[str, NDArray[Any]]:
        return {}


def load_runs(paths: Sequence[Path], *, is_trusted: bool = False) -> list[RecordedRun]:
    """Open run folders of one network.

    Args:
        paths: the folders.
        is_trusted: a scenario program that is not installed may be asked what it declares.

    Raises:
        UntrustedCode: the scenario is a program that is not installed.
        InvalidSetting: a folder holds no finished run.
        NothingToLearn: runs have other settings than the first, are too short, or did not record
            what is needed.
    """
    runs = []
    for path in paths:
        folder = finished_run(path)
        settings = _settings_of(folder, is_trusted)
        recorded = RecordedRun(folder, settings)
        needed = {*FOLLOWED, *load_radio(recorded.radio).followed}
        missing = needed - slot_fields(folder)
        if missing:
            raise NothingToLearn(f"{path} has not recorded {', '.join(sorted(missing))}")
        if recorded.slots * recorded.slot_s < _SHORTEST_S:
            raise NothingToLearn(f"{path} is shorter than {_SHORTEST_S:g} s")
        runs.append(recorded)
    if not runs:
        raise NothingToLearn("no runs are given")
    for path, recorded in zip(paths, runs, strict=True):
        for name in sorted(_differences(runs[0].run, recorded.run)):
            raise NothingToLearn(f"{path} is of another network than {paths[0]}: {name} differs")
    return runs


def _settings_of(folder: RunFolder, is_trusted: bool) -> RunSettings:
    """Settings of a run, whose policy is only a name here."""
    policy = str(folder.read_settings().get("policy"))
    settings = load_run_settings(folder.settings, {"policy": "random"}, [], is_trusted=is_trusted)
    return settings.model_copy(update={"policy": policy})


def _differences(first: RunSettings, other: RunSettings) -> Iterator[str]:
    if first.scenario != other.scenario:
        yield "scenario"
    names = set(first.settings) | set(other.settings)
    for name in names - set(_MAY_DIFFER):
        if first.settings.get(name) != other.settings.get(name):
            yield name
    if first.ns3 != other.ns3:
        yield "ns3"


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
