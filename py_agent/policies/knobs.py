# SPDX-License-Identifier: MIT
"""Numbers that rules are made with: what makes no sense is refused."""

from __future__ import annotations

import math

from ns3_bridge import InvalidSetting


def check_knob(rule: str, name: str, value: float, low: float, high: float = math.inf) -> None:
    """See that a number lies within its bounds.

    Args:
        rule: whose.
        name: of the number.
        value: given.
        low: smallest that makes sense.
        high: largest.

    Raises:
        InvalidSetting: it does not.

    Example:
        >>> check_knob("event A3", "time_to_trigger_s", 0.04, 0, 5.12)
    """
    if not low <= value <= high:
        bounds = f"at least {low:g}" if math.isinf(high) else f"from {low:g} to {high:g}"
        raise InvalidSetting(f"{name} = {value:g} of {rule}: {bounds}")
