# SPDX-License-Identifier: MIT
"""Axes of logarithms, with plain numbers beside their ticks."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axis import Axis
from matplotlib.ticker import NullFormatter

_CROWDED = 6.0  # ratio of an axis' ends that leaves no room to label its small ticks


def label_ticks(axis: Axis, shown: Sequence[float]) -> None:
    """Write numbers beside the large ticks, and beside the small ones where there is room.

    Args:
        axis: of logarithms.
        shown: what is drawn along it.
    """
    axis.set_major_formatter("{x:g}")
    crowded = bool(shown) and max(shown) > _CROWDED * min(shown)
    axis.set_minor_formatter(NullFormatter() if crowded else "{x:g}")
