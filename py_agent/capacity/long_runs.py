# SPDX-License-Identifier: MIT
"""Rules in the twin, for so long that what does not keep up shows."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import InvalidSetting
from ns3_bridge.settings import merged
from py_agent.contract import Network, Observation
from py_agent.driver import play
from py_agent.experiment.networks import make_policy
from py_agent.experiment.run_settings import RunSettings
from py_agent.long_run.trend import Trend, trend
from py_agent.policies import load_policy
from py_agent.twin.environment.env import make_vector

Floats = NDArray[np.float64]

_WARM_UP = 1 / 3  # of a run: models start behind their data, networks empty
_NOTABLE_TASKS = 0.1  # more waiting per user
_NOTABLE_QUEUE = 0.1  # accuracy missed, summed over frames
_USERS_OUTSIDE = 0.01  # of all users, whose accuracy may miss the target by chance


@dataclasses.dataclass(frozen=True)
class LongRuns:
    """Long runs of one setting.

    Attributes:
        run: the setting, with a policy that decides for many networks at once.
        networks: how many, under seeds from `first_seed` on.
        duration_s: how long; the first third is warm-up.
        first_seed: of the first network.
    """

    run: RunSettings
    networks: int
    duration_s: float
    first_seed: int = 1


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a policy did in the long run.

    Attributes:
        policy: with ``@rule`` its retraining rule.
        delay_s: time in the system per task created (Little's law).
        violations: share of user-seconds measured below the target of accuracy.
        accuracy_slack: by how much the mean accuracy of the worst users, a hundredth of all,
            exceeds the target; None: users have no models.
        backlog: tasks in the system per user.
        virtual_queue: Z per user; None: users have no models.
    """

    policy: str
    delay_s: float
    violations: float
    accuracy_slack: float | None
    backlog: Trend
    virtual_queue: Trend | None

    @property
    def is_stationary(self) -> bool:
        """Neither backlog nor virtual queue rises."""
        queue = self.virtual_queue
        return not (self.backlog.is_upward or (queue is not None and queue.is_upward))

    @property
    def keeps(self) -> bool:
        """It is stationary, and everybody's accuracy is kept in the long run."""
        return self.is_stationary and (self.accuracy_slack is None or self.accuracy_slack > 0)


def outcome_of(work: LongRuns) -> Outcome:
    """Let the policy decide in all networks at once.

    Raises:
        UnsuitableNetwork: the twin cannot stand in for the scenario.
    """
    run = work.run
    settings = merged(run.settings, {"duration_s": work.duration_s + 1.0})
    if run.retrain is not None:
        settings = merged(settings, {"retraining": {"enabled": True}})
    learning = None if run.retrain is None else run.learning
    networks = make_vector(work.networks, settings, learning=learning, scenario=run.scenario)
    known = networks.settings.model_dump()
    if learning is not None:
        known["learning"] = learning.model_dump()
    network = Network(run.scenario, known, networks.schema)
    slots_per_frame, slot_s = known["slots_per_frame"], known["slot_s"]
    if not getattr(load_policy(run.policy), "batched", False):
        raise InvalidSetting(
            f"policy {run.policy} decides for one network at a time: here rules are tried that "
            "decide for many (batched = True)"
        )
    policy = make_policy(run)
    policy.begin(network, work.first_seed)
    observation, _ = networks.reset(seed=work.first_seed)
    frames = []
    slots = round(work.duration_s / slot_s)
    for number, slot in enumerate(play(networks, policy, network, observation, slots), 1):
        if number % slots_per_frame == 0:
            frames.append(_Frame.of(slot.after))
    networks.close()
    return _summed_up(run, frames, slots_per_frame * slot_s)


@dataclasses.dataclass(frozen=True)
class _Frame:
    """What counts at the end of a frame, ``[networks, n_ue]`` each."""

    waiting: Floats
    created: Floats
    accuracy: Floats | None
    virtual_queue: Floats | None

    @classmethod
    def of(cls, observation: Observation) -> _Frame:
        created = observation["tasks_created"].astype(np.float64)
        has_models = "accuracy" in observation
        return cls(
            waiting=created - observation["tasks_completed"],
            created=created,
            accuracy=observation["accuracy"].copy() if has_models else None,
            virtual_queue=observation["virtual_queue"].copy() if has_models else None,
        )


def _summed_up(run: RunSettings, frames: list[_Frame], frame_s: float) -> Outcome:
    kept = frames[int(_WARM_UP * len(frames)) :]
    waiting = np.array([frame.waiting for frame in kept])  # [n_frames, networks, n_ue]
    created = (kept[-1].created - kept[0].created).sum()
    violations, slack, queue = 0.0, None, None
    if run.retrain is not None:
        accuracy = np.array([frame.accuracy for frame in kept])
        target = run.learning.target_accuracy
        violations = float((accuracy < target).mean())
        slack = float(np.quantile(accuracy.mean(axis=0), _USERS_OUTSIDE)) - target
        lengths = np.array([frame.virtual_queue for frame in kept])
        queue = trend(lengths.mean(axis=2).T, frame_s, _NOTABLE_QUEUE)
    return Outcome(
        policy=run.policy if run.retrain is None else f"{run.policy}@{run.retrain}",
        delay_s=float(waiting[1:].sum()) * frame_s / max(created, 1.0),
        violations=violations,
        accuracy_slack=slack,
        backlog=trend(waiting.mean(axis=2).T, frame_s, _NOTABLE_TASKS),
        virtual_queue=queue,
    )
