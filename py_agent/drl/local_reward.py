# SPDX-License-Identifier: MIT
"""What a user's agent is paid for: its cell's tasks, retraining, and accuracy some time ahead."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Network, Observation, present, tasks_in_system
from py_agent.drl.user_decisions import UserDecisions
from py_agent.learning.reward import accuracy_term, price_by_group, retraining_term, task_term

Floats = NDArray[np.float64]

_SCALE = 0.1  # keeps returns of order one
_TYPICAL_WEIGHT = 10.0  # w_A of which a reward is as large as without models
_POINTS = 6  # at which accuracy is predicted between now and the end of the foresight


class LocalReward:
    """Minus what the users of a cell cost in a slot, over 10; each of them is paid all of it.

    ``[tasks + w_G · backlog + w_A · E(A_min − measured accuracy)⁺] / (1 + w_A/10)``, where models
    are retrained; what will be measured is expected to lie about what is predicted, as it does
    on so many samples. Dividing by the weight changes no decision and keeps rewards of one size.

    A sample that is trained now pays for tens of seconds, far beyond the horizon that a discount
    of slots has. So the deficit counts as ``d + Φ' − Φ``, with Φ the time integral of the deficits
    that lie ahead if nothing more is trained. It makes of the deficit now the one at the end of the
    foresight, less what training has spared in between, paid when the job is done. In the mean over
    a long run, which is what counts, Φ cancels out, and nothing else is best than without it. Under
    a discount γ that holds for ``γΦ' − Φ`` (Ng, Harada, Russell 1999), which would bring the short
    horizon back; without the γ a deficit costs ``(1 − γ)Φ`` more in every slot that it lasts.

    Args:
        network: what is known of each network.
        foresight_s: how far Φ looks; 0: no potential.

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> env = without_ns3.make({"n_ue": 2, "n_bs": 2})
        >>> network = Network("cellular", env.settings.model_dump(), env.schema)
        >>> observation, _ = env.reset(seed=1)
        >>> decisions = UserDecisions(network, reach=2.0, raw=False)
        >>> decisions.watch(observation)
        >>> reward = LocalReward(network, foresight_s=10.0)
        >>> reward.start(decisions)
        >>> reward.of(observation, decisions).tolist()  # there are no tasks yet
        [-0.0, -0.0]
        >>> env.close()
    """

    def __init__(self, network: Network, foresight_s: float) -> None:
        self._slot_s: float = network.settings["slot_s"]
        self._learning = network.settings.get("learning", {})
        self._ahead_s = np.linspace(0.0, foresight_s, _POINTS) if foresight_s > 0 else None
        self._curve: Floats | None = None
        if self._learning:
            target, samples = (self._learning[k] for k in ("target_accuracy", "evaluated_samples"))
            deviation = np.sqrt(target * (1 - target) / samples)
            self._spread = deviation * np.sqrt(3) / np.pi  # of a logistic that deviates as much

    def start(self, decisions: UserDecisions) -> None:
        """Episodes begin; `decisions` has watched their first slot."""
        self._curve = self._expected(decisions)

    def of(self, observation: Observation, decisions: UserDecisions) -> NDArray[np.float32]:
        """Of the slot that has passed, ``[..., n_ue]``.

        Args:
            observation: at its end.
            decisions: has watched it.
        """
        terms = [task_term(tasks_in_system(observation))]
        scale: Floats | float = _SCALE
        if decisions.retrains:
            weight = decisions.accuracy_weight
            deficit = self._deficit(decisions)
            backlog, typical = (
                observation["training_backlog_cycles"],
                observation["task_mean_cycles"],
            )
            terms += [
                retraining_term(self._learning["backlog_weight"], backlog, typical),
                accuracy_term(1.0, weight * deficit),
            ]
            scale = _SCALE / (1 + weight / _TYPICAL_WEIGHT)
        there = present(observation)
        terms = [dataclasses.replace(term, amounts=term.amounts * there) for term in terms]
        n_bs = observation["compute_capacity_hz"].shape[-1]
        serving = observation["serving_bs"]
        cell = np.where(serving < 0, n_bs, serving)  # those without one are among themselves
        return (-scale * price_by_group(terms, cell, n_bs + 1) * there).astype(np.float32)

    def _deficit(self, decisions: UserDecisions) -> Floats:
        """By how much accuracy misses its target, and what the potential adds, ``[..., n_ue]``."""
        models = decisions.spare.models
        missing = self._expected_excess(models.target - decisions.spare.predicted())
        before, self._curve = self._curve, self._expected(decisions)
        if before is None or self._curve is None or self._ahead_s is None:
            return missing
        # What measuring teaches is not the agent's merit: both potentials have today's bias.
        aimed = models.target + models.bias
        now, then = (self._expected_excess(aimed - curve) for curve in (self._curve, before))
        gained = np.trapezoid(now - then, self._ahead_s, axis=0) / self._slot_s
        deficit: Floats = now[0] + gained
        return deficit

    def _expected_excess(self, short: Floats) -> Floats:
        """E(x)⁺ of a logistic x of mean `short` that deviates as a measurement of accuracy does."""
        excess: Floats = self._spread * np.logaddexp(0.0, short / self._spread)
        return excess

    def _expected(self, decisions: UserDecisions) -> Floats | None:
        """Accuracy ahead without training, bias not counted, ``[_POINTS, ..., n_ue]``."""
        if self._ahead_s is None or not decisions.retrains:
            return None
        models = decisions.spare.models
        ahead = np.stack([models.predict(ahead_s) for ahead_s in self._ahead_s])
        expected: Floats = ahead + models.bias
        return expected
