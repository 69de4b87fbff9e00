# SPDX-License-Identifier: MIT
"""A team for agents that know only vectors of numbers in [−1, 1]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gymnasium import spaces

try:
    from pettingzoo import ParallelEnv
    from pettingzoo.utils.wrappers import BaseParallelWrapper
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"{error.name} is missing: pip install 'ns3-twin[multi-agent]'", name=error.name
    ) from None

from ns3_bridge.errors import InvalidAction
from ns3_bridge.flat import checked_vector, declared_categories, flat_space
from ns3_bridge.vector_codec import Vector, codec_of


class FlatTeam(BaseParallelWrapper):  # type: ignore[misc]  # PettingZoo is not typed
    """What `ns3_bridge.FlatBox` is to one agent, for a team by PettingZoo's parallel interface.

    >>> from ns3_scenarios.multi_agent import BaseStationTeam
    >>> team = FlatTeam(BaseStationTeam(settings={"n_ue": 2, "n_bs": 2, "duration_s": 0.1}))
    >>> observations, infos = team.reset(seed=1)
    >>> observations["bs_0"].shape == team.observation_space("bs_0").shape
    True
    >>> team.close()

    Args:
        env: a team whose spaces are of numbers with bounds, e.g. `BaseStationTeam`.

    Raises:
        InvalidSetting: a space below is not of numbers, or has no bounds.
    """

    def __init__(self, env: ParallelEnv[str, Any, Any]) -> None:
        super().__init__(env)
        network = getattr(env.unwrapped, "env", None)
        categories = declared_categories(getattr(network, "schema", None))
        agents = env.possible_agents
        self._observations = {a: codec_of(env.observation_space(a), categories) for a in agents}
        self._actions = {a: codec_of(env.action_space(a), categories) for a in agents}
        self.observation_spaces = {a: flat_space(c) for a, c in self._observations.items()}
        self.action_spaces = {a: flat_space(c) for a, c in self._actions.items()}

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """What an agent sees."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """What an agent decides."""
        return self.action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Vector], dict[str, dict[str, Any]]]:
        """See `BaseStationTeam.reset`."""
        observations, infos = self.env.reset(seed=seed, options=options)
        return self._scaled(observations), infos

    def step(
        self, actions: Mapping[str, Vector]
    ) -> tuple[dict[str, Vector], Any, Any, Any, dict[str, dict[str, Any]]]:
        """See `BaseStationTeam.step`.

        Raises:
            InvalidAction: an action has not the shape of the action space, or holds a NaN.
        """
        below = {agent: self._unscaled(agent, action) for agent, action in actions.items()}
        observations, *rest = self.env.step(below)
        return (self._scaled(observations), *rest)

    def _scaled(self, observations: Mapping[str, Any]) -> dict[str, Vector]:
        return {agent: self._observations[agent].scaled(o) for agent, o in observations.items()}

    def _unscaled(self, agent: str, action: Vector) -> Any:
        if agent not in self._actions:
            raise InvalidAction("", f"there is no agent {agent}; known: {', '.join(self._actions)}")
        codec = self._actions[agent]
        return codec.unscaled(checked_vector(action, (codec.places,)))
