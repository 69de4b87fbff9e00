# SPDX-License-Identifier: MIT
"""Checks an action before it reaches the simulator, so that a wrong one costs nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ns3_bridge.errors import InvalidAction
from ns3_bridge.field import Field
from ns3_bridge.schema import Schema


def check_action(action: Mapping[str, ArrayLike], schema: Schema) -> dict[str, NDArray[Any]]:
    """Return the action as arrays of the declared shapes and dtypes.

    Args:
        action: one entry per declared action field, of the field's shape.
        schema: the simulator's declaration.

    Raises:
        InvalidAction: a field is unknown, missing or refused, has a wrong shape, or an element is
            NaN, not a number of the field's kind, or out of bounds.
    """
    _check_names(action, schema)
    return {
        f.name: _check_field(as_array(f.name, action[f.name]), f, f.shape) for f in schema.actions
    }


def check_actions(
    actions: Mapping[str, ArrayLike], schema: Schema, envs: Sequence[int], rows: Sequence[int]
) -> list[dict[str, NDArray[Any]]]:
    """Return the actions of some environments as arrays of the declared shapes and dtypes.

    Args:
        actions: one entry per declared action field, ``[len(envs), *field.shape]``.
        schema: the simulator's declaration.
        envs: the numbers of the environments, for messages.
        rows: which rows of `actions` count.

    Returns:
        per one of `rows` what `check_action` returns.

    Raises:
        InvalidAction: as of `check_action`; the message names the environment.
    """
    _check_names(actions, schema)
    arrays = {name: as_array(name, value) for name, value in actions.items()}
    for name, array in arrays.items():
        if array.shape[:1] != (len(envs),):
            raise InvalidAction(
                name, f"{name} has shape {array.shape}, expected [{len(envs)}, …]: a row for each"
            )
    if len(rows) < len(envs):
        arrays = {name: array[list(rows)] for name, array in arrays.items()}
    if not rows:
        return []
    try:  # all at once takes no longer than one
        checked = {
            field.name: _check_field(arrays[field.name], field, (len(rows), *field.shape))
            for field in schema.actions
        }
    except InvalidAction:
        return [
            _explained({name: array[i] for name, array in arrays.items()}, schema, envs[row])
            for i, row in enumerate(rows)
        ]
    return [{name: array[i] for name, array in checked.items()} for i in range(len(rows))]


def _explained(action: Mapping[str, ArrayLike], schema: Schema, env: int) -> dict[str, Any]:
    try:
        return check_action(action, schema)
    except InvalidAction as error:
        raise InvalidAction(error.field, f"environment {env}: {error}") from error


def _check_names(action: Mapping[str, ArrayLike], schema: Schema) -> None:
    if not isinstance(action, Mapping):
        names = ", ".join(field.name for field in schema.actions)
        raise InvalidAction(
            "",
            f"the action is {_kind(action)}, expected a dict of {names}; FlatBox takes vectors",
        )
    for name in action:
        if name in schema.refused_actions:
            raise InvalidAction(name, f"{name} is refused: {schema.refused_actions[name]}")
    declared = [field.name for field in schema.actions]
    for name in action:
        if name not in declared:
            known = ", ".join(declared)
            raise InvalidAction(name, f"{name} is not an action field; known: {known}")
    for name in declared:
        if name not in action:
            raise InvalidAction(name, f"{name} is missing; expected: {', '.join(declared)}")


def _kind(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return f"of type {type(value).__name__}"


def as_array(name: str, value: ArrayLike) -> NDArray[Any]:
    """What an agent gives for an action field, as an array.

    Raises:
        InvalidAction: it is None, or can be none.
    """
    if value is None:
        raise InvalidAction(name, f"{name} is None")
    try:
        return np.asarray(value)
    except Exception as error:  # ragged lists; whatever an agent's own array raises
        raise InvalidAction(name, f"{name} is not an array: {error}") from error


def _check_field(array: NDArray[Any], field: Field, shape: tuple[int, ...]) -> NDArray[Any]:
    if array.shape != shape:
        raise InvalidAction(field.name, f"{field.name} has shape {array.shape}, expected {shape}")
    if array.dtype.kind not in "iuf":
        raise InvalidAction(
            field.name, f"{field.name} has dtype {array.dtype}, expected {field.dtype}"
        )
    # Written so that NaN fails.
    low, high = field.bounds
    if array.size and not (array.min() >= low and array.max() <= high):
        bad = ~((array >= low) & (array <= high))
        unit = "" if field.unit == "1" else f" {field.unit}"
        raise InvalidAction(
            field.name,
            f"{_first(bad, array, field)} is outside [{field.low:g}, {field.high:g}]{unit}",
        )
    converted = array.astype(field.dtype, copy=False)
    if array.dtype.kind == "f" and converted.dtype.kind != "f":
        fractional = converted != array
        if fractional.any():
            raise InvalidAction(field.name, f"{_first(fractional, array, field)} is not an integer")
    return converted


def _first(bad: NDArray[np.bool_], array: NDArray[Any], field: Field) -> str:
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    return f"{field.name}{list(index)} = {array[index]}"
