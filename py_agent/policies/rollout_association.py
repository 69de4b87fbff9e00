# SPDX-License-Identifier: MIT
"""The association that does best in the twin's rollouts: a search by simulation."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Network, Observation
from py_agent.policies.association import LoadBalancing
from py_agent.policies.fill import FillPolicy, training_tasks
from py_agent.policies.twin_association import TwinAssociation
from py_agent.radio.link_model import candidates, strongest
from py_agent.twin.model.estimate import NetworkEstimate
from py_agent.twin.rollout.start import rollouts_of

Association = NDArray[np.int32]
Floats = NDArray[np.float64]

_SIMULATED = 24_000  # users of all rollouts of a round: a third of a second
_CROSSED = 8  # of the best associations, in pairs
_MOVED = 4  # of the best associations, by every single move
_MORE = 4  # times as many rollouts for those in the final


class RolloutAssociation(TwinAssociation):
    """Tries hundreds of associations a frame in rollouts, under the slot rule `fill`.

    The search begins with no change, what the formula's local search finds, greedy load balancing
    and the strongest stations. Each round then tries the changes of any two of the best together,
    and all single moves away from the very best; where these are more than there is time for, those
    of the users who wait for the most work. Candidates meet the same random numbers, so what
    differs between them is the association's. The best of them and no change then meet fresh ones,
    more of them, since the best of many noisy means looks better than it is.

    Args:
        rounds: of the search.
        rollouts: sampled for each candidate.
        finalists: of the search, beside no change.
        horizon_frames: how far rollouts reach.
        least_gain_sd: a change must gain so many standard errors of its mean gain.
        window_db: stations heard at most this much weaker than the best are tried: rollouts know
            how often such handovers fail.
        threads: that compute them.

    Attributes:
        tried: candidates of the last frame.

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> env = without_ns3.make({"n_ue": 3, "n_bs": 2})
        >>> observation, _ = env.reset(seed=1)
        >>> rule = RolloutAssociation(rounds=1, rollouts=4)
        >>> rule.begin(Network("cellular", env.settings.model_dump(), env.schema))
        >>> rule.watch(observation)
        >>> rule.associate(observation).shape
        (3,)
        >>> env.close()
    """

    def __init__(
        self,
        rounds: int = 3,
        rollouts: int = 12,
        finalists: int = 8,
        horizon_frames: float = 3.0,
        least_gain_sd: float = 1.0,
        window_db: float = 12.0,
        threads: int = 1,
    ) -> None:
        super().__init__()
        self._rounds = rounds
        self._rollouts = rollouts
        self._finalists = finalists
        self._reach_frames = horizon_frames
        self._least_gain_sd = least_gain_sd
        self._search_window_db = window_db
        self._threads = threads
        self.tried = 0

    def begin(self, network: Network) -> None:
        """A new twin for a new run."""
        super().begin(network)
        self._network = network
        self._balancing = LoadBalancing(self._window_db)
        self._balancing.begin(network)
        self._most = max(1, _SIMULATED // (self._rollouts * network.settings["n_ue"]))
        self._asked = 0

    def watch(self, observation: Observation) -> None:
        """A slot begins, for the twin and for load balancing."""
        super().watch(observation)
        self._balancing.watch(observation)

    def associate(self, observation: Observation) -> Association:
        """The base station of every user, ``[n_ue]``."""
        finalists = self.shortlist(observation)
        chosen = self.surest(finalists, self.twin.estimate())
        self.twin.command(chosen)
        return chosen

    def shortlist(self, observation: Observation) -> list[Association]:
        """No change, and then the best that the search finds, ``[n_ue]`` each."""
        found = super().associate(observation)
        estimate = self.twin.estimate()
        best = strongest(estimate.strength_db()).astype(np.int32)
        unchanged = np.where(estimate.serving_bs >= 0, estimate.serving_bs, best).astype(np.int32)
        starts = [unchanged, found, self._balancing.associate(observation), best]
        self._asked += 1
        return self.search(starts, estimate)

    def search(self, starts: list[Association], estimate: NetworkEstimate) -> list[Association]:
        """No change and the best that are found, ``[n_ue]`` each.

        Args:
            starts: where the search begins; no change is the first.
            estimate: the twin's belief.
        """
        allowed = candidates(estimate.strength_db(), self._search_window_db)
        costs_s: dict[bytes, float] = {}
        ranked: list[Association] = []
        fresh = _new(starts, costs_s)
        for number in range(self._rounds):
            if number > 0:
                crossed = _crossed(ranked[:_CROSSED], starts[0])
                tried = _busiest(estimate, allowed, self._most - len(crossed))
                moved = [other for one in ranked[:_MOVED] for other in _moves(one, tried)]
                fresh = _new(crossed + moved, costs_s)[: self._most]
            if not fresh:
                break
            found_s = self.costs_s(fresh, estimate, self._rollouts, 2 * self._asked)
            mean_s = found_s.mean(axis=1).tolist()
            costs_s |= zip((a.tobytes() for a in fresh), mean_s, strict=True)
            ranked = sorted([*ranked, *fresh], key=lambda a: costs_s[a.tobytes()])
        self.tried = len(ranked)
        return _new([starts[0], *ranked[: self._finalists]], {})

    def surest(self, finalists: list[Association], estimate: NetworkEstimate) -> Association:
        """The best of them under fresh random numbers, if it surely beats the first, ``[n_ue]``."""
        found_s = self.costs_s(finalists, estimate, _MORE * self._rollouts, 2 * self._asked + 1)
        best = int(found_s.mean(axis=1).argmin())
        gain_s = found_s[0] - found_s[best]
        surely_s = self._least_gain_sd * gain_s.std() / np.sqrt(len(gain_s))
        return finalists[best if gain_s.mean() > surely_s else 0]

    def costs_s(
        self, tried: list[Association], estimate: NetworkEstimate, rollouts: int, seed: int
    ) -> Floats:
        """Time that tasks spend in the system, ``[n_tried, rollouts]``."""
        horizon_s = self._reach_frames * self._frame_s
        settings, n = self._network.settings, len(tried)
        made = rollouts_of(
            estimate, settings, rollouts, horizon_s, seed, copies=n, threads=self._threads
        )
        rows = np.repeat(np.stack(tried), rollouts, axis=0)
        tasks: Floats | None = None
        if (models := estimate.models) is not None:
            deficit = np.maximum(models.target_accuracy - models.accuracy, 0.0)
            tasks = np.broadcast_to(training_tasks(models.virtual_queue, deficit), rows.shape)
        reward = made.fill_steps(rows, round(horizon_s / settings["slot_s"]), tasks)
        cost_s: Floats = -reward.sum(axis=0).reshape(n, rollouts)
        return cost_s


class RolloutFill(FillPolicy):
    """Tries hundreds of associations a frame in the twin's rollouts; shares as twin-fill."""

    def __init__(self) -> None:
        super().__init__(RolloutAssociation())


def _moves(association: Association, allowed: NDArray[np.bool_]) -> list[Association]:
    """All that are one allowed move away."""
    moved = []
    for ue, bs in np.argwhere(allowed):
        if association[ue] != bs:
            other = association.copy()
            other[ue] = bs
            moved.append(other)
    return moved


def _busiest(estimate: NetworkEstimate, allowed: NDArray[np.bool_], most: int) -> NDArray[np.bool_]:
    """Of what is `allowed`, at most so many moves: of users who wait for most work."""
    waits_cycles = estimate.upload.cycles.sum(axis=1) + estimate.compute.remaining.sum(axis=1)
    order = np.argsort(-waits_cycles, kind="stable")
    moves = np.cumsum(allowed[order].sum(axis=1) - 1)
    kept = np.zeros(len(order), bool)
    kept[order[moves <= most]] = True
    return allowed & kept[:, None]


def _crossed(best: list[Association], unchanged: Association) -> list[Association]:
    """The changes of two together; where both change a user, the better one's."""
    pairs = combinations(best, 2)
    return [np.where(one != unchanged, one, other).astype(np.int32) for one, other in pairs]


def _new(associations: Iterable[Association], known: dict[bytes, float]) -> list[Association]:
    """Those that are not known yet, each once."""
    return list({a.tobytes(): a for a in associations if a.tobytes() not in known}.values())
