# SPDX-License-Identifier: MIT
"""How one policy continues a physical state in ns-3."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import ScenarioEnv
from py_agent.contract import asking
from py_agent.driver import play
from py_agent.experiment.task_statistics import delay_parts
from py_agent.fidelity.tracking import LEAST_BIT
from py_agent.policies import Network, load_policy
from py_agent.radio.busy import busy_users
from py_agent.radio.link_model import link_model_of

Floats = NDArray[np.float64]
Seen = Mapping[str, NDArray[Any]]


@dataclasses.dataclass(frozen=True)
class Continuation:
    """What was observed.

    Attributes:
        delay_s: of every task that was open or created, age of those not done, ``[n_tasks]``.
        reward: of every slot, ``[n_slots]``.
        bits: of users with more to send than they could, by frame, ``[n_frames, n_ue]``.
        granted_s: time in which the whole band would have been theirs, ``[n_frames, n_ue]``.

    Example:
        >>> none = np.zeros((1, 2))
        >>> Continuation(np.array([0.25, 0.75]), np.zeros(50), none, none).mean_delay_s
        0.5
    """

    delay_s: Floats
    reward: Floats
    bits: Floats
    granted_s: Floats

    @property
    def mean_delay_s(self) -> float:
        """Mean over tasks; 0 without any."""
        return float(self.delay_s.mean()) if len(self.delay_s) else 0.0


class ContinuationLog:
    """Gathers a continuation slot by slot.

    Args:
        network: that is continued.

    Example:
        >>> import ns3_scenarios
        >>> env = ns3_scenarios.make("cellular", {"n_ue": 2, "n_bs": 2, "warmup_s": 1.0})
        >>> log = ContinuationLog(Network("cellular", env.settings.model_dump(), env.schema))
        >>> before, _ = env.reset(seed=1)
        >>> after, reward, *_, info = env.step(env.action_space.sample())
        >>> log.slot(before, after, reward)
        >>> log.end(env, info["time_s"]).granted_s.shape  # of one frame, by user
        (1, 2)
        >>> env.close()
    """

    def __init__(self, network: Network) -> None:
        self._link = link_model_of(network)
        self._slot_s: float = network.settings["slot_s"]
        self._n_ue: int = network.settings["n_ue"]
        self._bits: list[Floats] = []
        self._granted_s: list[Floats] = []
        self._rewards: list[float] = []

    def slot(self, before: Seen, after: Seen, reward: float) -> None:
        """A slot has passed; the first one begins a frame."""
        if int(before["slot_in_frame"][0]) == 0:
            self._bits.append(np.zeros(self._n_ue))
            self._granted_s.append(np.zeros(self._n_ue))
        self._rewards.append(reward)
        busy = busy_users(before, after)
        self._bits[-1] += np.where(busy, after["delivered_bit"] - before["delivered_bit"], 0)
        self._granted_s[-1] += np.where(busy, self._link.granted(after) * self._slot_s, 0.0)

    def end(self, env: ScenarioEnv, end_s: float) -> Continuation:
        """The simulation has ended; its records since the first slot are taken."""
        delay_s = delay_parts(env.take_records()["task"], end_s).delay_s
        rewards = np.array(self._rewards)
        return Continuation(delay_s, rewards, np.stack(self._bits), np.stack(self._granted_s))


def continue_with(
    env: ScenarioEnv,
    observation: Seen,
    network: Network,
    policy: str,
    passed: Callable[[], None] = lambda: None,
) -> Continuation:
    """Let a policy decide from here to the end of the simulation; a frame starts now.

    Args:
        env: a branch.
        observation: of the present slot.
        network: what the policy may know beforehand.
        policy: its name.
        passed: called after every slot.
    """
    decider = load_policy(policy)
    with asking(decider, "begin"):
        decider.begin(network, seed=1)
    log = ContinuationLog(network)
    end_s = 0.0
    for slot in play(env, decider, network, observation, copies=True):
        log.slot(slot.before, slot.after, slot.reward)
        end_s = slot.info["time_s"]
        passed()
    return log.end(env, end_s)


def rate_pairs(one: Continuation, other: Continuation) -> tuple[Floats, Floats]:
    """Bits that `one`'s users would have carried at the rate of `other`, and that they did."""
    enough = (one.bits >= LEAST_BIT) & (other.bits >= LEAST_BIT)
    enough &= (one.granted_s > 0) & (other.granted_s > 0)
    observed = one.bits[enough]
    predicted = other.bits[enough] / other.granted_s[enough] * one.granted_s[enough]
    return predicted, observed
