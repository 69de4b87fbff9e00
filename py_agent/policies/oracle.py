# SPDX-License-Identifier: MIT
"""The association that a look into the real future finds: the upper reference of a comparison."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import ScenarioEnv
from py_agent.contract import BranchNow, Decision, Network, Observation
from py_agent.driver import play
from py_agent.policies.association import LoadBalancing
from py_agent.policies.pinned import Pinned
from py_agent.policies.rules import RulePolicy
from py_agent.policies.share_rules import srpt
from py_agent.radio.link_model import candidates as audible_stations
from py_agent.radio.link_model import link_model_of, strongest

Association = NDArray[np.int32]


class Oracle:
    """One-frame look-ahead: tries associations on branches of the network, takes the best.

    Each candidate is really simulated for the coming frame, under the slot rule of `srpt`, with the
    arrivals, trajectories and errors that will really come. Its cost is what the frame measures,
    the time that tasks spend in the system, plus the least that the tasks left at its end still
    need. No policy can know that much: it is a reference, not a competitor. It is no bound either,
    since it looks one frame ahead and tries a part of the associations only.

    The search starts from greedy load balancing, the strongest base stations, and no change; then
    it moves single users, those with most tasks first, and keeps every improvement.

    Args:
        budget: candidates per frame; each costs the simulation of one frame.
        side_by_side: candidates that are simulated at once.
        window_db: only base stations heard at most this much weaker than the best are tried.

    Attributes:
        predicted_s: time that tasks will spend in the system during the coming frame.

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

    def __init__(self, budget: int = 16, side_by_side: int = 4, window_db: float = 6.0) -> None:
        self._budget = budget
        self._side_by_side = side_by_side
        self._window_db = window_db
        self._balancing = LoadBalancing(window_db)
        self._slot_rule = RulePolicy(self._balancing, srpt)
        self._branch: BranchNow | None = None
        self.predicted_s = 0.0

    def begin(self, network: Network, seed: int) -> None:
        """Read the settings; nothing here is random."""
        self._slot_rule.begin(network, seed)
        network.require("tasks_uploading", "tasks_computing", "upload_backlog_bit")
        self._link = link_model_of(network)
        self._slots = network.settings["slots_per_frame"]
        self._network = network

    def look_ahead(self, branch: BranchNow) -> None:
        """Take the means to continue the present state under decisions that are only tried."""
        self._branch = branch

    def decide_slot(self, observation: Observation) -> Decision:
        """Shares by `srpt`, ``[n_ue]`` each."""
        return self._slot_rule.decide_slot(observation)

    def decide_frame(self, observation: Observation) -> Decision:
        """Choose the association, ``[n_ue]``."""
        candidates = self._starts(observation)
        tried = {candidate.tobytes() for candidate in candidates}
        best = candidates[0]
        best_s = np.inf
        while candidates:
            for candidate, (cost_s, predicted_s) in zip(
                candidates, self.try_out(candidates, best_s), strict=True
            ):
                if cost_s < best_s:
                    best, best_s, self.predicted_s = candidate, cost_s, predicted_s
            room = min(self._side_by_side, self._budget - len(tried))
            candidates = []
            for candidate in self._moves(best, observation):
                if len(candidates) < room and candidate.tobytes() not in tried:
                    tried.add(candidate.tobytes())
                    candidates.append(candidate)
        return {"association": best}

    def _starts(self, observation: Observation) -> list[Association]:
        best = strongest(self._link.strength_db(observation))
        starts = (self._balancing.associate(observation), best, _served(observation, best))
        return list({start.tobytes(): start for start in starts}.values())

    def _moves(self, association: Association, observation: Observation) -> Iterator[Association]:
        audible = audible_stations(self._link.strength_db(observation), self._window_db)
        for ue in np.argsort(-_tasks(observation), kind="stable"):
            for bs in np.flatnonzero(audible[ue]):
                if bs != association[ue]:
                    moved = association.copy()
                    moved[ue] = bs
                    yield moved

    def try_out(
        self, candidates: Sequence[Association], best_s: float
    ) -> list[tuple[float, float]]:
        """Cost and task-seconds of each candidate; infinite where it cannot beat `best_s`."""
        if self._branch is None:
            raise TypeError("the oracle needs look_ahead() to be called before it can decide")
        with self._branch(len(candidates)) as branches, _threads(len(candidates)) as pool:
            return list(
                pool.map(
                    lambda env, candidate: self._simulate(env, candidate, best_s),
                    branches,
                    candidates,
                )
            )

    def _simulate(
        self, env: ScenarioEnv, association: Association, best_s: float
    ) -> tuple[float, float]:
        observation: Observation = env.channel.copy_observations()
        predicted_s = 0.0
        tried = Pinned(self._slot_rule, association)
        for slot in play(env, tried, self._network, observation, self._slots):
            observation = slot.after
            predicted_s -= slot.reward
            if predicted_s > best_s:
                return np.inf, np.inf
            if slot.is_last:
                break
        return predicted_s + self._remaining_s(observation), predicted_s

    def _remaining_s(self, observation: Observation) -> float:
        """Delay still to come of the tasks in the system, if their users were alone."""
        bs = _served(observation, strongest(self._link.strength_db(observation)))
        rate_bps = self._link.rate_bps(observation)
        upload_s = observation["upload_backlog_bit"] / rate_bps[np.arange(len(bs)), bs]
        compute_s = (
            observation["compute_backlog_cycles"] / observation["compute_capacity_hz"]
        ).sum(axis=1)
        return float((_tasks(observation) * (upload_s + compute_s)).sum())


def _served(observation: Observation, otherwise: Association) -> Association:
    """Each user's base station, or another one for those without."""
    serving = observation["serving_bs"]
    return np.where(serving >= 0, serving, otherwise).astype(np.int32)


def _tasks(observation: Observation) -> NDArray[np.int64]:
    tasks: NDArray[np.int64] = observation["tasks_uploading"] + observation["tasks_computing"].sum(
        axis=1
    )
    return tasks


@contextlib.contextmanager
def _threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that an interrupt does not wait for."""
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
