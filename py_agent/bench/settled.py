# SPDX-License-Identifier: MIT
"""Plays one action in every slot, and shows what comes after things have settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from numpy.typing import ArrayLike

from ns3_bridge import ScenarioEnv
from py_agent.contract import Observation

SLOT_S = 0.02
SETTLE_SLOTS = 10


def settled_observations(
    env: ScenarioEnv, action: Mapping[str, ArrayLike], slots: int, seed: int
) -> Sequence[Observation]:
    """Play `SETTLE_SLOTS` and so many more slots, and close the environment.

    Args:
        env: of slots of `SLOT_S`.
        action: of every slot.
        slots: that count.
        seed: ns-3's run number.

    Returns:
        what was observed before and after each slot that counts, ``slots + 1``.
    """
    try:
        seen = [env.reset(seed=seed)[0]]
        for _ in range(SETTLE_SLOTS + slots):
            seen.append(env.step(action)[0])
    finally:
        env.close()
    return seen[SETTLE_SLOTS:]
