# SPDX-License-Identifier: MIT
"""What is known without a twin: what the edge sees itself, and the users' last reports."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from py_agent.contract import Observation

REPORT_SLOTS = 5  # users report every tenth of a second
#: What nobody has to report: clocks, who is served where, and what the servers do and hold.
AT_THE_EDGE = (
    *("time_s", "slot_in_frame", "present", "serving_bs"),
    *("tasks_computing", "compute_backlog_cycles", "compute_head_cycles", "compute_capacity_hz"),
    *("training_backlog_samples", "training_backlog_cycles", "trained_samples"),
    *("training_jobs_done", "training_job_id", "training_done_id"),
    *("accuracy", "accuracy_deficit", "virtual_queue", "task_norm_samples"),
    *("drift_rate", "drift_detected"),
)


class StaleView:
    """Shows users as they reported last; what the edge sees itself goes on.

    Args:
        period_slots: slots from one report to the next; every frame begins with one.

    Example:
        >>> import numpy as np
        >>> view = StaleView(period_slots=5)
        >>> for slot in (0, 1):
        ...     now = np.array([slot])
        ...     seen = view.of({"slot_in_frame": now, "tasks_uploading": now})
        >>> seen["slot_in_frame"].item(), seen["tasks_uploading"].item()
        (1, 0)
    """

    def __init__(self, period_slots: int = REPORT_SLOTS) -> None:
        self._period = period_slots
        self._last: dict[str, NDArray[Any]] = {}

    def of(self, observation: Observation) -> Observation:
        """The reported one of the slot that is observed."""
        if not self._last or (observation["slot_in_frame"] % self._period == 0).any():
            self._last = {name: value.copy() for name, value in observation.items()}
        own = {name: observation[name] for name in AT_THE_EDGE if name in observation}
        return {**self._last, **own}
