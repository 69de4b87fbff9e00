# SPDX-License-Identifier: MIT
"""The fields of a scenario as spaces that ns3-gym and ns3-ai know, and their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import ArrayLike

from ns3_bridge.errors import InvalidSetting
from ns3_bridge.field import Field

# The messages have no integers of 64 bits; a double holds those up to 2⁵³.
_DTYPES: Mapping[str, type[np.generic]] = {
    "uint8": np.uint32,
    "int32": np.int32,
    "int64": np.float64,
    "float32": np.float32,
    "float64": np.float64,
}


def select_fields(
    fields: Sequence[Field], names: Sequence[str] | None, option: str
) -> Sequence[Field]:
    """The fields of those names, in the order of their declaration; None: all.

    Raises:
        InvalidSetting: there is no field of that name; `option` is where it was asked for.
    """
    if names is None:
        return fields
    known = [field.name for field in fields]
    for name in names:
        if name not in known:
            raise InvalidSetting(f"{option}: no field {name!r}; known: {', '.join(known)}")
    return [field for field in fields if field.name in names]


def flat_space(fields: Sequence[Field]) -> spaces.Dict:
    """A Dict with one entry per field, in their order.

    A single category from 0 on is a Discrete, everything else a Box of one dimension, in C order:
    the agents' own library sends and reads no others. `pack_value` flattens what needs it.
    """
    return spaces.Dict([(field.name, _space_of(field)) for field in fields])


def shaped_values(values: Mapping[str, ArrayLike], fields: Sequence[Field]) -> dict[str, ArrayLike]:
    """Actions as the scenario wants them."""
    return {field.name: np.reshape(values[field.name], field.shape) for field in fields}


def _space_of(field: Field) -> spaces.Space[Any]:
    if field.categorical and field.low == 0 and field.shape == ():
        return spaces.Discrete(int(field.high) + 1)
    size = int(np.prod(field.shape))
    return spaces.Box(field.low, field.high, (size,), _DTYPES[field.dtype])
