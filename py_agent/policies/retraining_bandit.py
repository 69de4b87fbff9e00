# SPDX-License-Identifier: MIT
"""Retraining by a bandit at every server: which part of its time retraining may have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Network, Observation, present, tasks_in_system
from py_agent.policies.knobs import check_knob
from py_agent.policies.model_watch import ModelWatch, ratio_of
from py_agent.policies.spare_time import SMALLEST_JOB

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]

#: Parts of a server's time that retraining may have in a frame.
BUDGETS = (0.0, 0.05, 0.1, 0.2, 0.4)


class RetrainingBandit:
    """Learns at every server what part of its time is best spent on retraining.

    After Ai, Liang and Liu, "Joint Optimization of Model Retraining and Inference Services in
    DT-Assisted Edge Computing" (2025), of which the abstract alone was at hand. Taken from it: that
    retraining and inference compete for the computing of an edge server; that a multi-armed bandit
    allocates it, with bounded expected cumulative regret; that predictions choose the models; that
    users' satisfaction with delay and fidelity is what is maximised. Ours are

    - the arms, `BUDGETS`, and the bandit, one per server: UCB1 (Auer, Cesa-Bianchi, Fischer 2002),
      ``argmax_k  mean_k + c √(2 ln t / t_k)``, each frame one pull;
    - the satisfaction of a user, ``1/(1 + tasks in the system + w_A · deficit)``, from 0 to 1, its
      tasks measured over the frame, its deficit predicted some seconds ahead with the jobs of
      the frame done; an arm's reward is the mean over the users that the server's station has;
    - the choice of models: those furthest below ``A_min + margin`` first, each to there, until the
      budget is spent.

    The expected regret against the best arm is at most ``Σ_k (8 c² ln t / Δ_k + 4.3 Δ_k)`` if the
    rewards of an arm are independent and lie within a range of width c (Theorem 1 there, for
    c = 1). Here they depend on what was done before, through queues and lags: the bound is the
    bandit's, not the network's.

    One network at a time.

    Args:
        exploration: c.
        margin: of accuracy.
        ahead_s: how far models are predicted.

    Attributes:
        arm: of every server in this frame, `BUDGETS` by number, ``[n_bs]``.
        pulls: frames that are over, by server and arm, ``[n_bs, n_arms]``.

    Raises:
        InvalidSetting: c is negative.

    Example:
        >>> from py_agent.learning.learning_settings import LearningSettings
        >>> import py_agent.twin.environment.env as without_ns3
        >>> small = {"n_ue": 3, "n_bs": 2, "slots_per_frame": 5}
        >>> env = without_ns3.make_learning(small)  # or ns-3: py_agent.learning.environments.make
        >>> observation, _ = env.reset(seed=1)
        >>> settings = {**env.settings.model_dump(), "learning": LearningSettings().model_dump()}
        >>> rule = RetrainingBandit()
        >>> rule.begin(Network("cellular", settings, env.schema))
        >>> rule.ratio(observation).shape, [BUDGETS[arm] for arm in rule.arm]
        ((3,), [0.0, 0.0])
        >>> env.close()
    """

    def __init__(
        self, exploration: float = 0.05, margin: float = 0.08, ahead_s: float = 2.0
    ) -> None:
        check_knob("a bandit", "exploration", exploration, 0)
        check_knob("a bandit", "margin", margin, -1, 1)
        check_knob("a bandit", "ahead_s", ahead_s, 0)
        self._exploration = exploration
        self._margin = margin
        self._ahead_s = ahead_s

    def begin(self, network: Network) -> None:
        """Nothing is known of any arm."""
        network.require("accuracy", "slot_in_frame", "virtual_queue", "task_norm_samples")
        network.require("training_backlog_samples", "tasks_uploading", "tasks_computing")
        network.require("serving_bs", "compute_capacity_hz")
        self._models = ModelWatch(network)
        settings = network.settings
        self._accuracy_weight: float = settings["learning"]["accuracy_weight"]
        self._frame_s: float = settings["slot_s"] * settings["slots_per_frame"]
        self._cycles_per_sample: float = settings["retraining"]["cycles_per_sample"]
        n_bs = network.schema.sizes["bs"]
        self.pulls = np.zeros((n_bs, len(BUDGETS)))
        self._rewards = np.zeros((n_bs, len(BUDGETS)))
        self.arm = np.zeros(n_bs, np.int32)
        self._slots = 0  # that have passed of the frame

    def retrain(self, observation: Observation) -> NDArray[np.int32]:
        """Everybody may be retrained in the frame, ``[n_ue]``."""
        return np.ones(observation["accuracy"].shape, np.int32)

    def ratio(self, observation: Observation) -> Floats:
        """δ of the jobs in a frame's first slot, 0 in the others, ``[n_ue]``."""
        self._models.follow(observation)
        if observation["slot_in_frame"][0] == 0:
            self._learn()
            ratio = self._start_frame(observation)
        else:
            ratio = np.zeros(observation["accuracy"].shape)
        self._tasks += tasks_in_system(observation)
        self._slots += 1
        return ratio

    def _start_frame(self, observation: Observation) -> Floats:
        self.arm = self._choose()
        served = np.where(present(observation), observation["serving_bs"], -1)
        samples = self._within_budgets(observation, served)
        accuracy = self._models.predict(self._ahead_s, samples)
        self._deficit = np.maximum(self._models.target - accuracy, 0.0)
        self._served = served
        self._tasks = np.zeros(accuracy.shape)
        self._slots = 0
        return ratio_of(samples, observation["task_norm_samples"].astype(np.float64))

    def _choose(self) -> Integers:
        """The arm of every server, ``[n_bs]``; each is tried once first."""
        total = self.pulls.sum(axis=1, keepdims=True)
        pulls = np.maximum(self.pulls, 1)
        width = self._exploration * np.sqrt(2 * np.log(np.maximum(total, 1)) / pulls)
        bound = np.where(self.pulls > 0, self._rewards / pulls + width, np.inf)
        arm: Integers = bound.argmax(axis=1).astype(np.int32)
        return arm

    def _learn(self) -> None:
        """The frame that has passed is the reward of the arms that were pulled."""
        if self._slots == 0:
            return
        cost = self._tasks / self._slots + self._accuracy_weight * self._deficit
        satisfaction = 1 / (1 + cost)
        for bs in np.unique(self._served[self._served >= 0]):
            self.pulls[bs, self.arm[bs]] += 1
            self._rewards[bs, self.arm[bs]] += satisfaction[self._served == bs].mean()

    def _within_budgets(self, observation: Observation, served: Integers) -> Floats:
        """Samples of each user's job, as far as the time of its server goes, ``[n_ue]``."""
        time_s = np.array(BUDGETS)[self.arm] * self._frame_s  # [n_bs]
        left = time_s * observation["compute_capacity_hz"] / self._cycles_per_sample
        aim = self._models.target + self._margin
        at_most = observation["task_norm_samples"].astype(np.float64)
        needed = self._models.samples_to_reach(aim, self._ahead_s, at_most)
        needed = np.where(observation["training_backlog_samples"] > 0, 0.0, needed)
        missed = observation["virtual_queue"] + aim - self._models.predict(self._ahead_s)
        samples = np.zeros_like(needed)
        for ue in np.argsort(-missed, kind="stable"):
            bs = served[ue]
            if bs < 0 or needed[ue] <= 0:
                continue
            job = min(max(needed[ue], SMALLEST_JOB), left[bs], at_most[ue])
            if job >= min(SMALLEST_JOB, at_most[ue]):
                samples[ue] = job
                left[bs] -= job
        return samples
