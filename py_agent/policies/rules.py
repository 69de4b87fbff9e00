# SPDX-License-Identifier: MIT
"""Policies made of an association rule and a share rule."""

from __future__ import annotations

from py_agent.policies.association import AssociationRule
from py_agent.policies.base import Decision, Network, Observation
from py_agent.policies.share_rules import ShareRule, shares_within_cells


class RulePolicy:
    """An association rule per frame, a share rule per slot.

    The share rule divides the edge servers by the work in cycles and, where the scenario takes
    ``bandwidth_share``, the band by the bits that wait for upload or download.

    Args:
        association: chooses base stations.
        share: weighs users.
    """

    def __init__(self, association: AssociationRule, share: ShareRule) -> None:
        self._association = association
        self._share = share

    def begin(self, network: Network, seed: int) -> None:
        """Learn what can be divided; nothing here is random."""
        self._divides_band = any(f.name == "bandwidth_share" for f in network.schema.actions)
        self._association.begin(network)

    def decide_frame(self, observation: Observation) -> Decision:
        """Choose the association, ``[n_ue]``."""
        return {"association": self._association.associate(observation)}

    def decide_slot(self, observation: Observation) -> Decision:
        """Choose the shares, ``[n_ue]`` each."""
        serving_bs = observation["serving_bs"]
        backlog = observation["compute_backlog_cycles"].sum(axis=1)
        head = observation["compute_head_cycles"].sum(axis=1)
        weights = self._share(backlog, head, observation["task_mean_cycles"])
        decision = {"compute_share": shares_within_cells(weights, serving_bs)}
        if self._divides_band:
            waiting = observation["upload_backlog_bit"]
            if "download_backlog_bit" in observation:  # the share counts in both directions
                waiting = waiting + observation["download_backlog_bit"]
            weights = self._share(waiting, waiting, observation["task_mean_bit"])
            decision["bandwidth_share"] = shares_within_cells(weights, serving_bs)
        return decision
