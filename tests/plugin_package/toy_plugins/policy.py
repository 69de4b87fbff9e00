# SPDX-License-Identifier: MIT
"""A policy."""

from __future__ import annotations

import numpy as np

from py_agent.contract import Decision, Network, Observation


class AllToTheFirst:
    """Everybody at base station 0, all with the same weight."""

    def begin(self, network: Network, seed: int) -> None:
        """A run starts."""
        self._n_ue = network.settings["n_ue"]

    def decide_frame(self, observation: Observation) -> Decision:
        """Base station of every user, ``[n_ue]``."""
        return {"association": np.zeros(self._n_ue, np.int32)}

    def decide_slot(self, observation: Observation) -> Decision:
        """Weights of every user in band and servers, ``[n_ue]`` each."""
        same = np.ones(self._n_ue, np.float32)
        return {"bandwidth_share": same, "compute_share": same}
