# SPDX-License-Identifier: MIT
"""Simulates a recorded run again, action by action, and compares."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from ns3_bridge import InvalidSetting
from py_agent import former_names
from py_agent.experiment.errors import ChangedInput, DamagedRun
from py_agent.experiment.networks import make_network
from py_agent.experiment.run_data import (
    observed_field,
    recorded_run,
    slot_field,
    slot_rewards,
)
from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.run_settings import load_run_settings
from py_agent.experiment.runner import Progress
from py_agent.input_files import digest


@dataclasses.dataclass(frozen=True)
class Replay:
    """How a replay compares with its recording.

    Attributes:
        slots: how many were replayed.
        different_slot: the first slot whose observation has other bits, or None.
        different_fields: names of the fields that differ there.
        early_end: why the run ended before its time; empty if it did not.

    Example:
        >>> Replay(50, None, ()).is_bit_equal, Replay(50, 7, ("rsrp_dbm",)).is_bit_equal
        (True, False)
    """

    slots: int
    different_slot: int | None
    different_fields: tuple[str, ...]
    early_end: str = ""

    @property
    def is_bit_equal(self) -> bool:
        """Is every observation and every reward the recorded one, bit for bit?"""
        return self.different_slot is None


def replay(
    path: Path | str, progress: Progress = lambda done, total: None, *, is_trusted: bool = False
) -> Replay:
    """Simulate a run again under its settings and seed, with the actions that it recorded.

    It stops at the first observation or reward that differs: from there on the actions belong to
    another history. Of a run that ended early, what it recorded is replayed.

    Args:
        path: the run's folder.
        progress: called after every slot.
        is_trusted: a scenario program that is not installed may be started.

    Raises:
        InvalidSetting: the folder holds no run, or one without a slot.
        DamagedRun: a file of it is damaged; the message names it.
        ChangedInput: a file that the run used is another one now, or gone.
        UntrustedCode: its scenario is a program that is not installed.
        BridgeError: the simulation failed.
    """
    folder = recorded_run(path)
    settings = load_run_settings(folder.settings, {"policy": "random"}, [], is_trusted=is_trusted)
    early_end = folder.early_end()
    _check_inputs(folder)
    env = make_network(settings)
    schema = env.schema
    with contextlib.closing(env):
        actions = {f.name: slot_field(folder, f"action.{f.name}") for f in schema.actions}
        recorded = {f.name: observed_field(folder, f.name) for f in schema.observations}
        rewards = slot_rewards(folder)
        slots = len(next(iter(recorded.values()))) - 1
        if slots < 0:
            raise InvalidSetting(f"{path} has recorded no slot: there is nothing to replay")
        observation, _ = env.reset(seed=settings.seed)
        for slot in range(slots + 1):
            different = tuple(
                name
                for name, values in recorded.items()
                if values[slot].tobytes() != observation[name].tobytes()
            )
            if different:
                return Replay(slot, slot, different, early_end)
            if slot < slots:
                observation, reward, *_ = env.step({name: a[slot] for name, a in actions.items()})
                if float(reward) != float(rewards[slot]):
                    return Replay(slot, slot, ("reward",), early_end)
                progress(slot + 1, slots)
    return Replay(slots, None, (), early_end)


def _check_inputs(folder: RunFolder) -> None:
    """Check that the files which the simulation read are what they were."""
    used = folder.read_record().get("files", {})
    if not isinstance(used, dict):
        raise DamagedRun(f"{folder.record} is damaged: files must be an object")
    for name, before in used.items():
        try:
            now = digest(Path(name))
        except OSError as error:
            raise ChangedInput(
                f"{folder.path} used {name}, which cannot be read any more: {error.strerror}"
            ) from error
        if now != before:
            raise ChangedInput(
                f"{name} has changed since {folder.path} used it: SHA-256 was {before}, is {now}"
            )


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
