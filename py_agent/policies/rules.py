# SPDX-License-Identifier: MIT
"""Policies made of an association rule and a share rule."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Decision, Network, Observation
from py_agent.policies.association import AssociationRule, ByAssociation
from py_agent.policies.share_rules import (
    ShareRule,
    TrainingRule,
    equal,
    shares_within_cells,
    srpt,
    training_urgency,
)


class RulePolicy(ByAssociation):
    """An association rule per frame, a share rule per slot.

    The share rule divides the edge servers by the work in cycles and, where the scenario takes
    ``bandwidth_share``, the band by the bits that wait for upload or download. Where models are
    retrained, tasks and retraining jobs share a server by weights on one scale.

    Args:
        association: chooses base stations.
        share: weighs users.
        training: weighs users' retraining jobs; None: the share rule does, by their cycles.

    Attributes:
        batched: sees any number of networks at once, as its association rule does.

    Example:
        >>> from py_agent.policies.association import LoadBalancing
        >>> from py_agent.policies.share_rules import square_root
        >>> policy = RulePolicy(LoadBalancing(), square_root)
        >>> policy.batched  # sees any number of networks at once
        True
    """

    def __init__(
        self,
        association: AssociationRule,
        share: ShareRule,
        training: TrainingRule | None = None,
    ) -> None:
        super().__init__(association)
        self._share = share
        self._training = training

    def begin(self, network: Network, seed: int) -> None:
        """Learn what can be divided; nothing here is random."""
        actions = {field.name for field in network.schema.actions}
        self._divides_band = "bandwidth_share" in actions
        self._trains = "training_share" in actions
        self._association.begin(network)
        network.require(*self._needed(), actions=("association", "compute_share"))

    def _needed(self) -> Iterator[str]:
        """What is observed of users, as far as the share rule asks for it."""
        yield "serving_bs"
        if self._share is equal and not self._trains:
            return
        yield from ("compute_backlog_cycles", "compute_head_cycles", "task_mean_cycles")
        if self._trains:
            yield "training_backlog_cycles"
            yield from () if self._training is None else ("virtual_queue", "accuracy_deficit")
        if self._divides_band:
            yield from ("upload_backlog_bit", "task_mean_bit")

    def decide_slot(self, observation: Observation) -> Decision:
        """Choose the shares, ``[..., n_ue]`` each."""
        self._association.watch(observation)
        serving_bs = observation["serving_bs"]
        if self._share is equal and not self._trains:  # whatever the work is
            alike = shares_within_cells(np.ones(serving_bs.shape), serving_bs)
            names = ["compute_share", *(["bandwidth_share"] if self._divides_band else [])]
            return dict.fromkeys(names, alike)
        backlog = observation["compute_backlog_cycles"].sum(axis=-1)
        head = observation["compute_head_cycles"].sum(axis=-1)
        weights = self._share(backlog, head, observation["task_mean_cycles"])
        if self._trains:
            both = np.concatenate([weights, self._training_weights(observation)], axis=-1)
            cells = np.concatenate([serving_bs, serving_bs], axis=-1)
            shares = np.split(shares_within_cells(both, cells), 2, axis=-1)
            decision = dict(zip(("compute_share", "training_share"), shares, strict=True))
        else:
            decision = {"compute_share": shares_within_cells(weights, serving_bs)}
        if self._divides_band:
            waiting = observation["upload_backlog_bit"]
            if "download_backlog_bit" in observation:  # the share counts in both directions
                waiting = waiting + observation["download_backlog_bit"]
            weights = self._share(waiting, waiting, observation["task_mean_bit"])
            decision["bandwidth_share"] = shares_within_cells(weights, serving_bs)
        return decision

    def _training_weights(self, observation: Observation) -> NDArray[np.float64]:
        """Weights of retraining, ``[..., n_ue]``; 0 for users without a job."""
        backlog = observation["training_backlog_cycles"]
        if self._training is None:
            weights = self._share(backlog, backlog, observation["task_mean_cycles"])
        else:
            weights = self._training(
                observation["virtual_queue"].astype(np.float64),
                observation["accuracy_deficit"].astype(np.float64),
            )
        return np.where(backlog > 0, weights, 0.0)


class SrptPolicy(RulePolicy):
    """Shares as (1/remaining)^6, nearly the shortest remaining first; of retraining by urgency.

    Args:
        association: chooses base stations.

    Example:
        >>> from py_agent.policies.association import Strongest
        >>> import py_agent.twin.environment.env as without_ns3
        >>> env = without_ns3.make({"n_ue": 3, "n_bs": 2})  # or ns-3: ns3_scenarios.make
        >>> observation, _ = env.reset(seed=1)
        >>> policy = SrptPolicy(Strongest())
        >>> policy.begin(Network("cellular", env.settings.model_dump(), env.schema), seed=1)
        >>> policy.decide_slot(observation)["compute_share"].shape
        (3,)
        >>> env.close()
    """

    def __init__(self, association: AssociationRule) -> None:
        super().__init__(association, srpt, training_urgency)
