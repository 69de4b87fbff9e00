# SPDX-License-Identifier: MIT
"""The policy of a trained agent: an association rule per frame, the agent per slot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from py_agent.contract import Decision, Network, Observation
from py_agent.drl.agent import ACTIONS, Agent
from py_agent.drl.errors import InvalidAgent
from py_agent.drl.user_decisions import UserDecisions
from py_agent.policies.association import AssociationRule, ByAssociation


class DrlPolicy(ByAssociation):
    """Every user's agent shifts what the rules `fill` and `SpareTime` decide.

    An agent that says 0 is the rule. Where training found nothing better, the rule decides. One
    that was trained on one timescale decides in a frame's first slot, for all of its slots, and
    shifts what `HeldShares` gives.

    Args:
        association: chooses base stations.
        agent: decides for the users.

    Attributes:
        batched: decides for any number of networks at once, as its association rule does.
        retrains: decides on retraining, too, where there are models.

    Example:
        >>> from py_agent.drl.trained import AGENTS
        >>> from py_agent.policies.association import LoadBalancing
        >>> policy = DrlPolicy(LoadBalancing(), Agent.load(AGENTS / "default.npz"))
        >>> policy.batched
        True
    """

    retrains = True

    def __init__(self, association: AssociationRule, agent: Agent) -> None:
        super().__init__(association)
        self._agent = agent
        self._held: dict[str, np.ndarray] = {}

    def begin(self, network: Network, seed: int) -> None:
        """Read the settings; a trained agent does not explore.

        Raises:
            InvalidAgent: users have models, and the agent has never met any.
        """
        self._association.begin(network)
        self._decisions = UserDecisions(
            network, self._agent.reach, self._agent.raw, per_frame=self._agent.per_frame
        )
        knows_models = self._agent.falls_back or _has_met_models(self._agent.facts)
        if self._decisions.retrains and not knows_models:
            raise InvalidAgent(
                "the agent was trained in networks without users' models (retrain = False), and "
                "here users have some: choose another agent, or leave out the retraining rule"
            )
        self._held = {}

    def decide_frame(self, observation: Observation) -> Decision:
        """Choose the association, ``[..., n_ue]``; everybody may be retrained, see δ."""
        retrain = self._decisions.frame(observation)
        return {"association": self._association.associate(observation), **retrain}

    def decide_slot(self, observation: Observation) -> Decision:
        """Choose the shares and δ, ``[..., n_ue]`` each."""
        self._association.watch(observation)
        self._decisions.watch(observation)
        if self._held and not (observation["slot_in_frame"] == 0).any():
            return self._held
        cell = self._decisions.work.cell
        if self._agent.falls_back:
            outputs = np.zeros((*cell.shape, len(ACTIONS)), np.float32)
        else:
            outputs = self._agent(self._decisions.features(), cell)
        decision = dict(self._decisions.decide(outputs))
        if self._agent.per_frame:
            self._held = held(decision)
        return decision


def held(decision: Decision) -> dict[str, np.ndarray]:
    """The decision of a frame's later slots: the same shares, and no new jobs."""
    later = {name: np.zeros_like(decision[name]) for name in decision if name == "retraining_ratio"}
    return {**decision, **later}


def _has_met_models(facts: Mapping[str, Any]) -> bool:
    """Whether users had models where the agent was trained; True: nobody knows."""
    training = facts.get("training")
    if not isinstance(training, Mapping):
        return True
    usual = training.get("retrain", True)
    variants = training.get("variants") or [{}]
    return any(usual if own.get("retrain") is None else own["retrain"] for own in variants)
