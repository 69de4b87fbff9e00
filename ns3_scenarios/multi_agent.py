# SPDX-License-Identifier: MIT
"""A cellular network as a team of base stations: PettingZoo's parallel interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

try:
    from pettingzoo import ParallelEnv
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"{error.name} is missing: pip install 'ns3-twin[multi-agent]'", name=error.name
    ) from None

from ns3_bridge import InvalidAction, InvalidSetting
from ns3_bridge.actions import check_action
from ns3_bridge.settings import NestedSettings
from ns3_scenarios.registry import make
from ns3_scenarios.team_view import Fields, TeamView


def known_options(options: Mapping[str, Any] | None) -> dict[str, Any]:
    """Of a reset: ``"settings"`` alone, since PettingZoo wants any others to be taken, too."""
    return {name: value for name, value in (options or {}).items() if name == "settings"}


class BaseStationTeam(ParallelEnv[str, Fields, Fields]):  # type: ignore[misc]  # it is not typed
    """One agent per base station: ``bs_0``, ``bs_1``, ….

    What an agent sees and decides is that of `TeamView`: the serving base station decides about a
    handover, as in LTE.

    All agents have the same episode. Rewards: ``"shared"``, everybody gets that of the network;
    ``"local"``, minus the tasks in the system of the users that the agent serves at the end of the
    slot, times the slot's length (Little's law: the sum over agents follows the shared one).

    Args:
        scenario: name of a scenario with users and base stations, or path of its program.
        settings: nested settings of the scenario; the rest is default.
        reward: who gets what.
        render_mode: as of `ns3_bridge.ScenarioEnv`.
        options: the rest goes to `ns3_bridge.LocalHost`.

    Attributes:
        env: the environment behind it.
        render_mode: as given.

    Raises:
        InvalidSetting: the scenario has no users and base stations, or a setting is wrong.
    """

    def __init__(
        self,
        scenario: str = "cellular",
        settings: NestedSettings | None = None,
        reward: Literal["shared", "local"] = "shared",
        render_mode: str | None = None,
        **options: Any,
    ) -> None:
        if reward not in ("shared", "local"):
            raise InvalidSetting(f"reward = {reward!r}: must be 'shared' or 'local'")
        self.env = make(scenario, settings, render_mode=render_mode, **options)
        self.render_mode = render_mode
        self._view = TeamView(self.env.schema)
        self.metadata = {**self.env.metadata, "name": f"{self.env.schema.scenario}_team"}
        self._local_reward = reward == "local"
        self.possible_agents = self._view.agents
        self.agents: list[str] = []
        self.observation_spaces = dict.fromkeys(self.possible_agents, self._view.observation_space)
        self.action_spaces = {agent: self.env.action_space for agent in self.possible_agents}

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """What an agent sees."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """What an agent decides: every action field, for all users."""
        return self.action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Fields], dict[str, dict[str, Any]]]:
        """Start a new simulation. See `ScenarioEnv.reset`.

        Args:
            seed: the run number of ns-3.
            options: ``"settings"`` as of `ScenarioEnv.reset`; all others mean nothing here, since
                PettingZoo wants any to be taken.
        """
        observation, info = self.env.reset(seed=seed, options=known_options(options))
        self.agents = list(self.possible_agents)
        self._view.begin(observation)
        return self._view.split(observation), {agent: dict(info) for agent in self.agents}

    def step(
        self, actions: Mapping[str, Mapping[str, NDArray[Any]]]
    ) -> tuple[
        dict[str, Fields],
        dict[str, float],
        dict[str, bool],
        dict[str, bool],
        dict[str, dict[str, Any]],
    ]:
        """Simulate one slot.

        Args:
            actions: per agent, per action field ``[n_ue]``.

        Raises:
            InvalidAction: an agent is missing, or an action cannot be enforced.
            ResetNeeded: there is no episode, or it is over.
        """
        if not self.agents:
            raise gymnasium.error.ResetNeeded("no episode is running: call reset()")
        joint = self._view.joint({agent: self._check(actions, agent) for agent in self.agents})
        observation, reward, terminated, truncated, info = self.env.step(joint)
        self._view.follow(observation)
        agents = self.agents
        rewards = self._rewards(observation, reward)
        result = (
            self._view.split(observation),
            {agent: rewards[m] for m, agent in enumerate(agents)},
            dict.fromkeys(agents, terminated),
            dict.fromkeys(agents, truncated),
            {agent: dict(info) for agent in agents},
        )
        if terminated or truncated:
            self.agents = []
        return result

    def render(self) -> NDArray[np.uint8] | None:
        """The network as it stands; see `ScenarioEnv.render`."""
        return self.env.render()

    def _check(
        self, actions: Mapping[str, Mapping[str, NDArray[Any]]], agent: str
    ) -> dict[str, NDArray[Any]]:
        if agent not in actions:
            raise InvalidAction("", f"no action of {agent}; expected {', '.join(self.agents)}")
        try:
            return check_action(actions[agent], self.env.schema)
        except InvalidAction as error:
            raise InvalidAction(error.field, f"{agent}: {error}") from error

    def close(self) -> None:
        """End the simulation."""
        self.env.close()

    def _rewards(self, observation: Fields, shared: float) -> list[float]:
        if not self._local_reward:
            return [shared] * len(self.possible_agents)
        tasks = observation["tasks_uploading"] + observation["tasks_computing"].sum(axis=1)
        tasks = tasks + observation.get("tasks_downloading", 0)
        in_system = np.bincount(self._view.serving, tasks, len(self.possible_agents))
        slot_s = float(self.env.settings.model_dump()["slot_s"])
        return [-float(n) * slot_s for n in in_system]
