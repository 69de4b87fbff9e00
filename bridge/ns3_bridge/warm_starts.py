# SPDX-License-Identifier: MIT
"""Simulators that have warmed up and wait at slot 0, to be forked instead of started."""

from __future__ import annotations

from collections.abc import Callable

from ns3_bridge.channel import Channel


class WarmStarts:
    """Serves episodes as branches of waiting simulators.

    Two rules say which simulator serves which run number:

    - exact (``reseed=False``): the one that was started with this run number. A run number that is
      not kept is started cold, and the one not used for longest makes room.
    - reseeded (``reseed=True``): number ``1 + run % count``, whose branch draws its random numbers
      from ``run`` as soon as it is made. So every episode after the first `count` is warm.

    Args:
        start: starts a simulator with a run number.
        count: how many simulators are kept.
        reseed: the rule.
    """

    def __init__(self, start: Callable[[int], Channel], count: int, reseed: bool) -> None:
        self._start = start
        self._count = count
        self._reseed = reseed
        self._kept: dict[int, Channel] = {}  # by run number, the one used last at the end

    def branch(self, run: int) -> Channel:
        """An episode at slot 0.

        Args:
            run: run number of the episode.

        Raises:
            BridgeError: the simulator does not start or cannot be reseeded.
        """
        if not self._reseed:
            return self._of(run).branch()
        return self._of(1 + run % self._count).branch(run)

    def _of(self, run: int) -> Channel:
        kept = self._kept.pop(run, None)
        if kept is not None and not kept.is_alive:  # somebody has killed it
            kept.process.close()
            kept = None
        self._kept[run] = kept or self._start(run)
        while len(self._kept) > self._count:
            self._kept.pop(next(iter(self._kept))).process.close()
        return self._kept[run]

    def close(self) -> None:
        """End the simulators that wait."""
        while self._kept:
            self._kept.popitem()[1].process.close()
