# SPDX-License-Identifier: MIT
"""What is known without a twin: the users' last reports, as they were."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from py_agent.contract import Observation

REPORT_SLOTS = 5  # users report every tenth of a second
_CLOCKS = ("time_s", "slot_in_frame")


class StaleView:
    """Shows a network as it was reported last; the clocks go on.

    Args:
        period_slots: slots from one report to the next; every frame begins with one.

    Example:
        >>> import numpy as np
        >>> view = StaleView(period_slots=5)
        >>> for slot in (0, 1):
        ...     clocks = {name: np.array([slot]) for name in _CLOCKS}
        ...     seen = view.of({**clocks, "tasks_uploading": np.array([slot])})
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
        return {**self._last, **{name: observation[name] for name in _CLOCKS}}
