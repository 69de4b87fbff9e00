# SPDX-License-Identifier: MIT
"""Looks on at a run and tells pages of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from numpy.typing import NDArray

from py_agent.driver import Slot
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.run_summary import decider
from py_agent.experiment.watching import Begun
from py_agent.live.forecasts import Forecasts, twin_of
from py_agent.live.messages import (
    Message,
    SlotPacker,
    Told,
    begin_message,
    columns_of,
    end_message,
    forecast_message,
    records_message,
)
from py_agent.side_by_side import report


class LiveWatcher:
    """A `py_agent.experiment.watching.Watcher` that publishes what it sees.

    Args:
        run: name of the run among messages.
        publish: takes each message.
        wait: returns when the next slot may begin: `Gate.wait`, or at once.
        name: of the run for people; None: by its policy and seed.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from py_agent.experiment.runner import Run
        >>> told = []
        >>> small = {"n_ue": 2, "n_bs": 2, "duration_s": 0.1, "warmup_s": 1.0}
        >>> with tempfile.TemporaryDirectory() as runs:
        ...     run = Run(RunSettings(policy="srpt", settings=small, runs_dir=Path(runs)))
        ...     folder = run.execute(watcher=LiveWatcher("1", told.append))
        >>> sum(message.is_slot for message in told)  # before the first slot, and after each
        6
    """

    def __init__(
        self,
        run: str,
        publish: Callable[[Message], object],
        wait: Callable[[], object] = lambda: None,
        name: str | None = None,
    ) -> None:
        self._run = run
        self._name = name
        self._publish = publish
        self._wait = wait
        self._folder = ""

    def begin(self, run: Begun) -> None:
        """The first slot begins."""
        schema, settings = run.network.schema, run.network.settings
        self._tables = {table.name: table for table in schema.tables}
        self._policy, self._network = run.policy, run.network
        self._forecasts: Forecasts | None = None
        self._folder = str(run.folder)
        facts = {**facts_of(run.settings, settings, run.slots), "recorded": False}
        name = self._name or name_of(run.settings)
        self._publish(begin_message(Told(self._run, name, schema, facts)))
        self._packer = SlotPacker(self._run, schema)
        self._publish(self._packer.pack(0, run.time_s, 0.0, run.observation))
        self._wait()

    def follow(self, slot: Slot) -> None:
        """A slot has passed."""
        number, time_s = slot.info["slot"], slot.info["time_s"]
        message = self._packer.pack(number, time_s, float(slot.reward), slot.after, slot.action)
        self._publish(message)
        if "slot_in_frame" in slot.before and slot.before["slot_in_frame"][0] == 0:
            self._forecast(slot)
        self._wait()

    def take(self, records: Mapping[str, NDArray[Any]]) -> None:
        """Rows of tables have been written."""
        told = {
            name: columns_of(self._tables[name], rows)
            for name, rows in records.items()
            if len(rows)
        }
        self._publish(records_message(self._run, told))  # none, too: so far all is known

    def end(self, status: str, reason: str) -> None:
        """The run has ended."""
        self._publish(end_message(self._run, status, reason, self._folder))

    def _forecast(self, slot: Slot) -> None:
        if self._forecasts is None:
            twin = twin_of(self._policy)
            if twin is None:
                return
            self._forecasts = Forecasts(twin, self._network)
        made_s = float(slot.before["time_s"][0])
        values = self._forecasts.of(slot.before)
        self._publish(forecast_message(self._run, made_s, made_s + self._forecasts.frame_s, values))


def reporting_watcher(name: str | None) -> LiveWatcher:
    """Who shows a run from a process of `py_agent.side_by_side`, through its parent."""
    return LiveWatcher(secrets.token_hex(8), report, name=name)


def name_of(settings: RunSettings) -> str:
    """How people tell a run from others: ``POLICY@RULE, seed 1``."""
    return f"{decider(settings.model_dump())}, seed {settings.seed}"


def facts_of(run: RunSettings, settings: Mapping[str, Any], slots: int | None) -> dict[str, Any]:
    """What a page says of a run beside its fields.

    Args:
        run: its settings.
        settings: of the scenario, and of learning.
        slots: that it will have.
    """
    learns = run.retrain is not None
    return {
        **{"policy": run.policy, "retrain": run.retrain, "seed": run.seed, "slots": slots},
        **{name: settings.get(name) for name in ("slot_s", "slots_per_frame")},
        "target_accuracy": run.learning.target_accuracy if learns else None,
    }
