# SPDX-License-Identifier: MIT
"""A policy held to one timescale, to see what the second one brings."""

from __future__ import annotations

from py_agent.contract import Decision, Network, Observation, Policy
from py_agent.policies.association import LoadBalancing
from py_agent.policies.rules import SrptPolicy


class SingleTimescale:
    """Takes a policy's decisions of a frame's first slot and keeps them until the frame ends.

    Retraining is submitted in that slot alone, as in every frame.

    Args:
        policy: decides.

    Example:
        >>> import numpy as np
        >>> class Counting:
        ...     slots = 0
        ...
        ...     def decide_slot(self, observation):
        ...         self.slots += 1
        ...         return {"share": np.full(2, 0.1 * self.slots)}
        >>> policy = SingleTimescale(Counting())
        >>> [policy.decide_slot({"slot_in_frame": [slot]})["share"][0] for slot in (0, 1, 0)]
        [np.float64(0.1), np.float64(0.1), np.float64(0.2)]
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._slot: Decision = {}

    def begin(self, network: Network, seed: int) -> None:
        """Begin the policy."""
        self._policy.begin(network, seed)
        network.require("slot_in_frame")

    def decide_frame(self, observation: Observation) -> Decision:
        """Decide as the policy does."""
        return self._policy.decide_frame(observation)

    def decide_slot(self, observation: Observation) -> Decision:
        """Decide anew in the first slot of a frame only."""
        if observation["slot_in_frame"][0] == 0:
            self._slot = self._policy.decide_slot(observation)
        return self._slot


class SingleLoadSrpt(SingleTimescale):
    """load-srpt on one timescale: shares, too, are decided once a frame and then stay."""

    def __init__(self) -> None:
        super().__init__(SrptPolicy(LoadBalancing()))
