# SPDX-License-Identifier: MIT
"""Users that share something: sums over all of a group, and over those who come first in it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Groups:
    """Who shares with whom.

    Args:
        group: number of each user's group, from -1 on, ``[..., n]``.

    Attributes:
        members: ``[..., n_groups, n]``.

    Example:
        >>> groups = Groups(np.array([0, 1, 0], np.int32))
        >>> groups.of_users(groups.total(np.array([1.0, 2.0, 3.0]))).tolist()
        [4.0, 2.0, 4.0]
    """

    def __init__(self, group: NDArray[np.int32]) -> None:
        self._group = group
        self.members: NDArray[np.bool_] = (
            group[..., None, :] == np.arange(-1, group.max() + 1)[:, None]
        )

    def total(self, value: NDArray[np.generic]) -> Floats:
        """Of each group, ``[..., n_groups]``, from values ``[..., n]``."""
        total: Floats = (self.members * value[..., None, :]).sum(axis=-1)
        return total

    def of_users(self, value: NDArray[np.generic]) -> Floats:
        """The value of each user's group, ``[..., n]``, from ``[..., n_groups]``."""
        own: Floats = (self.members * value[..., None]).sum(axis=-2)
        return own

    def ahead(self, place: NDArray[np.number[Any]]) -> NDArray[np.bool_]:
        """Whether another user of the group has a smaller place, ``[..., n, n]``: one, another."""
        same = self._group[..., :, None] == self._group[..., None, :]
        ahead: NDArray[np.bool_] = same & (place[..., None, :] < place[..., :, None])
        return ahead
