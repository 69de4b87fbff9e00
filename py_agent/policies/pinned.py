# SPDX-License-Identifier: MIT
"""One association, whatever is observed: to try out what it brings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Decision, Network, Observation, Policy


class Pinned:
    """A policy's decisions of every slot, under an association that stays.

    Args:
        policy: decides in every slot.
        association: the base station of every user, ``[n_ue]``.

    Attributes:
        batched: as the policy.

    Example:
        >>> from py_agent.policies.random import RandomPolicy
        >>> policy = Pinned(RandomPolicy(), np.array([1, 0], np.int32))
        >>> policy.decide_frame({"serving_bs": np.array([0, 0])})["association"].tolist()
        [1, 0]
    """

    def __init__(self, policy: Policy, association: NDArray[np.int32]) -> None:
        self._policy = policy
        self._association = association
        self.batched = bool(getattr(policy, "batched", False))

    def begin(self, network: Network, seed: int) -> None:
        """Begin the policy."""
        self._policy.begin(network, seed)

    def decide_frame(self, observation: Observation) -> Decision:
        """The association, ``[..., n_ue]``."""
        shape = observation["serving_bs"].shape
        return {"association": np.broadcast_to(self._association, shape).copy()}

    def decide_slot(self, observation: Observation) -> Decision:
        """Decide as the policy does."""
        return self._policy.decide_slot(observation)
