# SPDX-License-Identifier: MIT
"""What the tasks of a run had to wait for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import Schema

_COLUMNS = ("ue", "created_s", "uploaded_s", "compute_s", "computed_s", "done_s")


def records_tasks(schema: Schema) -> bool:
    """Whether a scenario has tasks; a table ``task`` of its own with other columns is none."""
    columns = {table.name: set(table.dtype.names or ()) for table in schema.tables}
    return set(_COLUMNS) <= columns.get("task", set())


@dataclasses.dataclass(frozen=True)
class DelayParts:
    """End-to-end delay of each task and its parts, ``[n_tasks]`` each.

    ``delay = upload + compute queue + compute + download``. A task that is still under way when the
    run ends, or when its user leaves with it, counts with its age then: whoever lets those wait
    who will leave gains nothing by it. Its time in the present stage counts to that stage.

    Attributes:
        done: the task was computed, and its result, if it has one, is at the user.
        left: its user left before.
        created_s: ns-3 time of creation.
        delay_s: end-to-end delay, or age.
        upload_s: until the last byte arrived at the edge.
        compute_queue_s: at the server, beyond what the whole server would have needed.
        compute_s: what the whole server needs for it.
        download_s: from then until the result was at the user; 0 without result.

    Example:
        >>> tasks = {"created_s": [1.0, 1.5], "uploaded_s": [1.2, np.nan]}
        >>> tasks |= {"compute_s": [0.1, np.nan], "computed_s": [1.5, np.nan]}
        >>> tasks |= {"done_s": [1.5, np.nan]}
        >>> parts = delay_parts(tasks, end_s=2.0)
        >>> parts.delay_s.round(2).tolist(), parts.compute_queue_s.round(2).tolist()
        ([0.5, 0.5], [0.2, 0.0])
    """

    done: NDArray[np.bool_]
    left: NDArray[np.bool_]
    created_s: NDArray[np.float64]
    delay_s: NDArray[np.float64]
    upload_s: NDArray[np.float64]
    compute_queue_s: NDArray[np.float64]
    compute_s: NDArray[np.float64]
    download_s: NDArray[np.float64]


def delay_parts(tasks: Mapping[str, Any] | NDArray[Any], end_s: float) -> DelayParts:
    """Split the delays of tasks.

    Args:
        tasks: columns ``created_s``, ``uploaded_s``, ``compute_s``, ``computed_s``,
            ``done_s`` and, where users leave, ``left_s`` of the ``task`` table, ``[n_tasks]`` each;
            NaN where something has not happened.
        end_s: ns-3 time at which the run ended.
    """
    created_s, uploaded_s, needed_s, computed_s, done_s = (
        np.asarray(tasks[name], np.float64)
        for name in ("created_s", "uploaded_s", "compute_s", "computed_s", "done_s")
    )
    needed_s = np.nan_to_num(needed_s)
    user_left_s = left_with_user_s(tasks)
    last_s = np.where(np.isnan(user_left_s), end_s, user_left_s)

    left_upload_s = np.where(np.isnan(uploaded_s), last_s, uploaded_s)
    left_s = np.where(np.isnan(done_s), last_s, done_s)
    left_server_s = np.where(np.isnan(computed_s), last_s, computed_s)
    at_server_s = left_server_s - left_upload_s
    compute_s = np.minimum(needed_s, at_server_s)
    return DelayParts(
        done=~np.isnan(done_s),
        left=~np.isnan(user_left_s),
        created_s=created_s,
        delay_s=left_s - created_s,
        upload_s=left_upload_s - created_s,
        compute_queue_s=at_server_s - compute_s,
        compute_s=compute_s,
        download_s=left_s - left_server_s,
    )


def left_with_user_s(tasks: Mapping[str, Any] | NDArray[Any]) -> NDArray[np.float64]:
    """When each task was dropped because its user left; NaN: it was not, ``[n_tasks]``."""
    names = tasks.keys() if isinstance(tasks, Mapping) else tasks.dtype.names or ()
    if "left_s" not in names:
        return np.full(len(tasks["created_s"]), np.nan)
    return np.asarray(tasks["left_s"], np.float64)


def summarise_delays(parts: DelayParts) -> dict[str, float | int | None]:
    """Counts, means and percentiles; None where there is no task."""

    def mean(values: NDArray[np.float64]) -> float | None:
        return float(values.mean()) if len(values) else None

    def percentile(q: float) -> float | None:
        return float(np.percentile(parts.delay_s, q)) if len(parts.delay_s) else None

    return {
        "tasks_completed": int(parts.done.sum()),
        "tasks_unfinished": int((~parts.done & ~parts.left).sum()),
        "mean_delay_s": mean(parts.delay_s),
        "p95_delay_s": percentile(95),
        "p99_delay_s": percentile(99),
        "mean_upload_s": mean(parts.upload_s),
        "mean_compute_queue_s": mean(parts.compute_queue_s),
        "mean_compute_s": mean(parts.compute_s),
        "mean_download_s": mean(parts.download_s),
    }


def jain_index(values: NDArray[np.float64], users: NDArray[np.int64]) -> float | None:
    """Fairness of the users' means, ``(Σ x)² / (n Σ x²)``: 1 if all are equal, 1/n at worst.

    Jain, Chiu and Hawe 1984, equation 2. Users without a task do not count.

    Args:
        values: one per task, ``[n_tasks]``.
        users: who created it, ``[n_tasks]``.
    """
    if len(users) == 0:
        return None
    _, index, count = np.unique(users, return_inverse=True, return_counts=True)
    means = np.bincount(index, weights=values) / count
    squares = float(len(means) * (means**2).sum())
    return float(means.sum() ** 2) / squares if squares > 0 else 1.0
