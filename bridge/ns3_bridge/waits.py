# SPDX-License-Identifier: MIT
"""How long waits may be: what clocks, sockets and the other side can count."""

from __future__ import annotations

from ns3_bridge.errors import InvalidSetting

LONGEST_S = 1e6  # eleven days
LONGEST_HEARTBEAT_S = 1600.0  # ZeroMQ counts four of them in 16 bits of tenths of a second


def check_wait(name: str, wait_s: float, most_s: float = LONGEST_S, above_s: float = -1e-9) -> None:
    """Refuse a wait that is none.

    Args:
        name: of the argument, for the message.
        wait_s: its value.
        most_s: the longest.
        above_s: what it has to exceed.

    Raises:
        InvalidSetting: it is out of bounds, or not a number.

    Example:
        >>> check_wait("deadline_s", 3.0)
        >>> check_wait("deadline_s", float("inf"))
        Traceback (most recent call last):
        ns3_bridge.errors.InvalidSetting: deadline_s = inf: must be from 0 to 1000000 s
    """
    if not above_s < wait_s <= most_s:
        least = "from 0" if above_s < 0 else f"above {above_s:g}"
        raise InvalidSetting(f"{name} = {wait_s:g}: must be {least} to {most_s:.0f} s")
