# SPDX-License-Identifier: MIT
"""Policies made of an association rule and a share rule."""

from __future__ import annotations

from py_agent.policies.association import AssociationRule
from py_agent.policies.base import Decision, Network, Observation
from py_agent.policies.compute_share import ShareRule, shares_within_cells


class RulePolicy:
    """An association rule per frame, a share rule per slot.

    Args:
        association: chooses base stations.
        share: weighs users at the edge servers.
    """

    def __init__(self, association: AssociationRule, share: ShareRule) -> None:
        self._association = association
        self._share = share

    def begin(self, network: Network, seed: int) -> None:
        """Read the work of a typical task from the settings; nothing here is random."""
        traffic = network.settings["traffic"]
        mean_bit = (traffic["size_min_bit"] + traffic["size_max_bit"]) / 2
        self._task_cycles = mean_bit * traffic["cycles_per_bit"]
        self._association.begin(network)

    def decide_frame(self, observation: Observation) -> Decision:
        """Choose the association, ``[n_ue]``."""
        return {"association": self._association.associate(observation)}

    def decide_slot(self, observation: Observation) -> Decision:
        """Choose the compute shares, ``[n_ue]``."""
        weights = self._share(observation, self._task_cycles)
        return {"compute_share": shares_within_cells(weights, observation["serving_bs"])}
