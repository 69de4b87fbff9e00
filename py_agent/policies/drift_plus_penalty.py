# SPDX-License-Identifier: MIT
"""Retraining by drift plus penalty: queues of the accuracy constraint beside the delay of tasks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Network, Observation
from py_agent.policies.knobs import check_knob
from py_agent.policies.model_watch import ModelWatch, ratio_of
from py_agent.policies.server_load import NEEDED, ServerLoad
from py_agent.policies.spare_time import SMALLEST_JOB

Floats = NDArray[np.float64]

_SIZES = 16  # of jobs that are weighed against each other, beside none


class DriftPlusPenalty:
    """Each frame the jobs that minimise the drift of Z plus V times the delay that they cost.

    (Neely, "Stochastic Network Optimization", 2010, sections 3.1 and 4.4.) The constraint
    ``acc_n ≥ A_min`` on average is the queue ``Z_n ← [Z_n + A_min − acc_n]⁺``; it holds where the
    queues are stable. With ``L = ½ Σ Z_n²`` and the penalty p, delay that jobs of S_n samples cost
    the tasks at their servers, each frame takes

        ``min_S  V Σ p_n(S_n) + ½ Σ ([Z_n + A_min + ε − acc_n(S_n)]⁺)²``

    The last sum is the drift itself, not the bound ``Z_n (A_min − acc_n) + B`` that general proofs
    take, which sees no deficit before there is a queue: acc is predicted, so it need not. ε > 0 is
    Neely's slack. p is `ServerLoad.delay_s`, and as long as jobs at a server do not count each
    other's, the minimum is one per user. The gap to the least delay falls as 1/V, and Z, how long
    the constraint is missed, grows as V.

    Whoever has a job under way gets no other. acc is predicted by the two-lag model.

    Args:
        v: V, accuracy² per task second.
        slack: ε, of accuracy.
        ahead_s: how far models are predicted.

    Raises:
        InvalidSetting: V or ε is negative.

    Example:
        >>> from py_agent.learning.learning_settings import LearningSettings
        >>> import py_agent.twin.environment.env as without_ns3
        >>> small = {"n_ue": 3, "n_bs": 2, "slots_per_frame": 5}
        >>> env = without_ns3.make_learning(small)  # or ns-3: py_agent.learning.environments.make
        >>> observation, _ = env.reset(seed=1)
        >>> settings = {**env.settings.model_dump(), "learning": LearningSettings().model_dump()}
        >>> rule = DriftPlusPenalty(v=0.1)
        >>> rule.begin(Network("cellular", settings, env.schema))
        >>> rule.retrain(observation).tolist(), rule.ratio(observation).tolist()  # no data yet
        ([1, 1, 1], [0.0, 0.0, 0.0])
        >>> env.close()
    """

    def __init__(self, v: float = 0.01, slack: float = 0.1, ahead_s: float = 2.0) -> None:
        check_knob("drift plus penalty", "v", v, 0)
        check_knob("drift plus penalty", "slack", slack, 0)
        check_knob("drift plus penalty", "ahead_s", ahead_s, 0)
        self._v = v
        self._slack = slack
        self._ahead_s = ahead_s

    def begin(self, network: Network) -> None:
        """A run starts."""
        network.require("accuracy", "slot_in_frame", "virtual_queue", "task_norm_samples")
        network.require("training_backlog_samples", *NEEDED)
        self._models = ModelWatch(network)
        self._cycles_per_sample: float = network.settings["retraining"]["cycles_per_sample"]

    def retrain(self, observation: Observation) -> NDArray[np.int32]:
        """Everybody may be retrained in the frame, ``[..., n_ue]``."""
        return np.ones(observation["accuracy"].shape, np.int32)

    def ratio(self, observation: Observation) -> Floats:
        """δ of the jobs in a frame's first slot, 0 in the others, ``[..., n_ue]``."""
        self._models.follow(observation)
        first = observation["slot_in_frame"] == 0  # [..., 1]
        if not first.any():
            return np.zeros(observation["accuracy"].shape)
        norm = observation["task_norm_samples"].astype(np.float64)
        samples = self._cheapest(observation, norm)
        waits = first & (observation["training_backlog_samples"] == 0)
        return ratio_of(np.where(waits, samples, 0.0), norm)

    def _cheapest(self, observation: Observation, at_most: Floats) -> Floats:
        """Sizes of jobs, ``[..., n_ue]``; 0: none."""
        load = ServerLoad.observed(observation)
        queue = observation["virtual_queue"] + self._models.target + self._slack
        best = np.zeros_like(at_most)
        least = self.cost(best, queue, load)
        longest = np.maximum(at_most, SMALLEST_JOB)
        for part in np.linspace(0, 1, _SIZES):
            samples = np.minimum(SMALLEST_JOB * (longest / SMALLEST_JOB) ** part, at_most)
            cost = self.cost(samples, queue, load)
            best = np.where(cost < least, samples, best)
            least = np.minimum(cost, least)
        return best

    def cost(self, samples: Floats, queue: Floats, load: ServerLoad) -> Floats:
        """Drift and penalty of jobs now, ``[..., n_ue]``.

        Args:
            samples: of the jobs.
            queue: Z + A_min + ε.
            load: of their servers.
        """
        delay_s = load.delay_s(samples * self._cycles_per_sample / load.capacity_hz)
        missed = np.maximum(queue - self._models.predict(self._ahead_s, samples), 0.0)
        cost: Floats = self._v * delay_s + missed**2 / 2
        return cost
