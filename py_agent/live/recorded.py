# SPDX-License-Identifier: MIT
"""The messages of a run that is over, from its folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import Field, InvalidSetting, Schema
from py_agent.contract import Network
from py_agent.experiment.run_data import (
    observed_field,
    recorded_fields,
    recorded_tables,
    slot_field,
    slot_rewards,
    table_columns,
)
from py_agent.experiment.run_folder import FAILED, FINISHED, INTERRUPTED, RunFolder
from py_agent.experiment.run_settings import load_run_settings
from py_agent.live.messages import (
    Message,
    SlotPacker,
    Told,
    begin_message,
    end_message,
    plain_columns,
    records_message,
)
from py_agent.live.recorded_forecasts import recorded_forecasts
from py_agent.live.watcher import facts_of, name_of

_ACTION = "action."


def recorded_messages(
    folder: RunFolder, run: str, most_bytes: int, most_slots: int | None = None
) -> Iterator[Message]:
    """What would have been published of a run while it went on.

    Args:
        folder: of a run; of one that ended early, what it recorded.
        run: its name among messages.
        most_bytes: of slots; of a run that has more, every second, third, … slot is taken.
        most_slots: likewise.

    Raises:
        DamagedRun: a file of it is damaged; the message names it.
        InvalidSetting: it ended before its first slot, or its settings are of another version.
    """
    rewards = slot_rewards(folder)
    if len(rewards) == 0:
        raise InvalidSetting(f"{folder.path} has recorded no slot: there is nothing to show")
    fields = recorded_fields(folder)
    observed = [field for name, field in fields.items() if not name.startswith(_ACTION)]
    decided = [field for name, field in fields.items() if name.startswith(_ACTION)]
    seen = {field.name: observed_field(folder, field.name) for field in observed}
    chosen = {field.name: slot_field(folder, _ACTION + field.name) for field in decided}
    observed = [_with_constant(field, seen[field.name]) for field in observed]
    tables = recorded_tables(folder)
    settings = load_run_settings(folder.settings, {}, [], is_trusted=True)  # nothing is started
    of_scenario = settings.settings
    record = folder.read_record()
    schema = Schema(
        *(settings.scenario, 0, 0, str(record.get("reward_unit", "1")), ""),
        *(tuple(observed), tuple(decided), {}, tuple(tables)),
        radio=str(record.get("radio", "")),
    )
    facts = {**facts_of(settings, of_scenario, len(rewards)), "recorded": True}
    yield begin_message(Told(run, name_of(settings), schema, facts))
    records = {table.name: plain_columns(table_columns(folder, table.name)) for table in tables}
    yield records_message(run, records)
    known = {**of_scenario, "learning": settings.learning.model_dump()}
    network = Network(settings.scenario, known, schema)
    yield from recorded_forecasts(run, settings, network, seen, chosen)

    packer = SlotPacker(run, schema)
    n_steps = min(len(values) for values in seen.values())
    step_bytes = len(packer.pack(0, 0.0, 0.0, _row(seen, 0)).data)
    most = max(2, min(most_bytes // step_bytes, most_slots or n_steps))
    every = -(-n_steps // most)
    times_s = _times_s(seen, of_scenario, n_steps)
    for slot in range(0, n_steps, every):
        action = _row(chosen, slot - 1) if slot else None
        reward = float(rewards[slot - 1]) if slot else 0.0
        yield packer.pack(slot, float(times_s[slot]), reward, _row(seen, slot), action)
    yield end_message(run, *_end_of(folder), str(folder.path))


def _times_s(
    seen: Mapping[str, NDArray[Any]], settings: Mapping[str, Any], n_steps: int
) -> NDArray[np.float64]:
    """ns-3 times of observations ``[n_steps]``. Programs that decide when they ask observe them."""
    if "time_s" in seen:
        return seen["time_s"][:, 0].astype(np.float64)
    times_s: NDArray[np.float64] = settings["warmup_s"] + settings["slot_s"] * np.arange(n_steps)
    return times_s


def _end_of(folder: RunFolder) -> tuple[str, str]:
    """How a run ended, and why if early."""
    early_end = folder.early_end()
    status, _, reason = early_end.partition(": ")
    if not early_end:
        return FINISHED, ""
    return (status, reason) if status in (FAILED, INTERRUPTED) else ("killed", early_end)


def _row(columns: dict[str, NDArray[Any]], slot: int) -> dict[str, NDArray[Any]]:
    return {name: values[slot] for name, values in columns.items()}


def _with_constant(field: Field, values: NDArray[Any]) -> Field:
    """A field that never changed in a run says so: its values need not be in every slot."""
    if len(values) < 2 or not (values == values[0]).all():
        return field
    return Field(
        *(field.name, field.dtype, field.shape, field.unit, field.low, field.high),
        *(field.categorical, field.labels, field.timescale, field.offset, field.help),
        *(field.dims, field.missing, tuple(np.ravel(values[0]).tolist())),
    )
