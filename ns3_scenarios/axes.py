# SPDX-License-Identifier: MIT
"""One element of an axis: what a field is to a single base station, flow or user."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import Field


def without_axis(field: Field, axis: int | None) -> Field:
    """The declaration of a field of one element; without the axis, the field as it is."""
    if axis is None:
        return field
    return dataclasses.replace(
        field,
        shape=field.shape[:axis] + field.shape[axis + 1 :],
        dims=field.dims[:axis] + field.dims[axis + 1 :],
        constant_values=None,
    )


def element(value: NDArray[Any], axis: int | None, index: int) -> NDArray[Any]:
    """The values of one element; without the axis, all of them."""
    return value if axis is None else np.asarray(value.take(index, axis))
