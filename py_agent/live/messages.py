# SPDX-License-Identifier: MIT
"""The messages that a page shows runs from: the same of a run that goes on and of a recorded one.

docs/reference/live-messages.md describes them. All but slots are JSON. A slot is bytes: the length
of its header as a 32-bit integer, the header as JSON, padded with spaces, then all values as 32-bit
floating-point numbers, all little-endian; where each field lies among them is said at the beginning
of the run.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import Field, Schema, Table
from py_agent.intervals import Estimate

FORMAT = 1
_ALIGNED = 4  # bytes, as numbers lie
_HEAD_BYTES = 80  # of a slot's header, about


class Message:
    """One message, as it goes to every page.

    Args:
        run: that it is of.
        data: text or, of a slot, bytes; or what makes them, once somebody wants them.
        size: bytes of those that are yet to be made, about.

    Attributes:
        run: as given.
        is_slot: whether it may be left out for a page that is slow.
        size: of the bytes; 0 of a text.

    Example:
        >>> message = Message("1", lambda: bytes([7]), size=1)
        >>> message.is_slot, list(message.data)
        (True, [7])
    """

    __slots__ = ("_data", "is_slot", "run", "size")

    def __init__(self, run: str, data: str | bytes | Callable[[], bytes], size: int = 0) -> None:
        self.run = run
        self.is_slot = not isinstance(data, str)
        self.size = len(data) if isinstance(data, bytes) else size
        self._data = data

    @property
    def data(self) -> str | bytes:
        """Text, or bytes of a slot."""
        if callable(self._data):
            self._data = self._data()
        return self._data

    def __reduce__(self) -> tuple[Any, ...]:
        return Message, (self.run, self.data)


@dataclasses.dataclass(frozen=True)
class Told:
    """What is told of a run before its first slot.

    Attributes:
        run: tells its messages from those of others.
        name: for people.
        schema: what is observed, decided and recorded.
        facts: scenario, policy, seed and the like, by name.
    """

    run: str
    name: str
    schema: Schema
    facts: Mapping[str, Any]


class SlotPacker:
    """Makes the messages of one run's slots.

    Args:
        run: its name among messages.
        schema: what is observed and decided.

    Example:
        >>> share = Field("share", "float32", (2,), "1", 0, 1)
        >>> packer = SlotPacker("1", Schema("mine", 8, 8, "1", "", (share,), (share,), {}, ()))
        >>> decided = {"share": np.array([0.5, 0.5], np.float32)}
        >>> message = packer.pack(1, 0.02, -1.5, {"share": np.array([1, 0])}, decided)
        >>> unpack(message.data)[1].tolist()
        [1.0, 0.0, 0.5, 0.5]
    """

    def __init__(self, run: str, schema: Schema) -> None:
        self._run = run
        observed = [f for f in schema.observations if f.constant_values is None]
        self._observed = [f.name for f in observed]
        self._decided = [f.name for f in schema.actions]
        self._undecided = np.full(sum(math.prod(f.shape) for f in schema.actions), np.nan)
        count = sum(math.prod(f.shape) for f in observed) + len(self._undecided)
        self._size = 4 * count + _HEAD_BYTES

    def pack(
        self,
        slot: int,
        time_s: float,
        reward: float,
        observation: Mapping[str, NDArray[Any]],
        action: Mapping[str, NDArray[Any]] | None = None,
    ) -> Message:
        """The message of a slot; arrays are kept until somebody wants its bytes.

        Args:
            slot: slots that have passed.
            time_s: simulated time.
            reward: of the last one.
            observation: now; nobody writes into it any more.
            action: that led here, likewise; None: there was none.
        """
        head = {"kind": "slot", "run": self._run, "slot": slot, "time_s": time_s, "reward": reward}
        return Message(self._run, lambda: self._bytes(head, observation, action), self._size)

    def _bytes(
        self,
        head: Mapping[str, Any],
        observation: Mapping[str, NDArray[Any]],
        action: Mapping[str, NDArray[Any]] | None,
    ) -> bytes:
        values = [observation[name].reshape(-1) for name in self._observed]
        if action is None:
            values.append(self._undecided)
        else:
            values += [action[name].reshape(-1) for name in self._decided]
        told = _json(head).encode()
        told += b" " * (-len(told) % _ALIGNED)
        numbers = np.concatenate(values, dtype="<f4", casting="unsafe")
        return len(told).to_bytes(4, "little") + told + numbers.tobytes()


def unpack(data: bytes) -> tuple[dict[str, Any], NDArray[np.float32]]:
    """Header and values ``[n]`` of the message of a slot."""
    start = 4 + int.from_bytes(data[:4], "little")
    return json.loads(data[4:start]), np.frombuffer(data, "<f4", offset=start)


def begin_message(told: Told) -> Message:
    """A run begins: what its fields mean, and where they lie in a slot's values."""
    schema = told.schema
    at = 0
    fields = []
    for source, declared in (("observation", schema.observations), ("action", schema.actions)):
        for field in declared:
            is_constant = source == "observation" and field.constant_values is not None
            fields.append(_field(field, source, None if is_constant else at))
            at += 0 if is_constant else math.prod(field.shape)
    return _text(
        told.run,
        "begin",
        format=FORMAT,
        name=told.name,
        scenario=schema.scenario,
        reward={"unit": schema.reward_unit, "help": schema.reward_help},
        fields=fields,
        tables=[_table(table) for table in schema.tables],
        **told.facts,
    )


def records_message(run: str, tables: Mapping[str, Mapping[str, Sequence[Any]]]) -> Message:
    """Rows of tables, as columns; NaN and infinity are null."""
    return _text(run, "records", tables=tables)


def forecast_message(
    run: str, made_s: float, for_s: float, values: Mapping[str, tuple[NDArray[Any], NDArray[Any]]]
) -> Message:
    """What a twin expects.

    Args:
        run: whose.
        made_s: simulated time at which it did.
        for_s: and for which.
        values: mean and standard deviation by the field that is forecast, of its shape.
    """
    told = {
        name: {"mean": _rounded(mean), "sd": _rounded(sd)} for name, (mean, sd) in values.items()
    }
    return _text(run, "forecast", made_s=made_s, for_s=for_s, values=told)


def points_message(run: str, title: str, x_name: str, x: float, value: Estimate) -> Message:
    """A point of a curve that is none over simulated time, with its interval.

    Args:
        run: whose.
        title: of the curve.
        x_name: of its axis.
        x: place on it.
        value: there; without an interval, one of no width.
    """
    low, high = (value.mean if end is None else end for end in (value.ci_low, value.ci_high))
    point = {"x": x, "mean": value.mean, "low": low, "high": high}
    return _text(run, "points", title=title, x=x_name, points=[point])


def end_message(run: str, status: str, reason: str = "", folder: str = "") -> Message:
    """A run has ended."""
    return _text(run, "end", status=status, reason=reason, folder=folder)


def clock_text(*, can_pause: bool, paused: bool) -> str:
    """Whether the simulation waits, and whether a page may let it."""
    return _json({"kind": "clock", "can_pause": can_pause, "paused": paused})


def columns_of(table: Table, rows: NDArray[Any]) -> dict[str, list[Any]]:
    """Columns of a structured array ``[n_rows]``; labelled integers as their labels."""
    columns = {}
    for column in table.columns:
        values = _plain(rows[column["name"]])
        labels = column["labels"]
        columns[column["name"]] = [labels[value] for value in values] if labels else values
    return columns


def plain_columns(columns: Mapping[str, NDArray[Any]]) -> dict[str, list[Any]]:
    """Columns ``[n_rows]`` as `records_message` takes them."""
    return {name: _plain(values) for name, values in columns.items()}


def _rounded(values: NDArray[Any]) -> list[Any]:
    return _plain(np.ravel(values).astype(np.float32).astype(np.float64).round(4))


def _plain(values: NDArray[Any]) -> list[Any]:
    """Numbers and texts that JSON knows."""
    listed: list[Any] = values.tolist()
    if values.dtype.kind != "f":
        return listed
    return [value if math.isfinite(value) else None for value in listed]


def _text(run: str, kind: str, **values: Any) -> Message:
    return Message(run, _json({"kind": kind, "run": run, **values}))


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, separators=(",", ":"), allow_nan=False)


def _field(field: Field, source: str, at: int | None) -> dict[str, Any]:
    return {
        **{"name": field.name, "source": source, "at": at, "shape": field.shape},
        **{"dims": field.dims, "unit": field.unit},
        **{"low": _finite(field.low), "high": _finite(field.high)},
        **{"missing": field.missing, "labels": field.labels, "timescale": field.timescale},
        **{"help": field.help, "constant": field.constant_values},
    }


def _finite(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None


def _table(table: Table) -> dict[str, Any]:
    columns = [
        {name: column[name] for name in ("name", "unit", "help", "labels")}
        for column in table.columns
    ]
    return {"name": table.name, "help": table.help, "columns": columns}
