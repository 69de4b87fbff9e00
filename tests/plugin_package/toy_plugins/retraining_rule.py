# SPDX-License-Identifier: MIT
"""A retraining rule."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Network, Observation


class OnAlarm:
    """Half of the data of whoever's drift detector raised an alarm in the last frame."""

    def begin(self, network: Network) -> None:
        """A run starts."""

    def retrain(self, observation: Observation) -> NDArray[np.int32]:
        """1 for those who may be retrained in the frame that starts now, ``[..., n_ue]``."""
        return observation["drift_detected"]

    def ratio(self, observation: Observation) -> NDArray[np.float64]:
        """δ of every user for the slot that starts now, ``[..., n_ue]``."""
        first = observation["slot_in_frame"] == 0
        return 0.5 * first * observation["drift_detected"]
