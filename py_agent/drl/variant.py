# SPDX-License-Identifier: MIT
"""One kind of network that agents are trained on: its agents, and its validation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

import ns3_scenarios
from ns3_bridge import InvalidSetting, LocalHost
from ns3_bridge.settings import merged
from py_agent.drl.agent import Agent
from py_agent.drl.policy import DrlPolicy
from py_agent.drl.training_settings import TrainingSettings, VariantSettings
from py_agent.drl.user_agents import UserAgents
from py_agent.drl.validation import Evaluation, evaluate
from py_agent.learning.learning_settings import learning_settings
from py_agent.policies import Network
from py_agent.policies.registry import ASSOCIATIONS
from py_agent.twin.environment.env import make_vector
from py_agent.twin.environment.vector_env import TwinVectorEnv
from py_agent.twin.model.parameters import TwinParameters

_VALIDATION_SEED, _TEST_SEED = 1_000_000, 2_000_000  # far from those of training, see `Training`


class Variant:
    """Agents of one of the variants of a training, and held-out networks to validate on.

    Args:
        settings: of the training.
        number: of the variant.

    Attributes:
        agents: to be trained.

    Example:
        >>> small = {"settings": {"n_ue": 3, "n_bs": 2}, "episode_s": 2, "warmup_s": 1}
        >>> settings = TrainingSettings(**small, networks=2, validation_networks=2, retrain=False)
        >>> variant = Variant(settings, 0)
        >>> variant.agents.num_envs
        6
        >>> variant.validate(Agent([], [], "clip", 2.0, {"falls_back": True})).delay_s.shape
        (2,)
        >>> variant.close()
    """

    def __init__(self, settings: TrainingSettings, number: int) -> None:
        self._settings = settings
        self._number = number
        own = settings.variants[number] if settings.variants else VariantSettings()
        self._own = own
        self._retrain = settings.retrain if own.retrain is None else own.retrain
        variants = len(settings.variants) or 1
        networks, network = self._make(max(1, settings.networks // variants))
        slot_s = network.settings["slot_s"]
        if settings.timescale == "frame":
            frame_s = slot_s * network.settings["slots_per_frame"]
            _check_whole_frames("warmup_s", settings.warmup_s, frame_s)
            _check_whole_frames("episode_s", settings.episode_s, frame_s)
        self._warmup_slots = round(settings.warmup_s / slot_s)
        self._slots = round(settings.episode_s / slot_s) - 1
        self.agents = UserAgents(
            networks,
            network,
            self._association(),
            settings.reach,
            sees_cell=settings.architecture == "cell",
            per_frame=settings.timescale == "frame",
            raw=settings.view == "raw",
            warmup_slots=self._warmup_slots,
            accuracy_weights=settings.accuracy_weights if self._retrain else None,
            foresight_s=settings.foresight_s,
        )
        self._held_out, self._network = self._make(max(2, settings.validation_networks // variants))

    def reset(self, seed: int) -> NDArray[Any]:
        """Start all networks that are trained on."""
        self.agents.seed(seed)
        return self.agents.reset()

    def step(self, actions: NDArray[Any]) -> Any:
        """As `UserAgents.step`."""
        return self.agents.step(actions)

    def validate(self, agent: Agent, test: bool = False) -> Evaluation:
        """How an agent does on the held-out networks, once these are warm.

        Args:
            agent: decides.
            test: on those that no checkpoint is chosen by.
        """
        policy = DrlPolicy(self._association(), agent)
        seed = (_TEST_SEED if test else _VALIDATION_SEED) + 1000 * self._number
        return evaluate(
            self._held_out, self._network, policy, self._slots, seed, self._warmup_slots
        )

    def close(self) -> None:
        """End all networks."""
        self.agents.close()
        self._held_out.close()

    def _association(self) -> Any:
        return ASSOCIATIONS.load(self._settings.association)()

    def _make(self, count: int) -> tuple[TwinVectorEnv, Network]:
        """So many networks of the variant, and what is known of each."""
        of_all, own = self._settings, self._own
        learning = learning_settings({**of_all.learning.model_dump(), **own.learning})
        settings = merged(merged(of_all.settings, own.settings), _unread(of_all.scenario))
        settings["duration_s"] = of_all.warmup_s + of_all.episode_s
        if self._retrain:
            settings["retraining"] = {**settings.get("retraining", {}), "enabled": True}
        networks = make_vector(
            count,
            settings,
            None if of_all.twin is None else TwinParameters.load(Path(of_all.twin)),
            AutoresetMode.SAME_STEP,
            learning=learning if self._retrain else None,
            scenario=of_all.scenario,
        )
        known = {**networks.settings.model_dump(), "learning": learning.model_dump()}
        return networks, Network(networks.schema.scenario, known, networks.schema)


def _check_whole_frames(name: str, duration_s: float, frame_s: float) -> None:
    """Whoever decides once a frame begins with one: deployed, it never decides within."""
    frames = duration_s / frame_s
    if abs(frames - round(frames)) > 1e-6:
        raise InvalidSetting(
            f"{name} = {duration_s:g}: with timescale = frame a whole number of frames "
            f"({frame_s:g} s)"
        )


def _unread(scenario: str) -> dict[str, Any]:
    """Settings that switch off fields which no agent reads, as far as the scenario has them."""
    chosen = LocalHost(ns3_scenarios.program(scenario)).settings.model_dump().get("state", {})
    unread = {name: False for name in ("bearers", "mac") if name in chosen}
    return {"state": unread} if unread else {}
