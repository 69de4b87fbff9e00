# SPDX-License-Identifier: MIT
"""An association rule."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Network, Observation


class Alternating:
    """Users at base stations in turn."""

    batched = True

    def begin(self, network: Network) -> None:
        """A run starts."""
        self._n_bs = network.settings["n_bs"]

    def watch(self, observation: Observation) -> None:
        """A slot begins: nothing to remember."""

    def associate(self, observation: Observation) -> NDArray[np.int32]:
        """The base station of every user, ``[..., n_ue]``."""
        shape = observation["serving_bs"].shape
        turns = np.arange(shape[-1], dtype=np.int32) % self._n_bs
        return np.broadcast_to(turns, shape).astype(np.int32)
