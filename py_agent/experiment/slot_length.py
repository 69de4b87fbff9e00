# SPDX-License-Identifier: MIT
"""How long slots are and how many a run has; a program that decides when it asks says neither."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ns3_bridge.slot_count import slot_count


def planned_slots(settings: Mapping[str, Any]) -> int | None:
    """Slots that a run has to its end; None: nobody knows before.

    Args:
        settings: of the scenario.

    >>> planned_slots({"duration_s": 3.0, "slot_s": 0.02}), planned_slots({"flows": 2})
    (150, None)
    """
    if not {"duration_s", "slot_s"} <= settings.keys():
        return None
    return slot_count(float(settings["duration_s"]), float(settings["slot_s"]))
