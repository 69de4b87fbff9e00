# SPDX-License-Identifier: MIT
"""The association that a look into the real future finds: the upper reference of a comparison."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import BranchNow, Decision, Network, Observation, Policy, tasks_in_system
from py_agent.driver import Steps, play
from py_agent.policies.association import AssociationRule, LoadBalancing
from py_agent.policies.fill import FillPolicy
from py_agent.policies.pinned import Pinned
from py_agent.policies.retraining import RetrainingRule, WithRetraining
from py_agent.policies.rules import SrptPolicy
from py_agent.radio.link_model import candidates as audible_stations
from py_agent.radio.link_model import link_model_of, strongest

if TYPE_CHECKING:
    from py_agent.policies.rollout_association import RolloutAssociation

Association = NDArray[np.int32]


class Oracle:
    """Look-ahead: tries associations on branches of the network, takes the best.

    Each candidate is really simulated for the coming frames, under the shares that follow, with the
    arrivals, trajectories and errors that will really come; where models are retrained, with
    copies of these and of the rule. Its cost is what these frames measure, the time that tasks
    spend in the system and what retraining and deficits cost, plus what tasks left at their end
    still need if each user were alone, each of its tasks taking as long as all that it has
    left. No policy can know that much: it is a reference, not a competitor. It is no bound
    either, since it looks so few frames ahead and tries a part of the associations only.

    The search starts from greedy load balancing, the strongest base stations, no change, and what
    a search in the twin proposes; then it moves single users, those with most tasks first, and
    keeps every improvement.

    Args:
        budget: candidates per frame; each costs the simulation of these frames.
        side_by_side: candidates that are simulated at once.
        window_db: only base stations heard at most this much weaker than the best are tried.
        shares: policy of the slots, made of an association rule.
        reach_frames: frames that are simulated for each candidate, all under its association.
        proposer: whose shortlist is tried, too.

    Attributes:
        predicted_s: cost of the coming frame, in task seconds: minus its reward.

    Example:
        >>> import ns3_scenarios
        >>> small = {"n_ue": 2, "n_bs": 2, "warmup_s": 1.0, "slots_per_frame": 2}
        >>> env = ns3_scenarios.make("cellular", small)
        >>> policy = Oracle(budget=2)
        >>> policy.begin(Network("cellular", env.settings.model_dump(), env.schema), seed=1)
        >>> policy.look_ahead(env.branch)
        >>> observation, _ = env.reset(seed=1)
        >>> policy.decide_frame(observation)["association"].shape
        (2,)
        >>> env.close()
    """

    def __init__(
        self,
        budget: int = 16,
        side_by_side: int = 4,
        window_db: float = 6.0,
        shares: Callable[[AssociationRule], Policy] = SrptPolicy,
        reach_frames: int = 1,
        proposer: RolloutAssociation | None = None,
    ) -> None:
        self._reach_frames = reach_frames
        self._proposer = proposer
        self._budget = budget
        self._side_by_side = side_by_side
        self._window_db = window_db
        self._balancing = LoadBalancing(window_db)
        self._slot_rule = shares(self._balancing)
        self._retraining: RetrainingRule | None = None
        self._own = self._slot_rule
        self._branch: BranchNow | None = None
        self.predicted_s = 0.0

    def begin(self, network: Network, seed: int) -> None:
        """Read the settings; nothing here is random."""
        self._own.begin(network, seed)
        if self._proposer is not None:
            self._proposer.begin(network)
        network.require("tasks_uploading", "tasks_computing", "upload_backlog_bit")
        self._link = link_model_of(network)
        self._slots = network.settings["slots_per_frame"]
        self._network = network

    def look_ahead(self, branch: BranchNow) -> None:
        """Take the means to continue the present state under decisions that are only tried."""
        self._branch = branch

    def retrain_by(self, rule: RetrainingRule) -> None:
        """Retrain models by a rule, here and where decisions are tried; called before `begin`."""
        self._retraining = rule
        self._own = WithRetraining(self._slot_rule, rule)

    def decide_slot(self, observation: Observation) -> Decision:
        """Shares, ``[n_ue]`` each, and what is retrained."""
        if self._proposer is not None:
            self._proposer.watch(observation)
        return self._own.decide_slot(observation)

    def decide_frame(self, observation: Observation) -> Decision:
        """Choose the association, ``[n_ue]``."""
        candidates = self._starts(observation)
        tried = {candidate.tobytes() for candidate in candidates}
        best = candidates[0]
        best_s = np.inf
        while candidates:
            for candidate, (cost_s, predicted_s) in zip(
                candidates, self.try_out(candidates, observation, best_s), strict=True
            ):
                if cost_s < best_s:
                    best, best_s, self.predicted_s = candidate, cost_s, predicted_s
            room = min(self._side_by_side, self._budget - len(tried))
            candidates = []
            for candidate in self._moves(best, observation):
                if len(candidates) < room and candidate.tobytes() not in tried:
                    tried.add(candidate.tobytes())
                    candidates.append(candidate)
        if self._proposer is not None:
            self._proposer.twin.command(best)
        return {**self._own.decide_frame(observation), "association": best}

    def _starts(self, observation: Observation) -> list[Association]:
        best = strongest(self._link.strength_db(observation))
        starts = [self._balancing.associate(observation), best, _served(observation, best)]
        if self._proposer is not None:
            starts += self._proposer.shortlist(observation)
        return list({start.tobytes(): start for start in starts}.values())

    def _moves(self, association: Association, observation: Observation) -> Iterator[Association]:
        audible = audible_stations(self._link.strength_db(observation), self._window_db)
        for ue in np.argsort(-tasks_in_system(observation), kind="stable"):
            for bs in np.flatnonzero(audible[ue]):
                if bs != association[ue]:
                    moved = association.copy()
                    moved[ue] = bs
                    yield moved

    def try_out(
        self, candidates: Sequence[Association], observation: Observation, best_s: float
    ) -> list[tuple[float, float]]:
        """Cost of each candidate, and that of its frame; infinite where it cannot beat `best_s`.

        Args:
            candidates: associations, ``[n_ue]`` each.
            observation: of the present slot.
            best_s: cost to beat.
        """
        if self._branch is None:
            raise TypeError("the oracle needs look_ahead() to be called before it can decide")
        with self._branch(len(candidates)) as branches, _threads(len(candidates)) as pool:
            return list(
                pool.map(
                    lambda env, candidate: self._simulate(env, candidate, observation, best_s),
                    branches,
                    candidates,
                )
            )

    def _simulate(
        self, env: Steps, association: Association, observation: Observation, best_s: float
    ) -> tuple[float, float]:
        cost_s = predicted_s = 0.0
        tried: Policy = Pinned(copy.deepcopy(self._slot_rule), association)
        if self._retraining is not None:
            tried = WithRetraining(tried, copy.deepcopy(self._retraining))
        slots = self._reach_frames * self._slots
        for i, slot in enumerate(play(env, tried, self._network, observation, slots), 1):
            observation = slot.after
            cost_s -= slot.reward
            if i <= self._slots:
                predicted_s = cost_s
            if cost_s > best_s:
                return np.inf, np.inf
            if slot.is_last:
                break
        return cost_s + self._remaining_s(observation), predicted_s

    def _remaining_s(self, observation: Observation) -> float:
        """Delay still to come of tasks in the system: each takes as long as all of its user's."""
        bs = _served(observation, strongest(self._link.strength_db(observation)))
        rate_bps = self._link.rate_bps(observation)
        upload_s = observation["upload_backlog_bit"] / rate_bps[np.arange(len(bs)), bs]
        compute_s = (
            observation["compute_backlog_cycles"] / observation["compute_capacity_hz"]
        ).sum(axis=1)
        return float((tasks_in_system(observation) * (upload_s + compute_s)).sum())


class OracleFill(Oracle):
    """Tries what rollout-fill shortlists on ns-3, which knows what comes: an upper reference."""

    def __init__(self) -> None:
        # The twin takes a while to import, and every run imports this module.
        from py_agent.policies.rollout_association import RolloutAssociation

        proposer = RolloutAssociation(finalists=6)
        super().__init__(shares=FillPolicy, reach_frames=3, proposer=proposer)


def _served(observation: Observation, otherwise: Association) -> Association:
    """Each user's base station, or another one for those without."""
    serving = observation["serving_bs"]
    return np.where(serving >= 0, serving, otherwise).astype(np.int32)


@contextlib.contextmanager
def _threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that an interrupt does not wait for."""
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
