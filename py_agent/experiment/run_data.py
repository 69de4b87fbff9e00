# SPDX-License-Identifier: MIT
"""Reads back what a run wrote, up to its last frame if it ended early."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import Field, InvalidSetting, Table
from py_agent.experiment.errors import DamagedRun
from py_agent.experiment.run_folder import RunFolder
from py_agent.long_run.frame_series import FrameSeries
from py_agent.yaml_text import END

if TYPE_CHECKING:
    import pyarrow as pa


def recorded_run(path: Path | str) -> RunFolder:
    """The run in a folder, finished or not (`RunFolder.early_end`).

    Raises:
        InvalidSetting: the folder holds no run, or one that ended before its first frame.
        DamagedRun: its settings are cut off.
    """
    folder = RunFolder(Path(path))
    if not folder.settings.is_file():
        raise InvalidSetting(f"{path} holds no run: {folder.settings.name} is missing")
    _check_whole(folder)
    if _rows(folder.slots) is None:
        raise InvalidSetting(f"{path} holds no slots: {folder.slots.name} is missing")
    return folder


def finished_run(path: Path | str) -> RunFolder:
    """The run in a folder.

    Raises:
        InvalidSetting: the folder holds no finished run.
        DamagedRun: its settings are cut off.
    """
    folder = RunFolder(Path(path))
    for file in (folder.settings, folder.slots, folder.last_observation, folder.summary):
        if not file.is_file():
            raise InvalidSetting(f"{path} holds no finished run: {file.name} is missing")
    _check_whole(folder)
    return folder


def slot_field(folder: RunFolder, name: str) -> NDArray[Any]:
    """One field over all slots of a run, ``[n_slots, *shape]``.

    Args:
        folder: a run.
        name: an observation, or ``action.`` and an action.
    """
    return _field(folder.slots, name)


def observed_field(folder: RunFolder, name: str) -> NDArray[Any]:
    """One observation before every slot and after the last one, ``[n_slots + 1, *shape]``.

    Of a run that ended early before every slot alone, ``[n_slots, *shape]``.
    """
    before = _field(folder.slots, name)
    if not folder.last_observation.exists():
        return before
    return np.concatenate([before, _field(folder.last_observation, name)])


def recorded_fields(folder: RunFolder) -> dict[str, Field]:
    """What the fields of a run mean, by column: an observation, or ``action.`` and an action.

    Runs of before bounds were recorded have infinite ones.
    """
    schema = _read(folder.slots, []).schema
    told = {f.name: f.metadata for f in schema if f.metadata and b"shape" in f.metadata}
    try:
        return {name: _declared(name, schema.field(name).type, of) for name, of in told.items()}
    except (ValueError, KeyError, AttributeError, UnicodeDecodeError) as error:
        raise DamagedRun(f"{folder.slots} is damaged: {error}") from error


def recorded_tables(folder: RunFolder) -> list[Table]:
    """The tables of records of a run; labelled integers are text in them."""
    others = {file.stem for file in (folder.slots, folder.last_observation, folder.frames)}
    names = {
        file.stem for end in ("parquet", "arrows") for file in folder.path.glob(f"[!.]*.{end}")
    }
    return [_table(folder, name) for name in sorted(names - others)]


def _table(folder: RunFolder, name: str) -> Table:
    columns = []
    for column in _read(folder.table(name), []).schema:
        told = column.metadata or {}
        meaning = {key: told.get(key.encode(), b"").decode() for key in ("unit", "help")}
        kind = str(np.dtype(column.type.to_pandas_dtype()))
        columns.append({"name": column.name, "dtype": kind, "labels": [], **meaning})
    return Table(name, "", tuple(columns))


def _declared(name: str, kind: Any, metadata: Mapping[bytes, bytes]) -> Field:
    told = {key.decode(): value.decode() for key, value in metadata.items()}
    return Field(
        name.removeprefix("action."),
        str(np.dtype(kind.value_type.to_pandas_dtype())),
        tuple(int(n) for n in told["shape"].split(",") if n),
        told["unit"],
        float(told.get("low", "-inf")),
        float(told.get("high", "inf")),
        labels=tuple(told["labels"].split("\n")) if told.get("labels") else (),
        timescale=told.get("timescale", "slot"),
        help=told["help"],
        dims=tuple(told["dims"].split(",")) if "dims" in told else (),
        missing=float(told["missing"]) if "missing" in told else None,
    )


def slot_rewards(folder: RunFolder) -> NDArray[np.float64]:
    """Reward of every slot, ``[n_slots]``."""
    return _numbers(folder.slots, _read(folder.slots, ["reward"]), "reward")


def slot_fields(folder: RunFolder) -> set[str]:
    """Names of the fields that a run recorded."""
    return set(_read(folder.slots, []).schema.names)


def has_table(folder: RunFolder, name: str) -> bool:
    """Whether the run has such a table of records."""
    return _rows(folder.table(name)) is not None


def table_columns(folder: RunFolder, name: str) -> dict[str, NDArray[Any]]:
    """The columns of a table of records, ``[n_rows]`` each."""
    path = folder.table(name)
    table = _read(path)
    return {column: _numbers(path, table, column) for column in table.column_names}


def frame_series(folder: RunFolder) -> FrameSeries | None:
    """What a finished run was like, frame by frame; None: it is of before these were kept."""
    if not folder.frames.exists():
        return None
    table = _read(folder.frames)
    try:
        return FrameSeries(
            {name: _numbers(folder.frames, table, name) for name in table.column_names}
        )
    except ValueError as error:
        raise DamagedRun(f"{folder.frames} is damaged: {error}") from error


def _check_whole(folder: RunFolder) -> None:
    """Check that settings are not cut off: the rest would be taken as default."""
    end = END.encode()
    if folder.record.exists() and not folder.settings.read_bytes().rstrip().endswith(end):
        raise DamagedRun(f"{folder.settings} is damaged: it is cut off, its last line is not {END}")


def _numbers(path: Path, table: pa.Table, column: str) -> NDArray[Any]:
    if table.column(column).null_count:
        raise DamagedRun(f"{path} is damaged: {column} has rows without a value")
    return np.asarray(table.column(column).to_numpy())


def _field(path: Path, name: str) -> NDArray[Any]:
    table = _read(path, [name])
    try:
        shape = [int(n) for n in table.schema.field(name).metadata[b"shape"].split(b",") if n]
        flat = table.column(name).combine_chunks().flatten().to_numpy(zero_copy_only=False)
        return np.asarray(flat).reshape(table.num_rows, *shape)
    except (ValueError, TypeError, KeyError, AttributeError, NotImplementedError) as error:
        raise DamagedRun(f"{path} is damaged: {name} is not a field of an observation") from error


def _read(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Columns of a file of rows; none: its schema alone.

    Raises:
        DamagedRun: it cannot be read, or lacks one of the columns.
    """
    import pyarrow as pa  # not needed by commands that read no run

    rows = _rows(path)
    if rows is None:
        raise DamagedRun(f"{path} is missing")
    try:
        return rows(columns)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, MemoryError) as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise DamagedRun(f"{rows.path} is damaged: {reason}") from error


def _rows(path: Path) -> _Parquet | _Stream | None:
    """What reads the rows that belong into a Parquet file: from there, or from their stream."""
    from py_agent.experiment.parquet_log import stream_of

    if path.is_file():
        return _Parquet(path)
    return _Stream(stream_of(path)) if stream_of(path).is_file() else None


class _Parquet:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, columns: list[str] | None) -> pa.Table:
        import pyarrow.parquet as pq

        if columns == []:
            return pq.read_schema(self.path).empty_table()
        with pq.ParquetFile(self.path) as file:
            _check_columns(file.schema_arrow.names, columns)
            return file.read(columns)


class _Stream:
    """Batches of which each is whole; where the stream is cut off, the run ended."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, columns: list[str] | None) -> pa.Table:
        import pyarrow as pa

        with pa.ipc.open_stream(pa.memory_map(str(self.path))) as reader:
            _check_columns(reader.schema.names, columns)
            if columns == []:
                return reader.schema.empty_table()
            names = reader.schema.names if columns is None else columns
            batches = []
            while True:
                try:
                    batch = reader.read_next_batch().select(names)
                    batch.validate(full=True)
                except (StopIteration, pa.ArrowException, OSError):
                    break
                batches.append(batch)
            schema = pa.schema([reader.schema.field(name) for name in names])
            return pa.Table.from_batches(batches, schema)


def _check_columns(known: list[str], wanted: list[str] | None) -> None:
    missing = set(wanted or []) - set(known)
    if missing:
        raise KeyError(f"the columns {', '.join(sorted(missing))} are missing")
