# SPDX-License-Identifier: MIT
"""What users' agents see of a network, and what becomes of their outputs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Decision, Network, Observation
from py_agent.drl.agent import ACTIONS
from py_agent.drl.features import model_features, user_features, without_models
from py_agent.drl.stale_view import StaleView
from py_agent.policies.cell_work import CellWork, WorkMeter
from py_agent.policies.fill import FillDivider
from py_agent.policies.held_shares import HeldShares
from py_agent.policies.spare_time import SpareTime
from py_agent.radio.link_model import link_model_of

Floats = NDArray[np.float64]

AIM_REACH = 0.08  # by how much an output of 1 raises the accuracy that retraining aims at


class UserDecisions:
    """The residual on the rules `fill` and, where models are retrained, `SpareTime`.

    Outputs shift the priorities of a user's upload, tasks and retraining job, by ``β`` on a
    logarithmic scale, and the accuracy that δ is chosen for. 0 is the rule. One network, or many.
    Where a decision holds for a frame, the rule is `HeldShares`, and what it gives is shifted.

    Args:
        network: says what can be decided.
        reach: β.
        raw: agents see the users' last reports and measured accuracy, no estimates of the twin.
        per_frame: decisions hold for a frame.
        accuracy_weight: w_A that the agents decide for, ``[..., 1]``; None: the settings'.

    Attributes:
        retrains: there are models to retrain.
        work: of the slot that was watched last.
        spare: the rule that retrains; begun where `retrains`.
        accuracy_weight: w_A.

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> from py_agent.policies.association import Strongest
        >>> from py_agent.policies.fill import FillPolicy
        >>> env = without_ns3.make({"n_ue": 3, "n_bs": 2})
        >>> observation, _ = env.reset(seed=1)
        >>> network = Network("cellular", env.settings.model_dump(), env.schema)
        >>> decisions, rule = UserDecisions(network, reach=1.0, raw=False), FillPolicy(Strongest())
        >>> decisions.watch(observation)
        >>> rule.begin(network, seed=1)
        >>> decided = decisions.decide(np.zeros((3, len(ACTIONS))))
        >>> bool((decided["compute_share"] == rule.decide_slot(observation)["compute_share"]).all())
        True
        >>> env.close()
    """

    work: CellWork

    def __init__(
        self,
        network: Network,
        reach: float,
        raw: bool,
        accuracy_weight: NDArray[np.float64] | None = None,
        *,
        per_frame: bool = False,
    ) -> None:
        self._link = link_model_of(network)
        self._meter = WorkMeter(network)
        self._divider = FillDivider(network)
        self._held = HeldShares(network) if per_frame else None
        network.require("oldest_age_s", "slot_in_frame")
        self._slots_per_frame = network.settings["slots_per_frame"]
        self._reach = reach
        self._view = StaleView() if raw else None
        self.retrains = "retraining_ratio" in {field.name for field in network.schema.actions}
        self.spare = SpareTime(raw=raw)
        self.accuracy_weight: NDArray[np.float64] | float = 0.0
        if self.retrains:
            self.spare.begin(network)
            self._cycles_per_sample = network.settings["retraining"]["cycles_per_sample"]
            weight = network.settings["learning"]["accuracy_weight"]
            self.accuracy_weight = weight if accuracy_weight is None else accuracy_weight

    def watch(self, observation: Observation) -> None:
        """A slot begins."""
        self._seen = seen = observation if self._view is None else self._view.of(observation)
        self.work = self._meter.measure(seen)
        self._priorities = self._divider.priorities(self.work, seen)
        if self.retrains:
            self.spare.watch(seen)

    def features(self) -> NDArray[np.float32]:
        """What the agents see of the slot, ``[..., n_ue, len(FEATURES)]``."""
        told = (self.work, self._seen, self._priorities)
        models = without_models(self._seen)
        if self.retrains:
            models = model_features(*told, self.spare, self.accuracy_weight)
        return user_features(*told, self._slots_per_frame, models, self._link)

    def frame(self, observation: Observation) -> Decision:
        """Who may be retrained in the frame that starts: anybody, δ tells the rest."""
        return {"retrain": self.spare.retrain(observation)} if self.retrains else {}

    def decide(self, outputs: NDArray[np.float32]) -> Decision:
        """Decide for the slot that was watched last.

        Args:
            outputs: of every agent, from -1 to 1, ``[..., n_ue, len(ACTIONS)]``.
        """
        by_action = dict(zip(ACTIONS, np.moveaxis(outputs.astype(np.float64), -1, 0), strict=True))
        higher = AIM_REACH * by_action.pop("retraining_ratio")
        shift = {name: self._reach * by_action[name] for name in self._priorities}
        jobs: dict[str, Floats] = {}
        if self.retrains:
            needed = self.spare.needed(self._seen, higher)
            jobs["retraining_ratio"] = self.spare.submit(self._seen, needed)
        if self._held is not None:
            jobs_s = self.work.training_s + self._submitted_s(jobs)
            return {**self._held.divide(self.work, self._seen, jobs_s, shift), **jobs}
        priorities = {name: rule + shift[name] for name, rule in self._priorities.items()}
        return {**self._divider.divide(self.work, priorities), **jobs}

    def _submitted_s(self, jobs: Mapping[str, Floats]) -> Floats:
        """Time that the whole servers need for jobs that begin now, ``[..., n_ue]``."""
        if not self.retrains:
            return np.zeros(self.work.cell.shape)
        own = np.maximum(self.work.cell, 0)
        capacity_hz = np.take_along_axis(self._seen["compute_capacity_hz"], own, axis=-1)
        samples = jobs["retraining_ratio"] * self._seen["task_norm_samples"]
        submitted_s: Floats = samples * self._cycles_per_sample / capacity_hz
        return submitted_s
