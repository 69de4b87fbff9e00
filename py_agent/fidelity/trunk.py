# SPDX-License-Identifier: MIT
"""The run that the twin follows, and what it foretells of it from frame to frame."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import ScenarioEnv
from py_agent.driver import Decider
from py_agent.fidelity.continuation import Continuation, ContinuationLog
from py_agent.fidelity.tracking import Tracking
from py_agent.policies import Network, load_policy
from py_agent.twin.estimation.twin import Twin
from py_agent.twin.model.estimate import NetworkEstimate
from py_agent.twin.rollout.simulate import simulate
from py_agent.twin.rollout.start import rollouts_of

Floats = NDArray[np.float64]

TRUNK_POLICY = "load-srpt"
STATE_FRAMES = 2  # that are foretold of each state along the run


@dataclasses.dataclass(frozen=True)
class States:
    """What the twin foretold at the start of every frame, and what came.

    Attributes:
        came_s: time of tasks in the system within a frame, ``[n_states, STATE_FRAMES]``.
        said_s: the same in each of the twin's futures, ``[n_states, STATE_FRAMES, futures]``.
    """

    came_s: Floats
    said_s: Floats


class Trunk:
    """One run of ns-3 under `TRUNK_POLICY` with a twin in step.

    Args:
        env: reset.
        network: the same.
        twin: follows it.
        tracking: gathers the errors of the twin.
        observation: the first one.
        futures: of the twin, per state.
        passed: called after every slot of ns-3 or of the twin.

    Attributes:
        observation: of the present slot.
    """

    def __init__(
        self,
        env: ScenarioEnv,
        network: Network,
        twin: Twin,
        tracking: Tracking,
        observation: Mapping[str, NDArray[Any]],
        futures: int,
        passed: Callable[[], None],
    ) -> None:
        self._env, self._network, self._twin, self._tracking = env, network, twin, tracking
        self._futures, self._passed = futures, passed
        policy = load_policy(TRUNK_POLICY)
        policy.begin(network, seed=1)
        self._decider = Decider(policy, network)
        self._slots_per_frame: int = network.settings["slots_per_frame"]
        self._rewards: list[float] = []
        self._foretold: list[tuple[int, Floats]] = []  # slot, and what futures of it cost
        self._log = ContinuationLog(network)
        self._end_s = 0.0
        self.observation = observation
        tracking.start(observation)
        twin.observe(observation)

    def advance(self, slots: int, states_until: int) -> None:
        """Let slots pass; the twin hears of each.

        Args:
            slots: how many.
            states_until: number of the slot beyond which nothing is foretold.
        """
        for _ in range(slots):
            estimate = self._twin.estimate()
            slot = len(self._rewards)
            starts = self._decider.starts_frame(self.observation)
            if starts and 0 < slot <= states_until - STATE_FRAMES * self._slots_per_frame:
                self._foretold.append((slot, self._foretell(estimate)))
            action = self._decider.decide(self.observation)
            if starts:
                self._twin.command(action["association"])
                estimate = self._twin.estimate()
            before = self.observation
            self.observation, reward, _, _, info = self._env.step(action)
            self._end_s = info["time_s"]
            self._rewards.append(reward)
            self._log.slot(before, self.observation, reward)
            self._tracking.slot(estimate, self.observation)
            self._twin.observe(self.observation)
            self._passed()

    def branched(self) -> None:
        """What comes from here on is how the trunk's policy continues this state."""
        self._env.take_records()
        self._log = ContinuationLog(self._network)

    def end(self) -> tuple[Continuation, States]:
        """The simulation has ended."""
        came = np.array(self._rewards)
        length = STATE_FRAMES * self._slots_per_frame
        shape = (-1, STATE_FRAMES, self._slots_per_frame)
        windows = [came[slot : slot + length] for slot, _ in self._foretold]
        came_s = -np.array(windows).reshape(shape).sum(axis=2)
        said_s = np.array([said for _, said in self._foretold])
        states = States(came_s, said_s.reshape(len(windows), STATE_FRAMES, self._futures))
        return self._log.end(self._env, self._end_s), states

    def _foretell(self, estimate: NetworkEstimate) -> Floats:
        slots = STATE_FRAMES * self._slots_per_frame
        settings = self._network.settings
        horizon_s = slots * settings["slot_s"]
        futures = rollouts_of(estimate, settings, self._futures, horizon_s, seed=len(self._rewards))
        schema = self._network.schema
        outcome = simulate(
            futures,
            load_policy(TRUNK_POLICY),
            schema,
            slots,
            watch=lambda rollout: self._passed(),
        )
        by_frame = outcome.reward.reshape(STATE_FRAMES, self._slots_per_frame, -1)
        cost_s: Floats = -by_frame.sum(axis=1)
        return cost_s
