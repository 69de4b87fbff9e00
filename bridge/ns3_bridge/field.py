# SPDX-License-Identifier: MIT
"""The declaration of one quantity that crosses the bridge."""

from __future__ import annotations

import dataclasses
import functools
import re
from enum import IntEnum
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ns3_bridge.errors import NoLabels


@dataclasses.dataclass(frozen=True)
class Field:
    """One quantity that crosses the bridge every slot.

    >>> field = Field("rsrp_dbm", "float32", (2, 3), "dBm", -140, 0, missing=-140)
    >>> field.present([-90.0, -140.0]).tolist()
    [True, False]

    Attributes:
        name: snake_case, with its unit, e.g. ``rsrp_dbm``.
        dtype: NumPy's name of the element type.
        shape: e.g. ``(n_ue, n_bs)``.
        unit: ``"1"`` if the quantity has none.
        low: smallest value of an element.
        high: largest value of an element.
        categorical: the integers name things rather than count them.
        labels: names of the values ``low, low + 1, …``; empty if they have none.
        timescale: how often an action is obeyed: every ``"slot"`` or every ``"frame"``.
        offset: bytes from the start of the observation or action block.
        help: one line of meaning.
        dims: what each axis counts, as long as `shape`: ``"ue"``, ``"bs"``, ``"xy"`` or a name of
            the scenario's own; ``""`` for an axis without a name.
        missing: the value that stands for "there is none"; None if there always is one.
        constant_values: all elements in C order of a field that never changes, or None.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    unit: str
    low: float
    high: float
    categorical: bool = False
    labels: tuple[str, ...] = ()
    timescale: str = "slot"
    offset: int = 0
    help: str = ""
    dims: tuple[str, ...] = ()
    missing: float | None = None
    constant_values: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if not self.dims:
            object.__setattr__(self, "dims", ("",) * len(self.shape))
        if len(self.dims) != len(self.shape):
            raise ValueError(
                f"field {self.name}: {len(self.dims)} names of axes, {len(self.shape)} axes"
            )

    @functools.cached_property
    def bounds(self) -> tuple[Any, Any]:
        """`low` and `high` as elements have them: 0.1 as a float32 is a little more than 0.1."""
        dtype = np.dtype(self.dtype)
        if dtype.kind != "f":
            return self.low, self.high
        with np.errstate(over="ignore"):  # infinite, then
            return dtype.type(self.low), dtype.type(self.high)

    @property
    def constant(self) -> NDArray[np.generic] | None:
        """The values ``shape`` of a field that never changes during a run, else None."""
        if self.constant_values is None:
            return None
        return np.array(self.constant_values, self.dtype).reshape(self.shape)

    @property
    def enum(self) -> type[IntEnum]:
        """The labelled values as integers with names: ``field.enum["PENDING"]``.

        Raises:
            NoLabels: its values have no names.
        """
        return enum_of_labels(self.name, self.labels, int(self.low))

    def present(self, values: ArrayLike) -> NDArray[np.bool_]:
        """Which values are there: neither `missing` nor NaN; same shape as `values`."""
        array = np.asarray(values)
        there: NDArray[np.bool_] = array == array
        if self.missing is not None:
            there &= array != np.dtype(self.dtype).type(self.missing)
        return there

    def axis(self, name: str) -> int | None:
        """Which axis is the one called `name`, or None."""
        return self.dims.index(name) if name in self.dims else None


@functools.cache
def enum_of_labels(name: str, labels: tuple[str, ...], first: int) -> type[IntEnum]:
    """Members ``first, first + 1, …`` named as `labels` in upper case.

    >>> enum_of_labels("handover_state", ("none", "pending"), 0)["PENDING"]
    <HandoverState.PENDING: 1>

    Raises:
        NoLabels: there are none.
    """
    if not labels:
        raise NoLabels(f"the values of {name} have no names (labels)")
    members = [re.sub(r"\W", "_", label).upper() for label in labels]
    camel = "".join(part.title() for part in name.split("_"))
    return cast(type[IntEnum], IntEnum(camel, members, start=first))
