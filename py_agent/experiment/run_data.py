# SPDX-License-Identifier: MIT
"""Reads back what a run wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from py_agent.experiment.run_folder import RunFolder

if TYPE_CHECKING:
    import pyarrow as pa


def slot_field(folder: RunFolder, name: str) -> NDArray[Any]:
    """One field over all slots of a run, ``[n_slots, *shape]``.

    Args:
        folder: a finished run.
        name: an observation, or ``action.`` and an action.
    """
    return _field(folder.slots, name)


def observed_field(folder: RunFolder, name: str) -> NDArray[Any]:
    """One observation before every slot and after the last one, ``[n_slots + 1, *shape]``."""
    return np.concatenate([_field(folder.slots, name), _field(folder.last_observation, name)])


def slot_rewards(folder: RunFolder) -> NDArray[np.float64]:
    """Reward of every slot, ``[n_slots]``."""
    table = _read(folder.slots, ["reward"])
    return np.asarray(table.column("reward").to_numpy())


def slot_fields(folder: RunFolder) -> set[str]:
    """Names of the fields that a run recorded."""
    import pyarrow.parquet as pq

    return set(pq.read_schema(folder.slots).names)


def table_columns(folder: RunFolder, name: str) -> dict[str, NDArray[Any]]:
    """The columns of a table of records, ``[n_rows]`` each."""
    table = _read(folder.table(name))
    return {column: table.column(column).to_numpy() for column in table.column_names}


def _field(path: Path, name: str) -> NDArray[Any]:
    table = _read(path, [name])
    shape = [int(n) for n in table.schema.field(name).metadata[b"shape"].split(b",")]
    flat = table.column(name).combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return np.asarray(flat).reshape(table.num_rows, *shape)


def _read(path: Path, columns: list[str] | None = None) -> pa.Table:
    import pyarrow.parquet as pq  # not needed by commands that read no run

    return pq.read_table(path, columns=columns)
