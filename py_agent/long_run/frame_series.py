# SPDX-License-Identifier: MIT
"""What a run was like, frame by frame: statistics of what is left when its warm-up is cut off."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: What a series may hold of each frame, and of all frames from it on (``…_from``). Delays are of
#: tasks by the frame that they are created in; a task still under way counts with its age, one that
#: left with its user with its age then.
COLUMNS = {
    "frame_s": "length of the frame [s]",
    "cost_s": "minus the reward [task s]",
    "tasks": "created in the frame",
    "delay_s": "sum of their delays [s]",
    "task_s": "time that tasks were in the system, whenever created (Little's law) [task s]",
    "p95_delay_s_from": "95th percentile of the delays of tasks created from the frame on [s]",
    "p99_delay_s_from": "99th percentile [s]",
    "jain_index_from": "fairness of the users' mean delays",
    "tasks_left": "tasks that left with their user",
    "handovers_done": "completed handovers",
    "handovers_failed": "failed ones",
    "user_s": "time of users with a model [user s]",
    "accuracy_s": "their accuracy, integrated [user s]",
    "below_s": "their time below the target [user s]",
    "deficit_s": "by how much they missed it, integrated [user s]",
    "worst_share_below_target_from": "share of time below the target, of the user with the largest",
    "users_below_target_from": "share of users whose mean accuracy misses the target",
    "virtual_queue": "Z at the end of the frame, mean over users",
    "training_backlog_samples": "at the end of the frame, all users",
    "training_samples": "of the jobs that were done",
    "training_bit": "their size [bit]",
}

_MEANS = {
    "mean_delay_s": ("delay_s", "tasks", 1.0),
    "cost_per_s": ("cost_s", "frame_s", 1.0),
    "deficit_per_s": ("deficit_s", "frame_s", 1.0),
    "accuracy_mean": ("accuracy_s", "user_s", 1.0),
    "share_below_target": ("below_s", "user_s", 1.0),
    "handovers_per_min": ("handovers_done", "frame_s", 60.0),
    "training_mbit_s": ("training_bit", "frame_s", 1e-6),
}
_TOTALS = ("tasks_left", "handovers_failed")


@dataclasses.dataclass(frozen=True)
class FrameSeries:
    """Columns of `COLUMNS`, as many as the run's scenario has.

    Attributes:
        columns: ``[n_frames]`` each; not a number where there is nothing to take it of.

    Example:
        >>> numbers = {"frame_s": np.ones(3), "tasks": np.array([2, 0, 1])}
        >>> series = FrameSeries({**numbers, "delay_s": np.array([0.6, 0, 0.1])})
        >>> series.after(0)["mean_delay_s"].__round__(3), series.after(1)["mean_delay_s"]
        (0.233, 0.1)
    """

    columns: Mapping[str, Floats]

    def __post_init__(self) -> None:
        unknown = set(self.columns) - set(COLUMNS)
        if unknown or "frame_s" not in self.columns:
            told = f"unknown: {', '.join(sorted(unknown))}" if unknown else "frame_s is missing"
            raise ValueError(f"no series of frames: {told}")
        if len({np.shape(column) for column in self.columns.values()}) > 1:
            raise ValueError("no series of frames: columns of different length")

    def __len__(self) -> int:
        return len(self.columns["frame_s"])

    def rate(self, name: str) -> Floats | None:
        """An amount per frame as one per second, ``[n_frames]``; None: not measured."""
        return self.columns[name] / self.columns["frame_s"] if name in self.columns else None

    def after(self, cut: int) -> dict[str, float | None]:
        """Statistics of the frames from `cut` on, named as in a run's summary.

        Those of which there are columns; None: there is no task, or no user.
        """
        sums = {name: float(column[cut:].sum()) for name, column in self.columns.items()}
        found: dict[str, float | None] = {"horizon_s": sums["frame_s"]}
        for name, (amount, of, factor) in _MEANS.items():
            if amount in sums:
                found[name] = factor * sums[amount] / sums[of] if sums[of] > 0 else None
        found |= {name: sums[name] for name in _TOTALS if name in sums}
        for name, column in self.columns.items():
            if name.endswith("_from"):
                value = float(column[cut])
                found[name.removesuffix("_from")] = None if np.isnan(value) else value
        return found

    def to_json(self) -> dict[str, list[float | None]]:
        """As plain values."""
        return {
            name: [None if np.isnan(value) else value for value in column.tolist()]
            for name, column in self.columns.items()
        }

    @classmethod
    def from_json(cls, values: Any) -> FrameSeries:
        """What `to_json` has returned.

        Raises:
            ValueError: it has not.
        """
        if not isinstance(values, dict):
            raise ValueError(f"no series of frames: {type(values).__name__}")
        try:
            return cls({name: np.array(column, np.float64) for name, column in values.items()})
        except TypeError as error:
            raise ValueError(f"no series of frames: {error}") from error
