# SPDX-License-Identifier: MIT
"""Users that have more to send than they can: their bits show what their links carry."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Observation

ENOUGH_BIT = 33_000.0  # three packets: who has less to send does not use its grants up
WINDOW_SLOTS = 10  # a packet is a good part of what a slot carries


def busy_users(before: Observation, after: Observation) -> NDArray[np.bool_]:
    """Who has had enough to send, at one station, all through a slot, ``[..., n_ue]``."""
    stays = (before["serving_bs"] == after["serving_bs"]) & (after["serving_bs"] >= 0)
    busy: NDArray[np.bool_] = _enough(before) & _enough(after) & stays
    return busy


def _enough(observation: Observation) -> NDArray[Any]:
    left_bit = observation["upload_backlog_bit"] - observation["upload_unconfirmed_bit"]
    enough: NDArray[Any] = left_bit >= ENOUGH_BIT
    return enough
