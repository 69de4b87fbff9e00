# SPDX-License-Identifier: MIT
"""Seeds, which are run numbers of ns-3: one range of them, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ns3_bridge.errors import InvalidSetting

LARGEST_SEED = 2**32 - 1  # what generators of NumPy, torch and others take, too
_LARGEST_DRAWN = 2**31 - 2


def check_seed(seed: Any, what: str = "seed") -> int:
    """A seed as an integer.

    >>> check_seed(np.int64(7))
    7

    Args:
        seed: an integer of Python or NumPy.
        what: it is called, in the message.

    Raises:
        InvalidSetting: it is something else, or out of range.
    """
    is_integer = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    if not is_integer or not 0 <= seed <= LARGEST_SEED:
        raise InvalidSetting(f"{what} = {seed!r}: must be an integer from 0 to {LARGEST_SEED}")
    return int(seed)


def draw_seed(random: np.random.Generator) -> int:
    """Seed of an episode whose reset is given none."""
    return int(random.integers(1, _LARGEST_DRAWN + 1))
