# SPDX-License-Identifier: MIT
"""One physical state: the twin's futures of it beside ns-3's own, policy by policy."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

import ns3_scenarios
from ns3_bridge import InvalidSetting, ScenarioEnv
from py_agent.policies import Network, load_policy
from py_agent.twin.estimate import NetworkEstimate
from py_agent.twin.fidelity.continuation import Continuation, continue_with
from py_agent.twin.fidelity.tracking import Tracking
from py_agent.twin.parameters import TwinParameters
from py_agent.twin.reporting import ReportingSettings
from py_agent.twin.rollout.simulate import Outcome, simulate
from py_agent.twin.rollout.start import futures_of
from py_agent.twin.twin import Twin

TRUNK_POLICY = "load-cmu"
_OTHER_SEED = 100_000  # branches that are reseeded get the seed of the run and this


@dataclasses.dataclass(frozen=True)
class SceneSettings:
    """How a state is made and looked at.

    Attributes:
        settings: of the scenario, nested; `duration_s` is set here.
        lead_s: for which the twin follows the network beforehand, whole frames.
        horizon_s: for which it is continued.
        futures: of the twin, per policy.
        reporting: how observations reach the twin.
    """

    settings: Mapping[str, Any]
    lead_s: float
    horizon_s: float
    futures: int
    reporting: ReportingSettings


@dataclasses.dataclass(frozen=True)
class Scene:
    """What came of a state.

    Attributes:
        seed: of the run.
        physical: continuations of ns-3 under the run's own random numbers, by policy.
        reseeded: the same state under other random numbers: the noise that no model foresees.
        twin: futures of the twin, by policy.
        reported_bps: what the reports to the twin have cost.
        slots_per_frame: for which an association holds.
    """

    seed: int
    physical: Mapping[str, Continuation]
    reseeded: Mapping[str, Continuation]
    twin: Mapping[str, Outcome]
    reported_bps: float
    slots_per_frame: int


def play(
    chosen: SceneSettings,
    seed: int,
    policies: Sequence[str],
    parameters: TwinParameters,
    tracking: Tracking,
    progress: Callable[[str], None],
) -> Scene:
    """Follow a run under `TRUNK_POLICY`, branch it under every policy, let the twin foretell each.

    Args:
        chosen: how.
        seed: of the run.
        policies: names.
        parameters: the twin's constants.
        tracking: gathers the errors of the twin along the run, before and after the branches.
        progress: told what is going on.

    Raises:
        InvalidSetting: the lead is no whole number of frames.
        BridgeError: a simulation failed.
    """
    duration_s = chosen.lead_s + chosen.horizon_s
    env = ns3_scenarios.make("cellular", {**chosen.settings, "duration_s": duration_s})
    try:
        network = Network("cellular", env.settings.model_dump(), env.schema)
        slot_s = network.settings["slot_s"]
        lead_slots = round(chosen.lead_s / slot_s)
        if lead_slots % network.settings["slots_per_frame"]:
            frame_s = slot_s * network.settings["slots_per_frame"]
            raise InvalidSetting(
                f"lead = {chosen.lead_s:g} s: must be whole frames of {frame_s:g} s"
            )
        twin = Twin(network, parameters, chosen.reporting, seed=seed)
        progress(f"seed {seed}: following")
        observation, _ = env.reset(seed=seed)
        run = _Trunk(env, network, twin, tracking, observation)
        run.advance(lead_slots)
        estimate = twin.estimate()
        progress(f"seed {seed}: {len(policies)} policies in ns-3, twice, and in the twin")
        slots = round(chosen.horizon_s / slot_s)
        with ThreadPoolExecutor(1) as pool:  # ns-3 needs its own processes most of the time
            job = pool.submit(_foretell_all, estimate, network, policies, chosen, slots, seed)
            physical, reseeded = _continue_all(env, run.observation, network, policies, seed)
            foretold = job.result()
        progress(f"seed {seed}: following")
        run.advance(slots)
    finally:
        env.close()
    return Scene(
        seed=seed,
        physical=physical,
        reseeded=reseeded,
        twin=foretold,
        reported_bps=twin.reported_bits / duration_s,
        slots_per_frame=network.settings["slots_per_frame"],
    )


class _Trunk:
    """The run that the twin follows."""

    def __init__(
        self,
        env: ScenarioEnv,
        network: Network,
        twin: Twin,
        tracking: Tracking,
        observation: Mapping[str, NDArray[Any]],
    ) -> None:
        self._env, self._network, self._twin, self._tracking = env, network, twin, tracking
        self._policy = load_policy(TRUNK_POLICY)
        self._policy.begin(network, seed=1)
        self._frame: dict[str, Any] = {}
        self.observation = observation
        tracking.start(observation)
        twin.observe(observation)

    def advance(self, slots: int) -> None:
        """Let slots pass; the twin hears of each."""
        for _ in range(slots):
            if int(self.observation["slot_in_frame"][0]) == 0:
                self._frame = dict(self._policy.decide_frame(self.observation))
                self._twin.command(self._frame["association"])
            action = {**self._frame, **self._policy.decide_slot(self.observation)}
            estimate = self._twin.estimate()
            self.observation, *_ = self._env.step(action)
            self._tracking.slot(estimate, self.observation)
            self._twin.observe(self.observation)


def _continue_all(
    env: ScenarioEnv,
    observation: Mapping[str, NDArray[Any]],
    network: Network,
    policies: Sequence[str],
    seed: int,
) -> tuple[dict[str, Continuation], dict[str, Continuation]]:
    others = [seed + _OTHER_SEED] * len(policies)
    with (
        env.branch(len(policies)) as own,
        env.branch(len(policies), seeds=others) as other,
        ThreadPoolExecutor(os.cpu_count()) as pool,
    ):
        jobs = [
            pool.submit(continue_with, branch, observation, network, name)
            for branch, name in zip([*own, *other], [*policies, *policies], strict=True)
        ]
        found = [job.result() for job in jobs]
    half = len(policies)
    return (
        dict(zip(policies, found[:half], strict=True)),
        dict(zip(policies, found[half:], strict=True)),
    )


def _foretell_all(
    estimate: NetworkEstimate,
    network: Network,
    policies: Sequence[str],
    chosen: SceneSettings,
    slots: int,
    seed: int,
) -> dict[str, Outcome]:
    foretold = {}
    for name in policies:
        # The same futures under every policy: common random numbers, as in ns-3.
        futures = futures_of(
            estimate, network.settings, chosen.futures, chosen.horizon_s, seed=seed
        )
        foretold[name] = simulate(futures, load_policy(name), network.schema, slots, seed=1)
    return foretold


def frame_costs_s(scene: Scene, policy: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Time that tasks spend in the system, frame by frame.

    Returns:
        in ns-3 ``[n_frames]``; in each of the twin's futures ``[n_frames, futures]``.
    """
    came, said = scene.physical[policy].reward, scene.twin[policy].reward
    starts = np.arange(0, len(came), scene.slots_per_frame)
    return -np.add.reduceat(came, starts), -np.add.reduceat(said, starts, axis=0)


def mean_delays_s(outcome: Outcome, futures: int) -> NDArray[np.float64]:
    """Mean delay of each future's tasks, ``[futures]``; 0 in futures without tasks."""
    total = np.bincount(outcome.future, weights=outcome.delay_s, minlength=futures)
    return total / np.maximum(np.bincount(outcome.future, minlength=futures), 1)
