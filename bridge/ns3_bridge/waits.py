# SPDX-License-Identifier: MIT
"""How long waits may be: what clocks, sockets and the other side can count."""

from __future__ import annotations

from ns3_bridge.errors import InvalidSetting

LONGEST_S = 1e6  # eleven days
LONGEST_HEARTBEAT_S = 1600.0  # ZeroMQ counts four of them in 16 bits of tenths of a second


def check_wait(
    name: str, wait_s: float, most_s: float = LONGEST_S, *, may_be_zero: bool = True
) -> None:
    """Refuse a wait that is none.

    Args:
        name: of the argument, for the message.
        wait_s: its value.
        most_s: the longest.
        may_be_zero: a look without waiting makes sense.

    Raises:
        InvalidSetting: it is out of bounds, or not a number.

    Example:
        >>> check_wait("deadline_s", 3.0)
        >>> check_wait("deadline_s", float("inf"))
        Traceback (most recent call last):
        ns3_bridge.errors.InvalidSetting: deadline_s = inf: must be from 0 to 1000000 s
    """
    if not 0 <= wait_s <= most_s or (wait_s == 0 and not may_be_zero):
        least = "from 0" if may_be_zero else "above 0"
        raise InvalidSetting(f"{name} = {wait_s:g}: must be {least} to {most_s:.0f} s")
