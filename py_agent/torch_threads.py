# SPDX-License-Identifier: MIT
"""How many threads torch computes with."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import torch


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """One thread for torch within: small tensors gain nothing by more, and bits depend on it."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


# A fork has none of its parent's threads: torch would wait for them for ever. Forks are workers of
# vectors, of which each has a core at most.
os.register_at_fork(after_in_child=lambda: torch.set_num_threads(1))
