# SPDX-License-Identifier: MIT
"""How many slots a run has: one rule, that of the C++ side."""

from __future__ import annotations

import math


def slot_count(duration_s: float, slot_s: float) -> int:
    """The nearest whole number of slots; a half more is one more (``bridge/ns3/scenario.cc``).

    >>> slot_count(3.0, 0.02), slot_count(0.05, 0.02)
    (150, 3)
    """
    return math.floor(duration_s / slot_s + 0.5)
