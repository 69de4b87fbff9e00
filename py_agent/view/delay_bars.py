# SPDX-License-Identifier: MIT
"""The delays of a run's tasks by the time of their creation, in some thirty bars."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.experiment.run_data import slot_field, table_columns
from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.task_statistics import DelayParts, delay_parts

#: What a delay is made of: for people, and as `DelayParts` calls it.
PARTS = {
    "upload": "upload_s",
    "queue at the server": "compute_queue_s",
    "computation": "compute_s",
    "download": "download_s",
}
_BARS = 30


def bar_s(summary: Mapping[str, Any]) -> float:
    """Width of a bar: a second, in long runs more."""
    return max(1.0, float(summary["sim_time_s"]) / _BARS)


@dataclasses.dataclass(frozen=True)
class DelayBars:
    """Tasks, each in the bar of its creation.

    Attributes:
        start_s: ns-3 time at which the first bar begins.
        width_s: of a bar.
        bar: of each task, ``[n_tasks]``.
        parts: of each task's delay.

    Example:
        >>> tasks = {"created_s": [1.0, 1.5, 2.5], "done_s": [1.2, 2.1, 3.0]}
        >>> tasks |= {"uploaded_s": tasks["created_s"], "computed_s": tasks["done_s"]}
        >>> parts = delay_parts(tasks | {"compute_s": [0.1, 0.1, 0.1]}, end_s=3.0)
        >>> DelayBars(1.0, 1.0, np.array([0, 0, 1]), parts).mean_s().round(2).tolist()
        [0.4, 0.5]
    """

    start_s: float
    width_s: float
    bar: NDArray[np.intp]
    parts: DelayParts

    @classmethod
    def of(cls, folder: RunFolder, summary: Mapping[str, Any]) -> DelayBars:
        """Of a run with tasks."""
        start_s = float(slot_field(folder, "time_s")[0, 0])
        parts = delay_parts(table_columns(folder, "task"), start_s + summary["sim_time_s"])
        width_s = bar_s(summary)
        n_bars = max(1, round(summary["sim_time_s"] / width_s))  # the last one may be cut short
        bar = ((parts.created_s - start_s) // width_s).astype(np.intp)
        return cls(start_s, width_s, np.clip(bar, 0, n_bars - 1), parts)

    @property
    def count(self) -> NDArray[np.intp]:
        """Tasks in each bar, ``[n_bars]``."""
        return np.bincount(self.bar)

    @property
    def edges_s(self) -> NDArray[np.float64]:
        """ns-3 time at which each bar begins, ``[n_bars]``."""
        return np.asarray(self.start_s + self.width_s * np.arange(len(self.count)), np.float64)

    def mean_s(self, part: str = "delay_s") -> NDArray[np.float64]:
        """Mean of a part of the delay in each bar, ``[n_bars]``; 0 where there is no task."""
        total_s = np.bincount(self.bar, weights=getattr(self.parts, part))
        return np.asarray(total_s / np.maximum(self.count, 1), np.float64)
