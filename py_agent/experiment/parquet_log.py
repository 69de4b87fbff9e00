# SPDX-License-Identifier: MIT
"""Writes slots and records while a run goes on, in bounded memory, and Parquet at its end.

A Parquet file is worth nothing without its footer. So what comes in goes to a stream of Arrow's, of
which every batch is whole by itself, and is written as Parquet when the log is closed: whatever
kills the run, what it wrote before can be read (`run_data`).
"""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ns3_bridge import Field, Table
from py_agent.long_run.frame_series import COLUMNS, FrameSeries
from py_agent.whole_files import replace


def stream_of(path: Path) -> Path:
    """Where the rows of a Parquet file are until it is written."""
    return path.with_suffix(".arrows")


class _Log:
    """Rows that outlive this process from `write` on.

    Args:
        path: the Parquet file of the end.
        schema: of the rows.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path, self._schema = path, schema
        begun = path.with_suffix(".begun")
        self._file = pa.OSFile(str(begun), "wb")
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        self._writer = pa.ipc.new_stream(self._file, schema, options=options)
        self.write([pa.array([], field.type) for field in schema])  # the schema, at once
        os.replace(begun, stream_of(path))  # a stream is there with its schema, or not at all

    def write(self, arrays: Sequence[pa.Array]) -> None:
        """Add rows, a column each."""
        self._writer.write_batch(pa.RecordBatch.from_arrays(list(arrays), schema=self._schema))

    def close(self) -> None:
        """Write the Parquet file; if that fails, the stream stays."""
        with contextlib.closing(self._file), contextlib.closing(self._writer):
            pass
        replace(self._path, self._write_parquet)
        stream_of(self._path).unlink()

    def _write_parquet(self, path: Path) -> None:
        with (
            pa.ipc.open_stream(pa.memory_map(str(stream_of(self._path)))) as batches,
            pq.ParquetWriter(path, self._schema, compression="zstd") as writer,
        ):
            for batch in batches:
                if batch.num_rows:
                    writer.write_batch(batch)


class SlotLog:
    """One row per slot: number, reward, then every observation and action field.

    A field of shape ``[n, m]`` is a list column of n·m numbers in C order, which every reader of
    Parquet understands; unit, shape, what the axes count, bounds, labels, which value stands for
    "there is none", and meaning are in the column's metadata. Actions are prefixed ``action.``.

    Args:
        path: the file to write.
        observations: declared observation fields.
        actions: declared action fields.

    Example:
        >>> import tempfile
        >>> import pyarrow.parquet as pq
        >>> share = Field("share", "float32", (2,), "1", 0, 1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     log = SlotLog(Path(folder) / "slots.parquet", [], [share])
        ...     log.append(1, {}, {"share": np.array([0.25, 0.75], np.float32)}, reward=-1.0)
        ...     log.close()
        ...     pq.read_table(Path(folder) / "slots.parquet")["action.share"].to_pylist()
        [[0.25, 0.75]]
    """

    def __init__(self, path: Path, observations: Sequence[Field], actions: Sequence[Field]) -> None:
        self._fields = [
            *((field.name, field) for field in observations),
            *((f"action.{field.name}", field) for field in actions),
        ]
        columns = [_column(name, field) for name, field in self._fields]
        columns[:0] = [pa.field("slot", pa.int64()), pa.field("reward", pa.float64())]
        self._log = _Log(path, pa.schema(columns))
        self._rows: list[list[Any]] = []

    def append(
        self,
        slot: int,
        observation: Mapping[str, NDArray[Any]],
        action: Mapping[str, Any],
        reward: float,
    ) -> None:
        """Add the slot that `observation` began and `reward` ended."""
        row: list[Any] = [slot, reward]
        for name, field in self._fields:
            value = observation[name] if name in observation else action[field.name]
            row.append(np.asarray(value, field.dtype))
        self._rows.append(row)  # in one step: an interrupt leaves whole rows only

    def flush(self) -> None:
        """Write the rows gathered so far: from here on they outlive this process."""
        if not self._rows:
            return
        rows, self._rows = self._rows, []
        slots, rewards, *columns = zip(*rows, strict=True)
        arrays = [pa.array(slots, pa.int64()), pa.array(rewards, pa.float64())]
        for (_, field), values in zip(self._fields, columns, strict=True):
            flat = pa.array(np.stack(values).reshape(-1))
            arrays.append(pa.FixedSizeListArray.from_arrays(flat, math.prod(field.shape)))
        self._log.write(arrays)

    def close(self) -> None:
        """Write what is left, and the Parquet file."""
        with contextlib.closing(self._log):
            self.flush()


class TableLog:
    """The records of one table; labelled integers are written as their labels.

    Args:
        path: the file to write.
        table: the declaration.

    Example:
        >>> import tempfile
        >>> import pyarrow.parquet as pq
        >>> done = {"name": "done_s", "dtype": "float64", "unit": "s", "help": "", "labels": []}
        >>> table = Table("task", "a row per task", (done,))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     log = TableLog(Path(folder) / "task.parquet", table)
        ...     log.append(np.array([(1.5,), (2.0,)], table.dtype))
        ...     log.close()
        ...     pq.read_table(Path(folder) / "task.parquet")["done_s"].to_pylist()
        [1.5, 2.0]
    """

    def __init__(self, path: Path, table: Table) -> None:
        self._columns = table.columns
        self._log = _Log(path, pa.schema([_record_column(column) for column in table.columns]))

    def append(self, rows: NDArray[Any]) -> None:
        """Write structured rows ``[n_rows]``."""
        if len(rows) == 0:
            return
        arrays = []
        for column in self._columns:
            values = np.ascontiguousarray(rows[column["name"]])
            if column["labels"]:
                arrays.append(pa.array(np.array(column["labels"])[values]))
            else:
                arrays.append(pa.array(values))
        self._log.write(arrays)

    def close(self) -> None:
        """Write the Parquet file."""
        self._log.close()


def write_frames(path: Path, series: FrameSeries) -> None:
    """Write what a run was like frame by frame, with the meaning of each column."""
    names = [name for name in COLUMNS if name in series.columns]
    schema = pa.schema(
        [pa.field(name, pa.float64(), metadata={"help": COLUMNS[name]}) for name in names]
    )
    table = pa.table([series.columns[name] for name in names], schema=schema)
    replace(path, lambda fresh: pq.write_table(table, fresh))


def _column(name: str, field: Field) -> pa.Field:
    value = pa.from_numpy_dtype(np.dtype(field.dtype))
    shape = ",".join(map(str, field.shape))
    metadata = {
        "unit": field.unit,
        "shape": shape,
        "dims": ",".join(field.dims),
        "help": field.help,
        "low": repr(field.low),
        "high": repr(field.high),
        "timescale": field.timescale,
    }
    if field.labels:
        metadata["labels"] = "\n".join(field.labels)
    if field.missing is not None:
        metadata["missing"] = repr(field.missing)
    return pa.field(name, pa.list_(value, math.prod(field.shape)), metadata=metadata)


def _record_column(column: Mapping[str, Any]) -> pa.Field:
    value = pa.string() if column["labels"] else pa.from_numpy_dtype(np.dtype(column["dtype"]))
    return pa.field(
        column["name"], value, metadata={"unit": column["unit"], "help": column["help"]}
    )
