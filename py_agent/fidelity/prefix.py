# SPDX-License-Identifier: MIT
"""The run that the twin follows, and what it predicts of it from frame to frame."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import ScenarioEnv
from py_agent import former_names
from py_agent.driver import Decider
from py_agent.fidelity.continuation import Continuation, ContinuationLog
from py_agent.fidelity.tracking import Tracking
from py_agent.policies import Network, load_policy
from py_agent.twin.estimation.twin import Twin
from py_agent.twin.model.estimate import NetworkEstimate
from py_agent.twin.rollout.simulate import simulate
from py_agent.twin.rollout.start import rollouts_of

Floats = NDArray[np.float64]

PREFIX_POLICY = "load-srpt"
STATE_FRAMES = 2  # that are predicted of each state along the run


@dataclasses.dataclass(frozen=True)
class States:
    """What the twin predicted at the start of every frame, and what was observed.

    Attributes:
        observed_s: time of tasks in the system within a frame, ``[n_states, STATE_FRAMES]``.
        predicted_s: the same in each rollout of the twin, ``[n_states, STATE_FRAMES, rollouts]``.
    """

    observed_s: Floats
    predicted_s: Floats


class Prefix:
    """One run of ns-3 under `PREFIX_POLICY` with a twin in step.

    Args:
        env: reset.
        network: the same.
        twin: follows it.
        tracking: gathers the errors of the twin.
        observation: the first one.
        rollouts: of the twin, per state.
        passed: called after every slot of ns-3 or of the twin.

    Attributes:
        observation: of the present slot.

    Example:
        >>> import ns3_scenarios
        >>> from py_agent.radio.link_model import link_model_of
        >>> env = ns3_scenarios.make("cellular", {"n_ue": 2, "n_bs": 2, "warmup_s": 1.0})
        >>> network = Network("cellular", env.settings.model_dump(), env.schema)
        >>> observation, _ = env.reset(seed=1)
        >>> tracking, twin = Tracking(link_model_of(network)), Twin(network)
        >>> run = Prefix(env, network, twin, tracking, observation, 8, passed=lambda: None)
        >>> run.advance(slots=3, states_until=3)
        >>> bool(twin.estimate().time_s == run.observation["time_s"][0])
        True
        >>> env.close()
    """

    def __init__(
        self,
        env: ScenarioEnv,
        network: Network,
        twin: Twin,
        tracking: Tracking,
        observation: Mapping[str, NDArray[Any]],
        rollouts: int,
        passed: Callable[[], None],
    ) -> None:
        self._env, self._network, self._twin, self._tracking = env, network, twin, tracking
        self._rollouts, self._passed = rollouts, passed
        policy = load_policy(PREFIX_POLICY)
        policy.begin(network, seed=1)
        self._decider = Decider(policy, network)
        self._slots_per_frame: int = network.settings["slots_per_frame"]
        self._rewards: list[float] = []
        self._predictions: list[tuple[int, Floats]] = []  # slot, and what rollouts of it cost
        self._log = ContinuationLog(network)
        self._end_s = 0.0
        self.observation = observation
        tracking.start(observation)
        twin.observe(observation)

    def advance(self, slots: int, states_until: int) -> None:
        """Let slots pass; the twin observes each.

        Args:
            slots: how many.
            states_until: number of the slot beyond which nothing is predicted.
        """
        for _ in range(slots):
            estimate = self._twin.estimate()
            slot = len(self._rewards)
            starts = self._decider.starts_frame(self.observation)
            if starts and 0 < slot <= states_until - STATE_FRAMES * self._slots_per_frame:
                self._predictions.append((slot, self._predict(estimate)))
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
        """What comes from here on is how the prefix's policy continues this state."""
        self._env.take_records()
        self._log = ContinuationLog(self._network)

    def end(self) -> tuple[Continuation, States]:
        """The simulation has ended."""
        observed = np.array(self._rewards)
        length = STATE_FRAMES * self._slots_per_frame
        shape = (-1, STATE_FRAMES, self._slots_per_frame)
        windows = [observed[slot : slot + length] for slot, _ in self._predictions]
        observed_s = -np.array(windows).reshape(shape).sum(axis=2)
        predicted_s = np.array([predicted for _, predicted in self._predictions])
        states = States(observed_s, predicted_s.reshape(len(windows), STATE_FRAMES, self._rollouts))
        return self._log.end(self._env, self._end_s), states

    def _predict(self, estimate: NetworkEstimate) -> Floats:
        slots = STATE_FRAMES * self._slots_per_frame
        settings = self._network.settings
        horizon_s = slots * settings["slot_s"]
        rollouts = rollouts_of(
            estimate, settings, self._rollouts, horizon_s, seed=len(self._rewards)
        )
        schema = self._network.schema
        outcome = simulate(
            rollouts,
            load_policy(PREFIX_POLICY),
            schema,
            slots,
            watch=lambda rollout: self._passed(),
        )
        by_frame = outcome.reward.reshape(STATE_FRAMES, self._slots_per_frame, -1)
        cost_s: Floats = -by_frame.sum(axis=1)
        return cost_s


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
