# SPDX-License-Identifier: MIT
"""For how long either side of a channel spins before it sleeps in the kernel."""

from __future__ import annotations

import os
from typing import NamedTuple


class Spin(NamedTuple):
    """Spinning saves the time of a wake-up; a spinning simulator yields to who wants its processor.

    Attributes:
        agent_us: of who waits for an observation.
        simulator_us: of who waits for an action.
    """

    agent_us: int
    simulator_us: int


NO_SPIN = Spin(0, 0)
PAIR_SPIN = Spin(50, 200)


def side_by_side_spin(n_simulators: int) -> Spin:
    """What suits so many simulators that one agent waits for.

    Where each has a processor of its own, the first ones keep theirs awake until the last has
    answered and the agent has decided. An agent spins only on a processor that nobody else needs.
    """
    free = len(os.sched_getaffinity(0)) - n_simulators
    if free < 0:
        return NO_SPIN
    return Spin(PAIR_SPIN.agent_us if free else 0, 5000)
