# SPDX-License-Identifier: MIT
"""What a run was like, frame by frame: from what was seen at ends of frames, and from its records.

The columns are those of `py_agent.long_run.frame_series.COLUMNS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import present
from py_agent.experiment.task_statistics import delay_parts, jain_index, left_with_user_s

Floats = NDArray[np.float64]
Columns = dict[str, Floats]
Records = NDArray[np.void]


class FrameEnds:
    """What is known at the ends of frames.

    Args:
        start_s: ns-3 time of the first slot.

    Attributes:
        edges_s: ns-3 times between which frames lie, ``n_frames + 1`` of them.

    Example:
        >>> ends = FrameEnds(start_s=1.0)
        >>> ends.append(2.0, {"virtual_queue": np.array([0.0, 1.0])}, total_reward=-3.0)
        >>> ends.append(2.5, {"virtual_queue": np.array([0.5, 1.5])}, total_reward=-5.0)
        >>> {name: column.tolist() for name, column in ends.columns().items()}
        {'frame_s': [1.0, 0.5], 'cost_s': [3.0, 2.0], 'virtual_queue': [0.5, 1.0]}
    """

    def __init__(self, start_s: float) -> None:
        self.edges_s = [start_s]
        self._rewards = [0.0]
        self._seen: dict[str, list[float]] = {}

    def append(
        self, time_s: float, observation: Mapping[str, NDArray[Any]], total_reward: float
    ) -> None:
        """Add the end of a frame.

        Args:
            time_s: ns-3 time.
            observation: what was seen then; queues of users' models, if it has them, are kept.
            total_reward: of the run so far.
        """
        self.edges_s.append(time_s)
        self._rewards.append(total_reward)
        if "virtual_queue" in observation:
            queue = observation["virtual_queue"].astype(np.float64)
            there = np.broadcast_to(present(observation), queue.shape)
            mean = float(queue[there].mean()) if there.any() else 0.0
            self._seen.setdefault("virtual_queue", []).append(mean)
        if "training_backlog_samples" in observation:
            backlog = float(observation["training_backlog_samples"].sum())
            self._seen.setdefault("training_backlog_samples", []).append(backlog)

    def columns(self) -> Columns:
        """Length and cost of every frame, and the queues at its end."""
        seen = {name: np.array(values) for name, values in self._seen.items()}
        return {"frame_s": np.diff(self.edges_s), "cost_s": -np.diff(self._rewards), **seen}


def task_columns(tasks: Records, edges_s: Sequence[float]) -> Columns:
    """Delays by creation, and the time that tasks were in the system.

    Args:
        tasks: rows of the table ``task``.
        edges_s: of the frames, ``[n_frames + 1]``.
    """
    left_s = left_with_user_s(tasks)
    gone_s = np.fmin(np.fmin(left_s, tasks["done_s"]), edges_s[-1])
    in_system_s = _time_before(edges_s, tasks["created_s"]) - _time_before(edges_s, gone_s)
    parts = delay_parts(tasks, edges_s[-1])
    delay_s, users = parts.delay_s, tasks["ue"]
    frame = _frames(parts.created_s, edges_s)

    def from_frame(statistic: Callable[[NDArray[np.bool_]], Any]) -> Floats:
        """A statistic of the tasks created from each frame on; not a number where there is none."""
        later = (frame >= cut for cut in range(len(edges_s) - 1))
        return np.array([statistic(those) if those.any() else np.nan for those in later])

    columns = {
        "tasks": _sums(frame, np.ones(len(frame)), edges_s),
        "delay_s": _sums(frame, delay_s, edges_s),
        "task_s": np.diff(in_system_s),
        "p95_delay_s_from": from_frame(lambda those: np.percentile(delay_s[those], 95)),
        "p99_delay_s_from": from_frame(lambda those: np.percentile(delay_s[those], 99)),
        "jain_index_from": from_frame(lambda those: jain_index(delay_s[those], users[those])),
    }
    if "left_s" in (tasks.dtype.names or ()):
        columns["tasks_left"] = _counts(left_s, edges_s)
    return columns


def accuracy_columns(accuracy: Records, target: float, edges_s: Sequence[float]) -> Columns:
    """Accuracy and how it missed its target.

    Args:
        accuracy: rows of the table ``accuracy``.
        target: A_min.
        edges_s: of the frames, ``[n_frames + 1]``.
    """
    # A row has the time at which its frame ended.
    frame = _frames(accuracy["time_s"] - accuracy["frame_s"] / 2, edges_s)
    time_s = accuracy["frame_s"]
    _, user = np.unique(accuracy["ue"], return_inverse=True)
    shape = (len(edges_s) - 1, user.max(initial=-1) + 1)
    amounts = {
        "user_s": time_s,
        "accuracy_s": time_s * accuracy["accuracy"],
        "below_s": time_s * (accuracy["deficit"] > 0),
        "deficit_s": time_s * accuracy["deficit"],
    }
    # [n_frames, n_users], then of all frames from each one on
    by_user = {name: np.zeros(shape) for name in amounts}
    for name, amount in amounts.items():
        np.add.at(by_user[name], (frame, user), amount)
    later = {name: values[::-1].cumsum(axis=0)[::-1] for name, values in by_user.items()}
    there = later["user_s"] > 0
    time_s = np.where(there, later["user_s"], 1.0)
    below = np.where(there, later["below_s"] / time_s, 0.0)
    misses = there & (later["accuracy_s"] / time_s < target)
    nobody = ~there.any(axis=1)
    return {
        **{name: values.sum(axis=1) for name, values in by_user.items()},
        "worst_share_below_target_from": np.where(nobody, np.nan, below.max(axis=1, initial=0.0)),
        "users_below_target_from": np.where(
            nobody, np.nan, misses.sum(axis=1) / np.maximum(there.sum(axis=1), 1)
        ),
    }


def training_columns(training: Records, sample_bit: int, edges_s: Sequence[float]) -> Columns:
    """What was trained, by the end of jobs.

    Args:
        training: rows of the table ``training``.
        sample_bit: size of a sample.
        edges_s: of the frames, ``[n_frames + 1]``.
    """
    done = training[~np.isnan(training["done_s"])]
    samples = _sums(_frames(done["done_s"], edges_s), done["samples"], edges_s)
    return {"training_samples": samples, "training_bit": samples * sample_bit}


def handover_columns(
    handovers: Records, labels: Sequence[str], edges_s: Sequence[float]
) -> Columns:
    """Handovers that were done and that failed, by the time of their command.

    Args:
        handovers: rows of the table ``handover``.
        labels: of its outcomes; those of a scenario's own may lack these.
        edges_s: of the frames, ``[n_frames + 1]``.
    """
    commanded_s, outcome = handovers["commanded_s"], handovers["outcome"]
    return {
        f"handovers_{name}": _counts(commanded_s[outcome == labels.index(name)], edges_s)
        for name in ("done", "failed")
        if name in labels
    }


def _frames(times_s: Floats, edges_s: Sequence[float]) -> NDArray[np.intp]:
    """The frame of each time; those of before the first slot are of the first frame."""
    index = np.searchsorted(edges_s, times_s, side="right") - 1
    frames: NDArray[np.intp] = np.clip(index, 0, len(edges_s) - 2)
    return frames


def _sums(frame: NDArray[np.intp], amounts: NDArray[Any], edges_s: Sequence[float]) -> Floats:
    sums = np.bincount(frame, weights=amounts, minlength=len(edges_s) - 1)
    return sums.astype(np.float64)


def _counts(times_s: Floats, edges_s: Sequence[float]) -> Floats:
    """How many of these times lie in each frame; what has not happened is not a number."""
    happened = times_s[~np.isnan(times_s)]
    return _sums(_frames(happened, edges_s), np.ones(len(happened)), edges_s)


def _time_before(times_s: Sequence[float], events_s: Floats) -> Floats:
    """Σ max(0, t − event) over all events, at each time t, ``[n_times]``."""
    ordered = np.sort(events_s)
    count = np.searchsorted(ordered, times_s)
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    before: Floats = np.asarray(times_s) * count - sums[count]
    return before
