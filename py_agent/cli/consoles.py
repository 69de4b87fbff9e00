# SPDX-License-Identifier: MIT
"""Where the command line writes. Rich is imported when there is something to write.

Brackets are text: paths, addresses and messages of others may have some.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


@functools.cache
def out() -> Console:
    """Standard output."""
    from rich.console import Console

    return Console(markup=False)


@functools.cache
def err() -> Console:
    """Standard error: progress, and what went wrong."""
    from rich.console import Console

    return Console(stderr=True, markup=False)
