# SPDX-License-Identifier: MIT
"""Those who ask for decisions in a simulation as agents of PettingZoo: flows, stations, queues."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

try:
    from pettingzoo import AECEnv, ParallelEnv
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"{error.name} is missing: pip install 'ns3-twin[multi-agent]'", name=error.name
    ) from None

from ns3_bridge import InvalidAction, InvalidSetting, ScenarioEnv
from ns3_bridge.actions import check_action
from ns3_bridge.settings import NestedSettings
from ns3_bridge.spaces import space_of
from ns3_scenarios.axes import element, without_axis
from ns3_scenarios.multi_agent import known_options
from ns3_scenarios.registry import make

Fields: TypeAlias = dict[str, NDArray[Any]]

ASKS = "asks"


class _Askers:
    """Who asks in an environment, what each of them sees and decides.

    Raises:
        InvalidSetting: nobody asks there, or an action belongs to nobody who does.
    """

    def __init__(self, env: ScenarioEnv) -> None:
        schema = env.schema
        asks = next((field for field in schema.observations if field.name == ASKS), None)
        if asks is None or len(asks.dims) != 1:
            raise InvalidSetting(
                f"scenario {schema.scenario} declares no askers (an observation {ASKS})"
            )
        self.axis = asks.dims[0]
        self._actions = schema.actions
        own = tuple(without_axis(f, f.axis(self.axis)) for f in schema.actions)
        self._own_schema = dataclasses.replace(schema, actions=own)
        self._observed_axis = {f.name: f.axis(self.axis) for f in schema.observations}
        self._decided_axis = {f.name: f.axis(self.axis) for f in schema.actions}
        of_nobody = [name for name, axis in self._decided_axis.items() if axis is None]
        if of_nobody:
            raise InvalidSetting(f"action {of_nobody[0]} has no axis {self.axis}: whose is it?")
        self.names = [f"{self.axis}_{i}" for i in range(asks.shape[0])]
        self.number = {name: i for i, name in enumerate(self.names)}
        self.observation_space = spaces.Dict(
            {f.name: space_of(without_axis(f, f.axis(self.axis))) for f in schema.observations}
        )
        self.action_space = spaces.Dict(
            {f.name: space_of(without_axis(f, f.axis(self.axis))) for f in schema.actions}
        )

    def asking(self, observation: Fields) -> list[str]:
        """Who asks now, in order of their numbers."""
        return [self.names[i] for i in np.flatnonzero(observation[ASKS])]

    def seen_by(self, observation: Fields, name: str) -> Fields:
        """What one of them sees: its own part of what all of them have, and all the rest."""
        return {
            field: element(value, self._observed_axis[field], self.number[name])
            for field, value in observation.items()
        }

    def checked(self, name: str, action: Any) -> Fields:
        """What one of them decides, in memory of its own.

        Raises:
            InvalidAction: it cannot be enforced.
        """
        try:
            checked = check_action(action, self._own_schema)
        except InvalidAction as error:
            raise InvalidAction(error.field, f"{name}: {error}") from error
        return {field: value.copy() for field, value in checked.items()}

    def joint(self, actions: Mapping[str, Fields]) -> Fields:
        """The action of those who are given, checked; that of the others does not count."""
        joint = {f.name: np.full(f.shape, f.low, f.dtype) for f in self._actions}
        for name, action in actions.items():
            for field, value in action.items():
                place: list[Any] = [slice(None)] * joint[field].ndim
                place[self._decided_axis[field] or 0] = self.number[name]
                joint[field][tuple(place)] = value
        return joint


class _AskerAgents:
    """What both interfaces have."""

    def _make(
        self, kind: str, program: str, settings: NestedSettings | None, options: Mapping[str, Any]
    ) -> None:
        self.env = make(program, settings, **options)
        self._askers = _Askers(self.env)
        self.metadata = {"render_modes": [], "name": f"{self.env.schema.scenario}_{kind}"}
        self.render_mode = None
        names = self.possible_agents = list(self._askers.names)
        self.observation_spaces = dict.fromkeys(names, self._askers.observation_space)
        self.action_spaces = dict.fromkeys(names, self._askers.action_space)
        self.agents: list[str] = []

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """What an agent sees."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """What an agent decides."""
        return self.action_spaces[agent]

    def _begin(
        self, seed: int | None, options: Mapping[str, Any] | None
    ) -> tuple[Fields, dict[str, Any]]:
        begun = self.env.reset(seed=seed, options=known_options(options))
        self.agents = list(self.possible_agents)
        return begun

    def close(self) -> None:
        """End the simulation."""
        self.env.close()


class AskerTurns(_AskerAgents, AECEnv[str, Fields, Fields]):  # type: ignore[misc]  # it is not typed
    """One agent per asker, each in its turn: whoever asks decides (PettingZoo's AEC interface).

    Those who ask at one instant decide one after the other, from what they all saw; then the
    simulation goes on to the next moment at which somebody asks. An agent gets the rewards since
    its last decision, those of the whole network.

    Args:
        program: path of a program whose `physical::Askers` ask, or a scenario's name.
        settings: of the program; the rest is default.
        options: the rest goes to `ns3_bridge.LocalHost`.

    Attributes:
        env: the environment behind it.

    Raises:
        InvalidSetting: nobody asks there, or a setting is wrong.
    """

    def __init__(
        self, program: str, settings: NestedSettings | None = None, **options: Any
    ) -> None:
        super().__init__()
        self._make("turns", program, settings, options)
        self.agent_selection: str = self.possible_agents[0]
        self._turns: deque[str] = deque()  # of this instant, after the present one
        self._decided: dict[str, Fields] = {}  # in the turns before

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Start a new simulation, up to the first question. See `ScenarioEnv.reset`."""
        self._observation, info = self._begin(seed, options)
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self._ask(info)

    def observe(self, agent: str) -> Fields:
        """What an agent sees now."""
        return self._askers.seen_by(self._observation, agent)

    def step(self, action: Fields | None) -> None:
        """Decide for the agent whose turn it is.

        Raises:
            InvalidAction: the action cannot be enforced; its turn remains.
        """
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(action)
            return
        decided = {**self._decided, agent: self._askers.checked(agent, action)}
        joint = self._askers.joint(decided)
        if not self._turns:
            stepped = self.env.step(joint)
        self._cumulative_rewards[agent] = 0.0
        self._clear_rewards()
        self._decided = decided
        if self._turns:
            self.agent_selection = self._turns.popleft()
            return
        self._observation, reward, terminated, truncated, info = stepped
        self.rewards = dict.fromkeys(self.agents, float(reward))
        self.terminations = dict.fromkeys(self.agents, terminated)
        self.truncations = dict.fromkeys(self.agents, truncated)
        self._accumulate_rewards()
        self._ask(info)

    def _ask(self, info: Mapping[str, Any]) -> None:
        """It is the turn of those who ask; at the end of an episode of all, to see it."""
        self.infos = {agent: dict(info) for agent in self.agents}
        self._decided = {}
        self._turns = deque(self._askers.asking(self._observation))
        is_over = any(self.terminations.values()) or any(self.truncations.values())
        self.agent_selection = self.agents[0] if is_over else self._turns.popleft()


class AskerTeam(_AskerAgents, ParallelEnv[str, Fields, Fields]):  # type: ignore[misc]  # it is not typed
    """One agent per asker, all in each step (PettingZoo's parallel interface).

    All give an action whenever somebody asks; those of agents that do not ask (their ``asks`` is 0)
    do not count. All get the reward of the whole network.

    Args:
        program: path of a program whose `physical::Askers` ask, or a scenario's name.
        settings: of the program; the rest is default.
        options: the rest goes to `ns3_bridge.LocalHost`.

    Attributes:
        env: the environment behind it.

    Raises:
        InvalidSetting: nobody asks there, or a setting is wrong.
    """

    def __init__(
        self, program: str, settings: NestedSettings | None = None, **options: Any
    ) -> None:
        self._make("team", program, settings, options)

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Fields], dict[str, dict[str, Any]]]:
        """Start a new simulation, up to the first question. See `ScenarioEnv.reset`."""
        observation, info = self._begin(seed, options)
        return self._split(observation), {agent: dict(info) for agent in self.agents}

    def step(
        self, actions: Mapping[str, Fields]
    ) -> tuple[
        dict[str, Fields],
        dict[str, float],
        dict[str, bool],
        dict[str, bool],
        dict[str, dict[str, Any]],
    ]:
        """Go on to the next moment at which somebody asks.

        Raises:
            InvalidAction: an agent is missing, or an action cannot be enforced.
        """
        missing = [agent for agent in self.agents if agent not in actions]
        if missing:
            raise InvalidAction("", f"no action of {', '.join(missing)}")
        checked = {agent: self._askers.checked(agent, actions[agent]) for agent in self.agents}
        joint = self._askers.joint(checked)
        observation, reward, terminated, truncated, info = self.env.step(joint)
        agents = self.agents
        if terminated or truncated:
            self.agents = []
        return (
            self._split(observation),
            dict.fromkeys(agents, float(reward)),
            dict.fromkeys(agents, terminated),
            dict.fromkeys(agents, truncated),
            {agent: dict(info) for agent in agents},
        )

    def _split(self, observation: Fields) -> dict[str, Fields]:
        return {name: self._askers.seen_by(observation, name) for name in self.possible_agents}
