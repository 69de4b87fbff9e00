# SPDX-License-Identifier: MIT
"""Reads back what a run wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from py_agent.experiment.run_folder import RunFolder


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
    table = pq.read_table(folder.slots, columns=["reward"])
    return np.asarray(table.column("reward").to_numpy())


def slot_fields(folder: RunFolder) -> set[str]:
    """Names of the fields that a run recorded."""
    return set(pq.read_schema(folder.slots).names)


def table_columns(folder: RunFolder, name: str) -> dict[str, NDArray[Any]]:
    """The columns of a table of records, ``[n_rows]`` each."""
    table = pq.read_table(folder.table(name))
    return {column: table.column(column).to_numpy() for column in table.column_names}


def _field(path: Path, name: str) -> NDArray[Any]:
    table = pq.read_table(path, columns=[name])
    shape = [int(n) for n in table.schema.field(name).metadata[b"shape"].split(b",")]
    flat = table.column(name).combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return np.asarray(flat).reshape(table.num_rows, *shape)
