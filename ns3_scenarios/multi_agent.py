# SPDX-License-Identifier: MIT
"""A cellular network as a team of base stations: PettingZoo's parallel interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

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
from ns3_bridge.spaces import space_of
from ns3_scenarios.axes import element, without_axis
from ns3_scenarios.registry import make

Fields: TypeAlias = dict[str, NDArray[Any]]

SERVED = "served"


def known_options(options: Mapping[str, Any] | None) -> dict[str, Any]:
    """Of a reset: ``"settings"`` alone, since PettingZoo wants any others to be taken, too."""
    return {name: value for name, value in (options or {}).items() if name == "settings"}


class BaseStationTeam(ParallelEnv[str, Fields, Fields]):  # type: ignore[misc]  # it is not typed
    """One agent per base station: ``bs_0``, ``bs_1``, ….

    An agent sees what its base station has to do with: its own part of a field with an axis ``bs``,
    the whole of every other field, and in
    ``served [n_ue]`` (0 or 1) which users it serves.

    An agent acts on the users that it serves: each gives every action field for all users,
    ``[n_ue]``, and for a user the value counts that the serving base station gave. So the serving
    base station decides about a handover, as in LTE. For a user without a base station the one
    that served it last goes on to decide.

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
        sizes = self.env.schema.sizes
        if not {"ue", "bs"} <= set(sizes):
            raise InvalidSetting(
                f"scenario {scenario} declares no axes ue and bs, only {list(sizes)}: "
                "it cannot be a team"
            )
        self.metadata = {**self.env.metadata, "name": f"{self.env.schema.scenario}_team"}
        self._n_ue, self._n_bs = sizes["ue"], sizes["bs"]
        self._local_reward = reward == "local"
        self._serving = np.zeros(self._n_ue, int)
        self._serving_bs = self.env.schema.observation("serving_bs")
        self._bs_axis = {f.name: f.axis("bs") for f in self.env.schema.observations}
        self.possible_agents = [f"bs_{m}" for m in range(self._n_bs)]
        self.agents: list[str] = []
        own: dict[str, spaces.Space[Any]] = {
            field.name: space_of(without_axis(field, self._bs_axis[field.name]))
            for field in self.env.schema.observations
        }
        own[SERVED] = spaces.MultiBinary(self._n_ue)
        self.observation_spaces = {agent: spaces.Dict(own) for agent in self.possible_agents}
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
        connected = self._serving_bs.present(observation["serving_bs"])
        self._serving = np.where(connected, observation["serving_bs"], 0)
        return self._split(observation), {agent: dict(info) for agent in self.agents}

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
        """
        checked = [self._check(actions, agent) for agent in self.agents]
        joint = {
            field.name: np.stack([given[field.name] for given in checked])[
                self._serving, np.arange(self._n_ue)
            ]
            for field in self.env.schema.actions
        }
        observation, reward, terminated, truncated, info = self.env.step(joint)
        connected = self._serving_bs.present(observation["serving_bs"])
        self._serving = np.where(connected, observation["serving_bs"], self._serving)
        agents = self.agents
        rewards = self._rewards(observation, reward)
        result = (
            self._split(observation),
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
            return [shared] * self._n_bs
        tasks = observation["tasks_uploading"] + observation["tasks_computing"].sum(axis=1)
        in_system = np.bincount(self._serving, weights=tasks, minlength=self._n_bs)
        slot_s = float(self.env.settings.model_dump()["slot_s"])
        return [-float(n) * slot_s for n in in_system]

    def _split(self, observation: Fields) -> dict[str, Fields]:
        return {agent: self._own(observation, m) for m, agent in enumerate(self.possible_agents)}

    def _own(self, observation: Fields, m: int) -> Fields:
        own = {}
        for name, value in observation.items():
            own[name] = element(value, self._bs_axis[name], m)
        served = self._serving == m
        if "present" in observation:  # nobody serves those who are away
            served &= observation["present"] > 0
        own[SERVED] = served.astype(np.int8)
        return own
