# SPDX-License-Identifier: MIT
"""One run and one of its states: the twin's rollouts of it beside ns-3's own, policy by policy."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import ns3_scenarios
from ns3_bridge import Branches, InvalidSetting, LocalHost, ScenarioEnv
from ns3_bridge.slot_count import slot_count
from py_agent import former_names
from py_agent.experiment.run_inputs import portable_settings
from py_agent.fidelity.continuation import Continuation, continue_with
from py_agent.fidelity.prefix import PREFIX_POLICY, STATE_FRAMES, Prefix, States
from py_agent.fidelity.tracking import Tracking
from py_agent.policies import Network, load_policy
from py_agent.radio.link_model import link_model_of
from py_agent.twin.estimation.reporting import ReportingSettings
from py_agent.twin.estimation.twin import Twin
from py_agent.twin.model.declaration import check_followed, check_replaced
from py_agent.twin.model.estimate import NetworkEstimate
from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.rollout.simulate import Outcome, simulate_each
from py_agent.twin.rollout.start import rollouts_of

Progress = Callable[[str], None]  # what is going on; called once per slot of ns-3 or of the twin

_OTHER_SEED = 100_000  # branches that are reseeded get the seed of the run and this


@dataclasses.dataclass(frozen=True)
class CheckpointSettings:
    """How a state is made and looked at.

    Attributes:
        settings: of the scenario, nested and whole; `duration_s` is set here.
        lead_s: for which the twin follows the network beforehand, whole frames.
        horizon_s: for which it is continued.
        rollouts: of the twin, per policy.
        reporting: how observations reach the twin.
        scenario: an installed one's name, or the path of a program.

    Raises:
        InvalidSetting: the lead is no whole number of frames.

    Example:
        >>> settings = {"slot_s": 0.02, "slots_per_frame": 50}
        >>> chosen = CheckpointSettings(settings, 5.0, 10.0, 64, ReportingSettings(period_s=0.1))
        >>> chosen.lead_slots, chosen.horizon_slots
        (250, 500)
    """

    settings: Mapping[str, Any]
    lead_s: float
    horizon_s: float
    rollouts: int
    reporting: ReportingSettings
    scenario: str = "cellular"

    def __post_init__(self) -> None:
        if self.lead_slots % self.settings["slots_per_frame"]:
            frame_s = self.settings["slot_s"] * self.settings["slots_per_frame"]
            raise InvalidSetting(f"lead = {self.lead_s:g} s: must be whole frames of {frame_s:g} s")

    @property
    def lead_slots(self) -> int:
        """The lead in slots."""
        return slot_count(self.lead_s, float(self.settings["slot_s"]))

    @property
    def horizon_slots(self) -> int:
        """The horizon in slots: what ns-3 plays of both after the lead."""
        both_s = self.lead_s + self.horizon_s
        return slot_count(both_s, float(self.settings["slot_s"])) - self.lead_slots

    def slots(self, policies: Sequence[str]) -> int:
        """Of ns-3 and of batches of the twin, in all, that a checkpoint takes; for progress."""
        spf = int(self.settings["slots_per_frame"])
        frames = (self.lead_slots + self.horizon_slots) // spf
        states = max(frames - STATE_FRAMES, 0) * STATE_FRAMES * spf
        branches = 2 * len(policies) - (PREFIX_POLICY in policies)
        return self.lead_slots + (branches + 2) * self.horizon_slots + states


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """What became of a run and of its branched state.

    Attributes:
        seed: of the run.
        physical: continuations of ns-3 under the run's own random numbers, by policy.
        reseeded: the same state under other random numbers: the noise that no model predicts.
        twin: rollouts of the twin, by policy.
        states: what it predicted along the run.
        tracked: of `Tracking.samples`.
        reported_bps: what the reports to the twin have cost.
        slots_per_frame: for which an association holds.

    Example:
        >>> nothing = States(np.zeros((0, 1)), np.zeros((0, 1, 1)))
        >>> played = {"/tmp/my.py:Mine": None}
        >>> one = Checkpoint(9101, played, played, played, nothing, {}, 0.0, 50)
        >>> list(one.of(["my.py:Mine"]).twin)
        ['my.py:Mine']
    """

    seed: int
    physical: Mapping[str, Continuation]
    reseeded: Mapping[str, Continuation]
    twin: Mapping[str, Outcome]
    states: States
    tracked: Mapping[str, NDArray[np.float64]]
    reported_bps: float
    slots_per_frame: int

    def of(self, policies: Sequence[str]) -> Checkpoint:
        """The same, with its policies called so: where it was played their files lay elsewhere."""
        return dataclasses.replace(
            self,
            physical=dict(zip(policies, self.physical.values(), strict=True)),
            reseeded=dict(zip(policies, self.reseeded.values(), strict=True)),
            twin=dict(zip(policies, self.twin.values(), strict=True)),
        )


def whole_settings(settings: Mapping[str, Any], scenario: str = "cellular") -> dict[str, Any]:
    """All settings of a scenario, of which some are given.

    Raises:
        InvalidSetting: one is unknown or wrong.
        UnknownScenario: there is none of this name.
        UnknownRadio: no plug-in knows its radio.
        UnsuitableNetwork: it does not declare what the twin needs.
    """
    host = LocalHost(ns3_scenarios.program(scenario), settings)
    check_followed(host.schema)
    check_replaced(host.schema)
    return portable_settings(host.settings)


def play(
    chosen: CheckpointSettings,
    seed: int,
    policies: Sequence[str],
    parameters: TwinParameters,
    threads: int = 1,
    progress: Progress = lambda doing: None,
) -> Checkpoint:
    """Let the twin follow a run, and every policy continue its state, in ns-3 and in the twin.

    Args:
        chosen: how.
        seed: of the run.
        policies: names.
        parameters: the twin's constants.
        threads: branches of ns-3 that are continued at once.
        progress: told what is going on, from several threads.

    Raises:
        BridgeError: a simulation failed.
    """
    duration_s = chosen.lead_s + chosen.horizon_s
    env = ns3_scenarios.make(chosen.scenario, {**chosen.settings, "duration_s": duration_s})
    network = Network(env.schema.scenario, env.settings.model_dump(), env.schema)
    tracking = Tracking(link_model_of(network))
    try:
        twin = Twin(network, parameters, chosen.reporting, seed=seed)
        observation, _ = env.reset(seed=seed)

        def following() -> None:
            progress("followed by the twin")

        run = Prefix(env, network, twin, tracking, observation, chosen.rollouts, following)
        until = chosen.lead_slots + chosen.horizon_slots
        run.advance(chosen.lead_slots, until)
        with ThreadPoolExecutor(1) as pool:  # ns-3 needs its own processes most of the time
            job = pool.submit(
                _predict_all, twin.estimate(), network, policies, chosen, seed, progress
            )
            physical, reseeded = _continue_all(
                env, run.observation, network, policies, seed, threads, progress
            )
            predicted = job.result()
        run.branched()
        run.advance(chosen.horizon_slots, until)
        own, states = run.end()
    finally:
        env.close()
    if PREFIX_POLICY in policies:
        physical[PREFIX_POLICY] = own
    return Checkpoint(
        seed=seed,
        physical={name: physical[name] for name in policies},
        reseeded=reseeded,
        twin=predicted,
        states=states,
        tracked=tracking.samples(),
        reported_bps=twin.reported_bits / duration_s,
        slots_per_frame=network.settings["slots_per_frame"],
    )


def _continue_all(
    env: ScenarioEnv,
    observation: Mapping[str, NDArray[Any]],
    network: Network,
    policies: Sequence[str],
    seed: int,
    threads: int,
    progress: Progress,
) -> tuple[dict[str, Continuation], dict[str, Continuation]]:
    """Every policy but the prefix's, which continues the run itself; all under other numbers."""
    own = [name for name in policies if name != PREFIX_POLICY]

    def play_on(branch: ScenarioEnv, name: str) -> Continuation:
        return continue_with(
            branch, observation, network, name, lambda: progress(f"ns-3 under {name}")
        )

    def branches(names: Sequence[str], seeds: Sequence[int] | None) -> Branches[ScenarioEnv]:
        return env.branch(len(names), seeds=seeds) if names else Branches[ScenarioEnv]()

    with (
        branches(own, None) as same,
        branches(policies, [seed + _OTHER_SEED] * len(policies)) as other,
        ThreadPoolExecutor(threads) as pool,
    ):
        found = list(pool.map(play_on, [*same, *other], [*own, *policies]))
    return (
        dict(zip(own, found[: len(own)], strict=True)),
        dict(zip(policies, found[len(own) :], strict=True)),
    )


def _predict_all(
    estimate: NetworkEstimate,
    network: Network,
    policies: Sequence[str],
    chosen: CheckpointSettings,
    seed: int,
    progress: Progress,
) -> dict[str, Outcome]:
    # The same rollouts under every policy: common random numbers, as in ns-3.
    rollouts = rollouts_of(
        estimate,
        network.settings,
        chosen.rollouts,
        chosen.horizon_s,
        seed=seed,
        copies=len(policies),
    )
    outcomes = simulate_each(
        rollouts,
        [load_policy(name) for name in policies],
        network.schema,
        chosen.horizon_slots,
        watch=lambda rollout: progress("the twin's rollouts"),
    )
    return dict(zip(policies, outcomes, strict=True))


def frame_costs_s(
    checkpoint: Checkpoint, policy: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Time that tasks spend in the system, frame by frame.

    Returns:
        in ns-3 ``[n_frames]``; in each of the twin's rollouts ``[n_frames, rollouts]``.
    """
    observed, predicted = checkpoint.physical[policy].reward, checkpoint.twin[policy].reward
    starts = np.arange(0, len(observed), checkpoint.slots_per_frame)
    return -np.add.reduceat(observed, starts), -np.add.reduceat(predicted, starts, axis=0)


def mean_delays_s(outcome: Outcome, rollouts: int) -> NDArray[np.float64]:
    """Mean delay of each rollout's tasks, ``[rollouts]``; 0 in rollouts without tasks."""
    total = np.bincount(outcome.rollout, weights=outcome.delay_s, minlength=rollouts)
    return total / np.maximum(np.bincount(outcome.rollout, minlength=rollouts), 1)


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
