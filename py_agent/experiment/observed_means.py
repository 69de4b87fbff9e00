# SPDX-License-Identifier: MIT
"""What a run was like where there are no tasks: means over time of what was observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import Field
from py_agent.experiment.task_statistics import jain_index

Floats = NDArray[np.float64]
_CLOCK = "time_s"


class ObservedMeans:
    """Means over time of every observation that is a quantity.

    What is observed at the end of a step counts for its time. A missing value does not count.

    Args:
        fields: declared observations.

    Example:
        >>> rate = Field("rate_mbps", "float64", (2,), "Mbit/s", 0, 1e3, dims=("flow",))
        >>> means = ObservedMeans([rate])
        >>> means.add({"rate_mbps": np.array([1.0, 3.0])}, 0.1)
        >>> means.add({"rate_mbps": np.array([5.0, 3.0])}, 0.3)
        >>> means.summary()
        {'mean_rate_mbps': 3.5, 'jain_index_rate_mbps': 0.98}
    """

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = [
            field
            for field in fields
            if not field.categorical and field.constant_values is None and field.name != _CLOCK
        ]
        self._sums = {field.name: np.zeros(field.shape) for field in self._fields}
        self._times_s = {field.name: np.zeros(field.shape) for field in self._fields}

    def add(self, observation: Mapping[str, NDArray[Any]], time_s: float) -> None:
        """Count what was observed for the time that it took."""
        for field in self._fields:
            value = observation[field.name]
            there = field.present(value)
            self._sums[field.name] += np.where(there, value, 0) * time_s
            self._times_s[field.name] += np.where(there, time_s, 0)

    def summary(self) -> dict[str, float]:
        """The mean of each field, over its elements, too.

        Where rates are observed of several, also how equal their means are: the index of Jain,
        Chiu and Hawe (1984), 1 where all have the same.
        """
        found: dict[str, float] = {}
        for field in self._fields:
            time_s = self._times_s[field.name]
            known = time_s > 0
            if not known.any():
                continue
            means: Floats = self._sums[field.name][known] / time_s[known]
            found[f"mean_{field.name}"] = float(means.mean())
            if len(means) > 1 and field.dims[0] and field.unit.endswith("bit/s"):
                index = jain_index(means, np.arange(len(means)))
                found[f"jain_index_{field.name}"] = round(index or 1.0, 12)
        return found
