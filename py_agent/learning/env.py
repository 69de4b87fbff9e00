# SPDX-License-Identifier: MIT
"""The two-timescale environment: a network in ns-3 whose users' models drift and are retrained."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, cast

import gymnasium
from gymnasium import spaces
from gymnasium.utils import RecordConstructorArgs
from numpy.typing import NDArray

from ns3_bridge import Branches, ScenarioEnv, Schema
from ns3_bridge.actions import check_action
from ns3_bridge.env import Action, Observation
from ns3_bridge.errors import BridgeError, InvalidSetting
from ns3_bridge.spaces import dict_space
from py_agent.learning.declaration import NEEDED_ACTION, with_learning
from py_agent.learning.episode import FOLLOWED, LearningEpisode
from py_agent.learning.learning_settings import (
    LearningSettings,
    check_reset_settings,
    learning_settings,
)


class LearningEnv(
    gymnasium.Wrapper[Observation, Action, Observation, Action], RecordConstructorArgs
):
    """A scenario with retraining (``retraining.enabled``) around the users' real models.

    It observes, beside the scenario's own fields, ``[n_ue]`` each:

    - ``accuracy``: on fresh samples, at the last frame boundary;
    - ``accuracy_deficit``: ``max(0, A_min − accuracy)``;
    - ``virtual_queue``: Z of the constraint ``accuracy ≥ A_min``;
    - ``drift_detected``: 1: a detector raised an alarm in the last frame;
    - ``drift_rate``: nominal, in the stream's unit per second;
    - ``task_norm_samples``: ``‖Q‖₂``, Q the user's task data per slot of the last seconds.

    Its actions, beside the scenario's own:

    - ``retrain``, per frame: 1: the model may be retrained in this frame;
    - ``retraining_ratio``, per slot: δ: submit a job of ``δ ‖Q‖₂`` samples now.

    These two replace the scenario's ``retrain_samples``. Over a frame δ adds up to 1 at most, what
    is more is cut. New weights take effect in the slot at
    whose start ns-3 reports the job done. A job is never larger than the data pool.

    A user that is away (``present`` is 0) submits nothing, what it had submitted is dropped, and
    its accuracy counts nowhere: no deficit, no row, the virtual queue stands still. Its data drift
    on meanwhile.

    The reward of a slot is ``−(tasks + w_G · backlog + w_A · deficit)``, in task seconds: the time
    that tasks spent in the system, retraining backlog in typical tasks times slot, and accuracy
    deficits times slot, each summed over users; ``info["reward_terms"]`` has them one by one.

    Data and models have the seed of the episode, which is ns-3's run number.

    Args:
        env: the scenario, also wrapped, as `gymnasium.make` returns it.
        settings: of the models; the rest is default.

    Attributes:
        schema: the declared fields and tables, those of the models among them.
        ns3_version: the ns-3 that simulates.

    Raises:
        InvalidSetting: the scenario has no retraining, or it is switched off; a wrapper below
            changes what the models follow; or a setting is wrong.

    Example:
        >>> import ns3_scenarios
        >>> small = {"n_ue": 2, "n_bs": 2, "warmup_s": 1.0, "retraining": {"enabled": True}}
        >>> env = LearningEnv(ns3_scenarios.make("cellular", small), {"evaluated_samples": 50})
        >>> observation, _ = env.reset(seed=1)
        >>> observation["accuracy"].shape, "retraining_ratio" in env.action_space.spaces
        ((2,), True)
        >>> env.close()
    """

    def __init__(
        self,
        env: gymnasium.Env[Observation, Action],
        settings: LearningSettings | Mapping[str, Any] | None = None,
    ) -> None:
        RecordConstructorArgs.__init__(self, settings=settings)
        super().__init__(env)
        network = env.unwrapped
        if not isinstance(network, ScenarioEnv):
            raise InvalidSetting(f"{type(network).__name__} is not an environment of a scenario")
        check_retrains(network.schema)
        self._network = network
        self._settings = learning_settings(settings)
        self.ns3_version = network.ns3_version
        self.schema = with_learning(network.schema, self.settings.n_ue)
        self.observation_space = self._extended_space()
        self.action_space = cast("spaces.Space[Action]", dict_space(self.schema.actions))
        self._episode: LearningEpisode | None = None

    @property
    def settings(self) -> Any:
        """All settings of the scenario in the present episode, checked."""
        return self._network.settings

    @property
    def bridge_wait_s(self) -> float:
        """Time spent waiting for simulators, over all episodes."""
        return self._network.bridge_wait_s

    @property
    def sample_bit(self) -> int:
        """Size of a sample; known after the first reset."""
        return self._running.sample_bit

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Start a new simulation and new models; see `ScenarioEnv.reset`."""
        check_reset_settings((options or {}).get("settings"))
        observation, info = self.env.reset(seed=seed, options=options)
        network = self._network
        self.schema = with_learning(network.schema, self.settings.n_ue)
        run = cast(int, network.run)
        self._episode = LearningEpisode(
            self.schema, self._settings, network.settings, observation, run
        )
        return {**observation, **self._episode.fields()}, info

    def step(self, action: Action) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Enforce an action and simulate one slot; see `ScenarioEnv.step`."""
        episode = self._running
        decided = episode.decide(check_action(action, self.schema))
        observation, reward, terminated, truncated, info = self.env.step(decided)
        is_last = self._network.is_over
        terms = episode.follow(observation, float(reward), is_last)
        return (
            {**observation, **episode.fields()},
            sum(terms.values()),
            terminated,
            truncated,
            {**info, "reward_terms": terms},
        )

    def take_records(self) -> dict[str, NDArray[Any]]:
        """The scenario's records since the last call, and the rows of ``accuracy``."""
        return {**self._network.take_records(), "accuracy": self._running.take_rows()}

    def branch(self, n: int = 1) -> Branches[LearningEnv]:
        """Continue network and models `n` times; see `ScenarioEnv.branch`.

        Models, data and random numbers are copied: with the same actions a branch and this
        environment go the same way, bit for bit. Wrappers below are not there in a branch.
        """
        running = self._running
        branches = Branches[LearningEnv]()
        for network in self._network.branch(n):
            branch = copy.copy(self)
            branch.env = branch._network = network
            branch._episode = copy.deepcopy(running)
            branches.append(branch)
        return branches

    @property
    def _running(self) -> LearningEpisode:
        if self._episode is None:
            raise BridgeError("there are no models yet: call reset() first")
        return self._episode

    def _extended_space(self) -> spaces.Space[Observation]:
        """What is below and the models' fields; wrappers may have left out what is not needed."""
        below: Any = self.env.observation_space
        network: Any = self._network.observation_space
        followed = [name for name in (*FOLLOWED, "present") if name in network.spaces]
        if not isinstance(below, spaces.Dict) or any(
            below.spaces.get(name) != network[name] for name in followed
        ):
            raise InvalidSetting(
                f"a wrapper below LearningEnv changes one of {', '.join(FOLLOWED)}, which the "
                "models follow: put it above LearningEnv"
            )
        if self.env.action_space != self._network.action_space:
            raise InvalidSetting(
                "a wrapper below LearningEnv changes the actions: put it above LearningEnv"
            )
        ours = self.schema.observations[len(self._network.schema.observations) :]
        models = dict_space(ours)
        extended = spaces.Dict([*below.spaces.items(), *models.spaces.items()])
        return cast("spaces.Space[Observation]", extended)


def check_retrains(schema: Schema) -> None:
    """Check that a scenario can retrain models.

    Raises:
        InvalidSetting: it cannot.
    """
    if NEEDED_ACTION not in {field.name for field in schema.actions}:
        why = schema.refused_actions.get(NEEDED_ACTION, "it has no such action")
        raise InvalidSetting(
            f"scenario {schema.scenario} cannot retrain models: {why}; set retraining.enabled=true"
        )
