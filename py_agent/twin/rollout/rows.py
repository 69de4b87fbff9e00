# SPDX-License-Identifier: MIT
"""Some futures of a batch, in dataclasses of tensors whose first dimension is the batch."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.nn.functional import pad

State = TypeVar("State")


def take_rows(state: State, rows: Tensor) -> State:
    """A copy of the futures `rows`, ``[n_rows]``."""
    return _map(state, lambda tensor: tensor[rows])


def copy_of(state: State) -> State:
    """A copy of all futures."""
    return _map(state, lambda tensor: tensor.clone())


def put_rows(state: Any, rows: Tensor, fresh: Any) -> None:
    """Replace the futures `rows` of `state` by `fresh`, in place."""
    for field in dataclasses.fields(state):
        value, new = getattr(state, field.name), getattr(fresh, field.name)
        if isinstance(value, Tensor):
            if len(value):  # what a network does not have is empty
                value[rows] = new
        else:
            put_rows(value, rows, new)


def padded(tensor: Tensor, n: int, value: float) -> Tensor:
    """The last dimension brought to length `n`."""
    return pad(tensor, (0, n - tensor.shape[-1]), value=value)


def _map(state: State, change: Any) -> State:
    values = {}
    for field in dataclasses.fields(state):  # type: ignore[arg-type]
        value = getattr(state, field.name)
        values[field.name] = change(value) if isinstance(value, Tensor) else _map(value, change)
    return type(state)(**values)


def pick(values: Tensor, index: Tensor) -> Tensor:
    """Of some entries, by flat number ``[n]``; several times as fast as NumPy's way to index."""
    return values.view(-1).index_select(0, index)


def put(values: Tensor, index: Tensor, new: Tensor) -> None:
    """Replace entries, by flat number ``[n]``, each at most once."""
    values.view(-1).index_copy_(0, index, new)


def where_true(mask: Tensor) -> Tensor:
    """Flat numbers of the entries that are true, ``[n]``."""
    return mask.reshape(-1).nonzero()[:, 0]


def split(index: Tensor, n: int, total: int) -> tuple[Tensor, Tensor]:
    """Row and place in it of flat numbers, ``[n]`` each; a table is faster than to divide.

    Args:
        index: flat numbers.
        n: length of a row.
        total: of all rows.
    """
    row = _row_of(total, n, index.device).index_select(0, index)
    return row, index - row * n


@functools.lru_cache(maxsize=8)
def _row_of(total: int, n: int, device: torch.device) -> Tensor:
    return torch.arange(total // n, device=device).repeat_interleave(n)
