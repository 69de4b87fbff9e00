# SPDX-License-Identifier: MIT
"""Gymnasium spaces from declarations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium import spaces

from ns3_bridge.field import Field


def space_of(field: Field) -> spaces.Space[Any]:
    """The space of one field: MultiDiscrete for categories from 0 on, otherwise a Box.

    That of a single category without axes is Discrete.
    """
    dtype = np.dtype(field.dtype)
    if field.categorical and field.low == 0:
        if field.shape == ():
            return spaces.Discrete(int(field.high) + 1)
        choices = np.full(field.shape, int(field.high) + 1)
        return spaces.MultiDiscrete(choices, dtype=dtype.type)
    return spaces.Box(field.low, field.high, field.shape, dtype.type)


def dict_space(fields: Sequence[Field]) -> spaces.Dict:
    """The space of all observations or all actions: one entry per field, in their order."""
    return spaces.Dict([(field.name, space_of(field)) for field in fields])
