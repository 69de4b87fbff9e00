# SPDX-License-Identifier: MIT
"""Several seeds of one experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ns3_bridge import InvalidSetting
from ns3_bridge.seeds import LARGEST_SEED

MOST_SEEDS = 100_000  # of one command: more are a slip of the hand

_NOT_RESULTS = {"seed", "slots", "n_ue", "n_bs", "sim_time_s"}


def parse_seeds(text: str) -> list[int]:
    """``"1-5"`` or ``"1,3,8-10"`` as numbers, in that order.

    Raises:
        InvalidSetting: anything else, also a range that runs backwards, a seed that ns-3 cannot
            have, more than `MOST_SEEDS`, or one that is named twice: it would count twice.
    """
    seeds: list[int] = []
    try:
        for part in text.split(","):
            first, dash, last = part.partition("-")
            named = range(int(first), int(last if dash else first) + 1)
            if not named:
                raise InvalidSetting(f"seeds {text!r}: {part} names none; write {last}-{first}")
            if named[-1] > LARGEST_SEED:
                raise InvalidSetting(f"seeds {text!r}: {named[-1]} is above {LARGEST_SEED}")
            if len(seeds) + named[-1] - named[0] >= MOST_SEEDS:
                raise InvalidSetting(f"seeds {text!r} are more than {MOST_SEEDS:,}")
            seeds += named
    except ValueError:
        raise InvalidSetting(f"seeds {text!r} must look like 1-5 or 1,3,8-10") from None
    if len(set(seeds)) < len(seeds):
        twice = next(seed for seed in seeds if seeds.count(seed) > 1)
        raise InvalidSetting(f"seeds {text!r} name {twice} twice")
    return seeds


def seeds_text(seeds: Sequence[int]) -> str:
    """Seeds in ascending order, as `parse_seeds` reads them.

    Example:
        >>> seeds_text([1, 2, 3, 7])
        '1-3,7'
    """
    firsts = [seed for seed in seeds if seed - 1 not in seeds]
    lasts = [seed for seed in seeds if seed + 1 not in seeds]
    pairs = zip(firsts, lasts, strict=True)
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in pairs)


def mean_over_seeds(summaries: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Mean of every number that all summaries have."""
    return {
        name: float(np.mean([summary[name] for summary in summaries]))
        for name in summaries[0]
        if name not in _NOT_RESULTS
        and all(
            isinstance(summary.get(name), int | float) and not isinstance(summary[name], bool)
            for summary in summaries
        )
    }
