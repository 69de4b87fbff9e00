# SPDX-License-Identifier: MIT
"""The policy of a trained agent: an association rule per frame, the agent per slot."""

from __future__ import annotations

import numpy as np

from py_agent.drl.agent import ACTIONS, Agent
from py_agent.drl.features import user_features
from py_agent.policies.association import AssociationRule
from py_agent.policies.base import Decision, Network, Observation
from py_agent.policies.cell_work import WorkMeter
from py_agent.policies.fill import FillDivider


class DrlPolicy:
    """Every user's agent shifts the priorities of the rule `fill`; the rule makes shares of them.

    An agent that says 0 is the rule. Where training found nothing better, the rule decides.

    Args:
        association: chooses base stations.
        agent: decides for the users.

    Attributes:
        batched: decides for any number of networks at once, as its association rule does.
    """

    def __init__(self, association: AssociationRule, agent: Agent) -> None:
        self._association = association
        self.batched = association.batched
        self._agent = agent

    def begin(self, network: Network, seed: int) -> None:
        """Read the settings; a trained agent does not explore."""
        self._association.begin(network)
        self._meter = WorkMeter(network)
        self._divider = FillDivider(network)
        self._slots_per_frame = network.settings["slots_per_frame"]

    def decide_frame(self, observation: Observation) -> Decision:
        """Choose the association, ``[..., n_ue]``."""
        return {"association": self._association.associate(observation)}

    def decide_slot(self, observation: Observation) -> Decision:
        """Choose the shares, ``[..., n_ue]`` each."""
        self._association.watch(observation)
        work = self._meter.measure(observation)
        if self._agent.falls_back:
            return self._divider.divide(work, observation, {})
        said = self._agent(user_features(work, observation, self._slots_per_frame))
        reach = self._agent.reach
        shift = {n: reach * said[..., i].astype(np.float64) for i, n in enumerate(ACTIONS)}
        return self._divider.divide(work, observation, shift)
