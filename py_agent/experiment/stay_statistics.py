# SPDX-License-Identifier: MIT
"""How many users were there in a run, and what went with those who left."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def summarise_stays(stays: NDArray[np.void], start_s: float, end_s: float) -> dict[str, Any]:
    """Arrivals, departures, and how many were there, on average over time.

    Args:
        stays: rows of the table ``stay``.
        start_s: ns-3 time of the first slot.
        end_s: ns-3 time at which the run ended.
    """
    left_s = np.fmin(stays["left_s"], end_s)  # not a number: still there
    there_s = np.maximum(left_s - np.maximum(stays["came_s"], start_s), 0.0)
    return {
        "users_came": int((stays["came_s"] > start_s).sum()),
        "users_left": int(np.isfinite(stays["left_s"]).sum()),
        "users_present_mean": float(there_s.sum()) / (end_s - start_s),
        "tasks_left": int(stays["tasks_left"].sum()),
    }
