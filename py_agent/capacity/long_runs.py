# SPDX-License-Identifier: MIT
"""Rules in the twin, for so long that what does not keep up shows."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import InvalidSetting
from ns3_bridge.settings import merged
from ns3_bridge.slot_count import slot_count
from py_agent.compare.constraint import TOLERANCE, keeps_constraint
from py_agent.contract import Network, Observation, present, tasks_in_system
from py_agent.driver import play
from py_agent.experiment.networks import make_policy
from py_agent.experiment.run_settings import RunSettings
from py_agent.long_run.trend import Trend, trend
from py_agent.long_run.warm_up import LEAST_FRAMES, warm_up
from py_agent.policies import load_policy
from py_agent.twin.environment.env import make_vector

Floats = NDArray[np.float64]

_NOTABLE_TASKS = 0.1  # more waiting per user
_NOTABLE_QUEUE = 0.1  # accuracy missed, summed over frames
_USERS_OUTSIDE = 0.01  # of all users, whose accuracy may miss the target by chance


@dataclasses.dataclass(frozen=True)
class LongRuns:
    """Long runs of one setting.

    Attributes:
        run: the setting, with a policy that decides for many networks at once.
        networks: how many, under seeds from `first_seed` on.
        duration_s: how long, warm-up and all.
        first_seed: of the first network.

    Raises:
        InvalidSetting: the policy decides for one network at a time.
    """

    run: RunSettings
    networks: int
    duration_s: float
    first_seed: int = 1

    def __post_init__(self) -> None:
        if not getattr(load_policy(self.run.policy), "batched", False):
            raise InvalidSetting(
                f"policy {self.run.policy} decides for one network at a time: here rules are tried "
                "that decide for many (batched = True)"
            )


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a policy did in the long run.

    Attributes:
        policy: with ``@rule`` its retraining rule.
        warm_up_s: cut off by MSER-5: networks start empty, models behind their data.
        delay_s: time in the system per task created (Little's law).
        violations: share of user-seconds measured below the target of accuracy.
        accuracy_slack: by how much the mean accuracy of the worst users, a hundredth of all,
            exceeds the target; None: users have no models.
        backlog: tasks in the system per user.
        virtual_queue: Z per user; None: users have no models.

    Example:
        >>> from py_agent.long_run.trend import trend
        >>> calm = trend(np.tile([2.0, 3.0, 2.5, 2.0, 3.5], (5, 20)), 1.0)
        >>> outcome = Outcome("load-fill@spare", 20.0, 0.6, 0.02, 0.05, calm, calm)
        >>> outcome.is_stationary, outcome.keeps
        (True, True)
    """

    policy: str
    warm_up_s: float
    delay_s: float
    violations: float
    accuracy_slack: float | None
    backlog: Trend
    virtual_queue: Trend | None

    @property
    def is_stationary(self) -> bool | None:
        """Backlog and virtual queue are level; False: one of them rises; None: one may double."""
        levels = [known.is_level for known in (self.backlog, self.virtual_queue) if known]
        return False if False in levels else None if None in levels else True

    @property
    def keeps(self) -> bool:
        """Nothing is found to rise, and everybody's accuracy is kept in the long run.

        The latter is: the mean accuracy of the worst users reaches the target, and no larger share
        of all user-seconds is below it than a comparison tolerates.
        """
        if self.is_stationary is False:
            return False
        if self.accuracy_slack is None:
            return True
        return self.accuracy_slack > 0 and keeps_constraint(self.violations, TOLERANCE)


def outcome_of(work: LongRuns) -> Outcome:
    """Let the policy decide in all networks at once.

    Raises:
        UnsuitableNetwork: the twin cannot stand in for the scenario.
        InvalidSetting: too few frames to tell the warm-up from.
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
    slots = slot_count(work.duration_s, slot_s)
    if slots < LEAST_FRAMES * slots_per_frame:
        raise InvalidSetting(
            f"duration {work.duration_s:g} s: the warm-up is told from {LEAST_FRAMES} frames or "
            f"more, {LEAST_FRAMES * slots_per_frame * slot_s:g} s here"
        )
    policy = make_policy(run)
    policy.begin(network, work.first_seed)
    observation, _ = networks.reset(seed=work.first_seed)
    frames: list[_Frame] = []
    task_slots = 0.0  # handovers make queues longest in mid-frame: every slot counts
    for number, slot in enumerate(play(networks, policy, network, observation, slots), 1):
        task_slots += float(tasks_in_system(slot.after).sum())
        if number % slots_per_frame == 0:
            frames.append(_Frame.of(slot.after, task_slots / slots_per_frame))
            task_slots = 0.0
    networks.close()
    return _summed_up(run, frames, slots_per_frame * slot_s)


@dataclasses.dataclass(frozen=True)
class _Frame:
    """What counts at the end of a frame, ``[networks, n_ue]`` each.

    `tasks` is the number of tasks in all networks, mean over the frame's slots.
    """

    tasks: float
    waiting: NDArray[np.integer]
    created: Floats
    there: NDArray[np.bool_]
    accuracy: Floats | None
    virtual_queue: Floats | None

    @classmethod
    def of(cls, observation: Observation, tasks: float) -> _Frame:
        created = observation["tasks_created"].astype(np.float64)
        has_models = "accuracy" in observation
        return cls(
            tasks=tasks,
            waiting=tasks_in_system(observation),
            created=created,
            there=np.broadcast_to(present(observation), created.shape).copy(),
            accuracy=observation["accuracy"].copy() if has_models else None,
            virtual_queue=observation["virtual_queue"].copy() if has_models else None,
        )


def _summed_up(run: RunSettings, frames: list[_Frame], frame_s: float) -> Outcome:
    waiting = np.array([frame.waiting for frame in frames])  # [n_frames, networks, n_ue]
    series = [waiting]
    accuracy = lengths = None
    target = run.learning.target_accuracy
    if run.retrain is not None:
        accuracy = np.array([frame.accuracy for frame in frames])
        lengths = np.array([frame.virtual_queue for frame in frames])
        series.append(np.maximum(target - accuracy, 0.0))
    cut = max(warm_up(values.mean(axis=(1, 2))).cut for values in series)
    created = (frames[-1].created - frames[cut].created).sum()
    violations, slack, queue = 0.0, None, None
    if accuracy is not None and lengths is not None:
        there = np.array([frame.there for frame in frames])[cut:]
        frames_there = there.sum(axis=0)  # who is hardly there has no long run
        if there.any():
            violations = float((accuracy[cut:] < target)[there].mean())
            counted = frames_there >= np.median(frames_there[frames_there > 0])
            of_users = (accuracy[cut:] * there).sum(axis=0)[counted] / frames_there[counted]
            slack = float(np.quantile(of_users, _USERS_OUTSIDE)) - target
        queue = trend(lengths[cut:].mean(axis=2).T, frame_s, _NOTABLE_QUEUE)
    return Outcome(
        policy=run.policy if run.retrain is None else f"{run.policy}@{run.retrain}",
        warm_up_s=cut * frame_s,
        delay_s=sum(frame.tasks for frame in frames[cut + 1 :]) * frame_s / max(created, 1.0),
        violations=violations,
        accuracy_slack=slack,
        backlog=trend(waiting[cut:].mean(axis=2).T, frame_s, _NOTABLE_TASKS),
        virtual_queue=queue,
    )
