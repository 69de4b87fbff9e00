# SPDX-License-Identifier: MIT
"""What a command took, by the clock on the wall."""

from __future__ import annotations

import os
import time
from pathlib import Path


class Laps:
    """The parts of a command's time, from the start of its process on.

    Example:
        >>> laps = Laps()
        >>> laps.end("simulation")
        >>> list(laps.parts_s)
        ['start', 'simulation']
    """

    def __init__(self) -> None:
        self._last_s = _age_s()
        self.parts_s = {"start": self._last_s}

    def end(self, part: str) -> None:
        """What came since the last end, or since the start, was this."""
        now_s = _age_s()
        self.parts_s[part] = self.parts_s.get(part, 0.0) + now_s - self._last_s
        self._last_s = now_s

    def __str__(self) -> str:
        parts = ", ".join(f"{part} {spent_s:.1f} s" for part, spent_s in self.parts_s.items())
        return f"{sum(self.parts_s.values()):.1f} s ({parts})"


def _age_s() -> float:
    """Seconds since this process was started (proc(5), ``starttime``)."""
    # The name of the program, in brackets, may hold blanks.
    fields = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace")
    ticks = int(fields.rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
