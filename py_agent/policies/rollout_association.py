# SPDX-License-Identifier: MIT
"""The association that does best in the twin's rollouts: Monte Carlo instead of a formula."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Network, Observation
from py_agent.policies.association import LoadBalancing
from py_agent.policies.fill import FillPolicy
from py_agent.policies.pinned import Pinned
from py_agent.policies.placement import Placement
from py_agent.policies.twin_association import TwinAssociation
from py_agent.twin.model.estimate import NetworkEstimate
from py_agent.twin.rollout.simulate import simulate
from py_agent.twin.rollout.start import rollouts_of

Association = NDArray[np.int32]


class RolloutAssociation(TwinAssociation):
    """Tries a few associations in rollouts, under the slot rule `fill`, and takes the best.

    The candidates are what the local search found, greedy load balancing, no change, and the single
    moves that the formula likes best. All meet the same random numbers: what
    differs is the association's.

    Args:
        candidates: at most so many.
        rollouts: sampled for each.
        horizon_frames: how far they reach.

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> env = without_ns3.make({"n_ue": 3, "n_bs": 2})
        >>> observation, _ = env.reset(seed=1)
        >>> rule = RolloutAssociation(candidates=2, rollouts=4)
        >>> rule.begin(Network("cellular", env.settings.model_dump(), env.schema))
        >>> rule.watch(observation)
        >>> rule.associate(observation).shape
        (3,)
        >>> env.close()
    """

    def __init__(
        self, candidates: int = 6, rollouts: int = 12, horizon_frames: float = 2.0
    ) -> None:
        super().__init__()
        self._candidates = candidates
        self._rollouts = rollouts
        self._reach_frames = horizon_frames

    def begin(self, network: Network) -> None:
        """A new twin for a new run."""
        super().begin(network)
        self._network = network
        self._balancing = LoadBalancing(self._window_db)
        self._balancing.begin(network)
        self._asked = 0

    def associate(self, observation: Observation) -> Association:
        """The base station of every user, ``[n_ue]``."""
        found = super().associate(observation)
        estimate = self.twin.estimate()
        self._asked += 1
        best, least_s = found, np.inf
        for candidate in self._tries(found, estimate, observation):
            cost_s = self.cost_s(candidate, estimate)
            if cost_s < least_s:
                best, least_s = candidate, cost_s
        self.twin.command(best)
        return best

    def _tries(
        self, found: Association, estimate: NetworkEstimate, observation: Observation
    ) -> list[Association]:
        unchanged = np.where(estimate.serving_bs >= 0, estimate.serving_bs, found)
        tries = [found, self._balancing.associate(observation), unchanged.astype(np.int32)]
        tries += _best_moves(self.placement(estimate), found, self._candidates)
        return list({t.tobytes(): t for t in tries}.values())[: self._candidates]

    def cost_s(self, association: Association, estimate: NetworkEstimate) -> float:
        """Time that tasks spend in the system, mean over the rollouts."""
        horizon_s = self._reach_frames * self._frame_s
        settings = self._network.settings
        rollouts = rollouts_of(estimate, settings, self._rollouts, horizon_s, seed=self._asked)
        slots = round(horizon_s / settings["slot_s"])
        outcome = simulate(
            rollouts, Pinned(FillPolicy(LoadBalancing()), association), self._network.schema, slots
        )
        return float(-outcome.reward.sum(axis=0).mean())


class RolloutFill(FillPolicy):
    """Tries 6 associations a frame in the twin's rollouts; shares as twin-fill."""

    def __init__(self) -> None:
        super().__init__(RolloutAssociation())


def _best_moves(placement: Placement, start: Association, count: int) -> Iterator[Association]:
    """Associations one move away, those that gain most or lose least first."""
    gains = placement.gains(start)
    gains[np.arange(len(start)), start] = -np.inf
    for place in np.argsort(-gains, axis=None)[:count]:
        ue, bs = np.unravel_index(place, gains.shape)
        if np.isfinite(gains[ue, bs]):
            moved = start.copy()
            moved[ue] = bs
            yield moved
