# SPDX-License-Identifier: MIT
"""Simulates a recorded run again, action by action, and compares."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path

from ns3_bridge import InvalidSetting
from py_agent.experiment.run_data import observed_field, slot_field
from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.run_settings import load_run_settings
from py_agent.experiment.runner import Progress, Run


@dataclasses.dataclass(frozen=True)
class Replay:
    """How a replay compares with its recording.

    Attributes:
        slots: how many were replayed.
        different_slot: the first slot whose observation has other bits, or None.
        different_fields: names of the fields that differ there.
    """

    slots: int
    different_slot: int | None
    different_fields: tuple[str, ...]

    @property
    def is_bit_equal(self) -> bool:
        """Is every observation the recorded one, bit for bit?"""
        return self.different_slot is None


def replay(path: Path, progress: Progress = lambda done, total: None) -> Replay:
    """Simulate a run again under its settings and seed, with the actions that it recorded.

    It stops at the first observation that differs: from there on the actions belong to another
    history.

    Args:
        path: the run's folder.
        progress: called after every slot.

    Raises:
        InvalidSetting: the folder holds no finished run.
        BridgeError: the simulation failed.
    """
    folder = finished_run(path)
    settings = load_run_settings(folder.settings, {}, [])
    env = Run(settings).env
    schema = env.schema
    actions = {f.name: slot_field(folder, f"action.{f.name}") for f in schema.actions}
    recorded = {f.name: observed_field(folder, f.name) for f in schema.observations}
    slots = len(next(iter(recorded.values()))) - 1
    with contextlib.closing(env):
        observation, _ = env.reset(seed=settings.seed)
        for slot in range(slots + 1):
            different = tuple(
                name
                for name, values in recorded.items()
                if values[slot].tobytes() != observation[name].tobytes()
            )
            if different:
                return Replay(slot, slot, different)
            if slot < slots:
                observation, *_ = env.step({name: a[slot] for name, a in actions.items()})
                progress(slot + 1, slots)
    return Replay(slots, None, ())


def finished_run(path: Path) -> RunFolder:
    """The run in a folder.

    Raises:
        InvalidSetting: the folder holds no finished run.
    """
    folder = RunFolder(path)
    for file in (folder.settings, folder.slots, folder.last_observation, folder.summary):
        if not file.is_file():
            raise InvalidSetting(f"{path} holds no finished run: {file.name} is missing")
    return folder
