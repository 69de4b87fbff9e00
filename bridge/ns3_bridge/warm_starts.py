# SPDX-License-Identifier: MIT
"""Simulators that have warmed up and wait at slot 0, to be forked instead of started."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ns3_bridge.channel import Channel
from ns3_bridge.errors import SimulatorDied
from ns3_bridge.spin import NO_SPIN


class _Waiting:
    """A simulator at slot 0, once it is started; who branches or ends it holds the lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.channel: Channel | None = None
        self.is_dropped = False

    def end(self) -> None:
        if self.channel is not None:
            self.channel.process.close()
            self.channel = None

    def end_if_dropped(self) -> None:
        """Called by who drops it, and by who has used it: whoever comes last ends it."""
        if self.is_dropped and self.lock.acquire(blocking=False):
            try:
                self.end()
            finally:
                self.lock.release()


class WarmStarts:
    """Serves episodes as branches of waiting simulators. Several threads may ask at once.

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
        self._lock = threading.Lock()
        self._kept: dict[int, _Waiting] = {}  # by run number, the one used last at the end

    def branch(self, run: int) -> Channel:
        """An episode at slot 0.

        Args:
            run: run number of the episode.

        Raises:
            BridgeError: the simulator does not start or cannot be reseeded.
        """
        own_run = 1 + run % self._count if self._reseed else run
        kept = self._of(own_run)
        try:
            with kept.lock:
                while True:
                    channel, is_fresh = kept.channel, False
                    # Somebody may have killed it, or forked us, who may not use our parent's.
                    if channel is None or not (channel.is_alive and channel.is_ours):
                        kept.end()
                        channel, is_fresh = self._start(own_run), True
                        channel.spin = NO_SPIN  # nobody is in a hurry at either end
                        kept.channel = channel
                    try:
                        return channel.branch(run if self._reseed else None)
                    except SimulatorDied:
                        if is_fresh:
                            raise
                        # Else it was killed a moment ago and had not gone yet: start another one.
        finally:
            kept.end_if_dropped()

    @property
    def pids(self) -> dict[int, int]:
        """Processes of the simulators that wait, by run number, the one used last at the end."""
        with self._lock:
            channels = {run: kept.channel for run, kept in self._kept.items()}
        return {run: channel.process.pid for run, channel in channels.items() if channel}

    def _of(self, run: int) -> _Waiting:
        with self._lock:
            self._kept[run] = kept = self._kept.pop(run) if run in self._kept else _Waiting()
            dropped = self._drop(len(self._kept) - self._count)
        for other in dropped:  # without the lock: a start that others wait for may be under way
            other.end_if_dropped()
        return kept

    def _drop(self, count: int) -> list[_Waiting]:
        """Forget those not used for longest; the lock is held."""
        dropped = [self._kept.pop(run) for run in list(self._kept)[: max(count, 0)]]
        for kept in dropped:
            kept.is_dropped = True
        return dropped

    def close(self) -> None:
        """End the simulators that wait, and those that start when they have."""
        with self._lock:
            dropped = self._drop(len(self._kept))
        for kept in dropped:
            with kept.lock:
                kept.end()
