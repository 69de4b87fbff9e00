# SPDX-License-Identifier: MIT
"""What signals do to measurements, and to all that these start."""

from __future__ import annotations

import signal


def hear_signals() -> None:
    """Take SIGINT and SIGHUP as in a terminal.

    ``nohup`` and a script's ``&`` have them ignored, and children inherit that.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
