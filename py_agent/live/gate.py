# SPDX-License-Identifier: MIT
"""Where a simulation waits while somebody has paused it."""

from __future__ import annotations

import threading


class Gate:
    """Open, unless somebody closes it; a simulation passes it once a slot.

    Example:
        >>> gate = Gate()
        >>> gate.hold()
        >>> gate.let_one_pass()
        >>> gate.wait()  # one slot has been asked for
        >>> gate.release()
        >>> gate.wait()
    """

    def __init__(self) -> None:
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
            self._changed.wait_for(lambda: self._steps > 0 or not self._closed)
            self._steps = max(self._steps - 1, 0)
