# SPDX-License-Identifier: MIT
"""Shows a training: how its agent does beside the rule, and what both do in one network."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from ns3_bridge import ScenarioEnv
from ns3_bridge.settings import merged
from ns3_bridge.slot_count import slot_count
from py_agent.contract import Network, Policy
from py_agent.driver import play
from py_agent.drl.agent import Agent
from py_agent.drl.learning_curve import CurvePoint
from py_agent.drl.policy import DrlPolicy
from py_agent.drl.training_settings import TrainingSettings, VariantSettings
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.watching import Begun
from py_agent.learning.learning_settings import learning_settings
from py_agent.learning.training_cost import with_retraining
from py_agent.live.messages import Message, points_message
from py_agent.live.watcher import LiveWatcher
from py_agent.policies.registry import ASSOCIATIONS
from py_agent.twin.environment.env import make
from py_agent.twin.model.parameters import TwinParameters

_EPISODE_S = 10.0  # some seconds tell enough, and cost no more than one
_SEED = 77_001  # neither trained on nor validated with


class LiveTraining:
    """Publishes every validation, and an episode of the agent in the twin.

    Args:
        settings: of the training; of its kinds of networks, the first is shown.
        publish: takes each message.

    Example:
        >>> from py_agent.intervals import paired_ratio
        >>> small = {"settings": {"n_ue": 2, "n_bs": 2}, "episode_s": 0.2, "warmup_s": 0}
        >>> told = []
        >>> training = LiveTraining(TrainingSettings(**small, retrain=False), told.append)
        >>> ratio = paired_ratio([0.9, 1.0], [1.0, 1.0])
        >>> agent = Agent([], [], "clip", 2.0, {"falls_back": True})
        >>> training.validated(CurvePoint(1000, ratio, ratio, 0.0, 0.0), agent)
        >>> sum(message.is_slot for message in told)  # of the rule and of the agent
        22
    """

    def __init__(self, settings: TrainingSettings, publish: Callable[[Message], object]) -> None:
        self._settings = settings
        self._publish = publish
        variant = settings.variants[0] if settings.variants else VariantSettings()
        self._learning = learning_settings({**settings.learning.model_dump(), **variant.learning})
        self._retrain = settings.retrain if variant.retrain is None else variant.retrain
        self._of_scenario = merged(settings.settings, variant.settings)
        self._of_scenario["duration_s"] = min(settings.episode_s, _EPISODE_S)
        self._shown = 0

    def validated(self, point: CurvePoint, agent: Agent) -> None:
        """A checkpoint has been validated."""
        for title, ratio in (
            ("cost per task, agent over rule (below 1: better)", point.cost),
            ("delay, agent over rule (below 1: better)", point.delay),
        ):
            self._publish(points_message("training", title, "steps", point.steps, ratio))
        if self._shown == 0:
            rule = Agent([], [], "clip", self._settings.reach, {"falls_back": True})
            self._show("the rule", rule)
        self._show(f"agent after {point.steps:,} steps", agent)

    def _show(self, name: str, agent: Agent) -> None:
        self._shown += 1
        policy = DrlPolicy(ASSOCIATIONS.load(self._settings.association)(), agent)
        with contextlib.closing(self._make()) as env:
            self._play(env, policy, LiveWatcher(str(self._shown), self._publish, name=name))

    def _make(self) -> ScenarioEnv:
        told = self._settings
        return make(
            with_retraining(self._of_scenario) if self._retrain else self._of_scenario,
            None if told.twin is None else TwinParameters.load(Path(told.twin)),
            told.scenario,
            self._learning if self._retrain else None,
        )

    def _play(self, env: ScenarioEnv, policy: Policy, watcher: LiveWatcher) -> None:
        settings = env.settings.model_dump()
        network = Network(
            env.schema.scenario, {**settings, "learning": self._learning.model_dump()}, env.schema
        )
        policy.begin(network, _SEED)
        observation, info = env.reset(seed=_SEED)
        run = RunSettings.model_validate(
            {
                **{"policy": "agent", "seed": _SEED, "scenario": self._settings.scenario},
                **{"retrain": "policy" if self._retrain else None, "learning": self._learning},
            }
        )
        slots = slot_count(settings["duration_s"], settings["slot_s"])
        begun = Begun(run, network, policy, slots, info["time_s"], observation, Path())
        watcher.begin(begun)
        for slot in play(env, policy, network, observation):
            watcher.follow(slot)
        watcher.take(env.take_records())
        watcher.end("finished", "")
