# SPDX-License-Identifier: MIT
"""Observations of many environments as arrays with one row each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ns3_bridge.schema import Schema, block_dtype, bytes_of

Batch: TypeAlias = dict[str, NDArray[Any]]

_ALIGNMENT = 64


class ObservationBatch:
    """The last observation of each environment.

    Args:
        schema: the declared fields.
        num_envs: how many environments there are.

    Example:
        >>> from ns3_bridge import Field
        >>> field = Field("echo", "float32", (2,), "1", 0, 1)
        >>> schema = Schema("mine", 8, 0, "1", "", (field,), (), {}, ())
        >>> batch = ObservationBatch(schema, num_envs=3)
        >>> batch.take([0, 2])["echo"].shape
        (2, 2)
    """

    def __init__(self, schema: Schema, num_envs: int) -> None:
        self._size = schema.observation_bytes
        stride = -(-self._size // _ALIGNMENT) * _ALIGNMENT
        self._dtype = block_dtype(schema.observations, stride)
        self._rows = np.zeros((num_envs, stride), np.uint8)

    def put(self, env: int, block: NDArray[np.void]) -> None:
        """Take over the observation block of an environment."""
        self._rows[env, : self._size] = bytes_of(block)

    def take(self, envs: Sequence[int] | slice = slice(None)) -> Batch:
        """The observations of some environments in memory of their own.

        Returns:
            per field an array ``[len(envs), *shape]``.
        """
        if not self._dtype.names:
            return {}
        blocks = self._rows[envs].copy().view(self._dtype)[:, 0]
        return {name: blocks[name] for name in self._dtype.names}
