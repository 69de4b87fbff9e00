# SPDX-License-Identifier: MIT
"""Where a simulation waits while somebody has paused it."""

from __future__ import annotations

import threading
from collections.abc import Callable

_LONGEST_PAUSE_S = 3000.0  # ns-3 waits for an hour for its agent, and ends then


class Gate:
    """Open, unless somebody closes it; a simulation passes it once a slot.

    Args:
        opened: called when a pause has been so long that it ends by itself.
        longest_pause_s: without a slot.

    Example:
        >>> gate = Gate()
        >>> gate.hold()
        >>> gate.let_one_pass()
        >>> gate.wait()  # one slot has been asked for
        >>> gate.release()
        >>> gate.wait()
    """

    def __init__(
        self,
        opened: Callable[[], object] = lambda: None,
        longest_pause_s: float = _LONGEST_PAUSE_S,
    ) -> None:
        self._opened = opened
        self._longest_pause_s = longest_pause_s
        self._changed = threading.Condition()
        self._closed = False
        self._steps = 0

    @property
    def is_closed(self) -> bool:
        """Whether who comes has to wait."""
        return self._closed

    def hold(self) -> None:
        """Let nobody pass."""
        with self._changed:
            self._closed, self._steps = True, 0

    def release(self) -> None:
        """Let all pass."""
        with self._changed:
            self._closed = False
            self._changed.notify_all()

    def let_one_pass(self) -> None:
        """Let one slot pass a gate that is closed."""
        with self._changed:
            self._steps += 1
            self._changed.notify_all()

    def wait(self) -> None:
        """Return as soon as one may pass: at once, unless it is closed."""
        if not self._closed:
            return
        with self._changed:
            ends = self._changed.wait_for(
                lambda: self._steps > 0 or not self._closed, self._longest_pause_s
            )
            self._steps = max(self._steps - 1, 0)
        if not ends:
            self.release()
            self._opened()
