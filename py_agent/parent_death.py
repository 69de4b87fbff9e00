# SPDX-License-Identifier: MIT
"""A process that ends with the one that started it, however that ends."""

from __future__ import annotations

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_prctl = ctypes.CDLL(None).prctl


def end_with(parent_pid: int, number: int) -> None:
    """Let the kernel send us a signal when our parent is gone; called in the child.

    Args:
        parent_pid: of the process that started us.
        number: of the signal.
    """
    _prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent_pid:  # it was gone before we asked to be told
        os._exit(128 + signal.SIGHUP)
