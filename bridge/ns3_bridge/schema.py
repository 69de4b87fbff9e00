# SPDX-License-Identifier: MIT
"""The declarations that a simulator makes of its fields and tables, as Python sees them."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import _native
from ns3_bridge.errors import HandshakeError, UnknownField
from ns3_bridge.field import Field, enum_of_labels

PROTOCOL_VERSION = _native.PROTOCOL_VERSION
_T = TypeVar("_T")


def block_dtype(fields: Sequence[Field], byte_count: int) -> np.dtype[np.void]:
    """Structured type of a block of observations or actions, as it lies in memory.

    ``block.view(block_dtype(…))[0]["rsrp_dbm"]`` is the field of that name, without a copy.

    Raises:
        HandshakeError: a field does not fit in the block.
    """
    if not fields:
        return np.dtype([])
    try:
        return np.dtype(
            {
                "names": [field.name for field in fields],
                "formats": [(field.dtype, field.shape) for field in fields],
                "offsets": [field.offset for field in fields],
                "itemsize": byte_count,
            }
        )
    except (ValueError, TypeError) as error:
        raise HandshakeError(
            f"the declared fields do not fit in {byte_count} bytes: {error}"
        ) from error


def fields_of(block: NDArray[np.void]) -> dict[str, NDArray[Any]]:
    """The fields of a block ``[1]`` of `block_dtype`: per field a view ``field.shape``."""
    element = block.reshape(())  # of which a field is one indexing away
    return {name: element[name] for name in block.dtype.names or ()}


def bytes_of(block: NDArray[np.void]) -> NDArray[np.uint8]:
    """The bytes of a block ``[1]`` of `block_dtype`, without a copy."""
    return block.view(np.uint8) if block.dtype.itemsize else np.empty(0, np.uint8)


def copy_fields(block: NDArray[np.void]) -> dict[str, NDArray[Any]]:
    """The fields of a block in memory of their own: per field an array ``field.shape``."""
    # As bytes: NumPy copies a structured element field by field, which takes ten times as long.
    return fields_of(bytes_of(block).copy().view(block.dtype)) if block.dtype.itemsize else {}


@dataclasses.dataclass(frozen=True)
class Table:
    """Records that a simulator writes whenever something happens.

    >>> columns = ({"name": "ue", "dtype": "int64"}, {"name": "done_s", "dtype": "float64"})
    >>> Table("task", "one row per task", columns).dtype.names
    ('ue', 'done_s')

    Attributes:
        name: e.g. ``task``.
        help: when a row is written.
        columns: names, units, meanings and labels of the columns, as declared.
    """

    name: str
    help: str
    columns: tuple[Mapping[str, Any], ...]

    @property
    def dtype(self) -> np.dtype[np.void]:
        """Structured type of one row."""
        return np.dtype([(column["name"], column["dtype"]) for column in self.columns])

    def column(self, name: str) -> Mapping[str, Any]:
        """The declaration of a column.

        Raises:
            UnknownField: there is none of that name.
        """
        return _named(f"column of {self.name}", name, {c["name"]: c for c in self.columns})

    def enum(self, column: str) -> type[IntEnum]:
        """The labelled values of a column as integers with names: ``table.enum("outcome")``.

        Raises:
            UnknownField: there is no such column.
            NoLabels: its values have no names.
        """
        return enum_of_labels(column, tuple(self.column(column)["labels"]), 0)


@dataclasses.dataclass(frozen=True)
class Schema:
    """All that a simulator declares: the source of spaces, documentation and memory layout.

    >>> power = Field("rsrp_dbm", "float32", (20, 3), "dBm", -140, 0, dims=("ue", "bs"))
    >>> schema = Schema("cellular", 240, 0, "1", "", (power,), (), {}, ())
    >>> schema.sizes
    {'ue': 20, 'bs': 3}
    >>> schema.observation("rsrp_dbm").low
    -140

    Attributes:
        scenario: as users call it.
        observation_bytes: size of the observation block.
        action_bytes: size of the action block.
        reward_unit: ``"1"`` if it has none.
        reward_help: what the reward of a slot is.
        observations: the fields that agents see.
        actions: the fields that agents fill.
        refused_actions: why an action that agents may expect cannot be enforced, by name.
        tables: the records.
        radio: the access network whose fields these are, e.g. ``"lte"``; ``""`` without one.
    """

    scenario: str
    observation_bytes: int
    action_bytes: int
    reward_unit: str
    reward_help: str
    observations: tuple[Field, ...]
    actions: tuple[Field, ...]
    refused_actions: Mapping[str, str]
    tables: tuple[Table, ...]
    radio: str = ""

    @functools.cached_property
    def observation_dtype(self) -> np.dtype[np.void]:
        """`block_dtype` of the observations."""
        return block_dtype(self.observations, self.observation_bytes)

    @functools.cached_property
    def action_dtype(self) -> np.dtype[np.void]:
        """`block_dtype` of the actions."""
        return block_dtype(self.actions, self.action_bytes)

    @functools.cached_property
    def sizes(self) -> Mapping[str, int]:
        """Length of every axis that has a name: ``{"ue": 20, "bs": 3, "xy": 2}``."""
        return {
            name: length
            for field in (*self.observations, *self.actions)
            for name, length in zip(field.dims, field.shape, strict=True)
            if name
        }

    def observation(self, name: str) -> Field:
        """The observation of that name. Raises `UnknownField` if there is none."""
        return _named("observation", name, {field.name: field for field in self.observations})

    def action(self, name: str) -> Field:
        """The action of that name. Raises `UnknownField` if there is none."""
        return _named("action", name, {field.name: field for field in self.actions})

    def table(self, name: str) -> Table:
        """The table of that name. Raises `UnknownField` if there is none."""
        return _named("table", name, {table.name: table for table in self.tables})

    @classmethod
    def from_json(cls, text: str | bytes) -> Schema:
        """Read a declaration.

        Raises:
            HandshakeError: the text is not a declaration of this protocol version.
        """
        try:
            declared = json.loads(text)
            version = declared["protocol_version"]
            if version != PROTOCOL_VERSION:
                raise HandshakeError(
                    f"the simulator speaks protocol version {version}, "
                    f"this agent version {PROTOCOL_VERSION}: rebuild the older one"
                )
            return cls(
                scenario=declared["scenario"],
                observation_bytes=declared["observation_bytes"],
                action_bytes=declared["action_bytes"],
                reward_unit=declared["reward"]["unit"],
                reward_help=declared["reward"]["help"],
                observations=tuple(map(_field, declared["observations"])),
                actions=tuple(map(_field, declared["actions"])),
                refused_actions={r["name"]: r["reason"] for r in declared["refused_actions"]},
                tables=tuple(
                    Table(t["name"], t["help"], tuple(t["columns"])) for t in declared["tables"]
                ),
                radio=declared["radio"],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise HandshakeError(
                f"the simulator's declaration cannot be read: {error!r}"
            ) from error


def _named(kind: str, name: str, known: Mapping[str, _T]) -> _T:
    if name not in known:
        raise UnknownField(f"no {kind} is called {name!r}; known: {', '.join(known) or 'none'}")
    return known[name]


def _field(declared: Mapping[str, Any]) -> Field:
    told = dict(declared)
    constant = told.pop("constant")
    for key in ("shape", "labels", "dims"):
        told[key] = tuple(told[key])
    return Field(**told, constant_values=None if constant is None else tuple(constant))
