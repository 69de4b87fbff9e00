# SPDX-License-Identifier: MIT
"""Agents of the base stations of a network, in one file."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

from py_agent.drl.errors import InvalidAgent, reason_of
from py_agent.drl.flat_agent import FlatAgent
from py_agent.drl.weights import opened, save

SHARED = "all"


@dataclasses.dataclass(frozen=True)
class TeamAgent:
    """A network of weights per base station, or one that all have; each a `FlatAgent`.

    They decide on the vectors of `ns3_scenarios.flat_team.FlatTeam`. The file is data;
    ``--policy team=FILE`` plays it without the trainer.

    Attributes:
        agents: by name of the base station (``bs_0``, …), or one named ``all``.

    Example:
        >>> import numpy as np
        >>> layer = np.zeros((3, 2), np.float32), np.zeros(2, np.float32), "Tanh"
        >>> team = TeamAgent({SHARED: FlatAgent([layer], ["served"])})
        >>> team.of("bs_1").inputs
        3
    """

    agents: Mapping[str, FlatAgent]

    def __post_init__(self) -> None:
        if not self.agents or (SHARED in self.agents and len(self.agents) > 1):
            raise InvalidAgent(f"a team has an agent per base station, or one named {SHARED!r}")
        if len({agent.timescale for agent in self.agents.values()}) > 1:
            raise InvalidAgent("agents of a team decide on one timescale")

    def of(self, station: str) -> FlatAgent:
        """The agent of a base station.

        Raises:
            InvalidAgent: it has none.
        """
        agent = self.agents.get(station, self.agents.get(SHARED))
        if agent is None:
            raise InvalidAgent(f"there is no agent of {station}, only of {', '.join(self.agents)}")
        return agent

    def save(self, path: Path | str) -> None:
        """Write as ``.npz``."""
        parts = {name: agent.parts(f"{name}.") for name, agent in self.agents.items()}
        about = {"team": {name: about for name, (about, _) in parts.items()}}
        arrays = {name: array for _, of_one in parts.values() for name, array in of_one.items()}
        save(path, about, arrays)

    @classmethod
    def load(cls, path: Path | str) -> TeamAgent:
        """Read what `save` wrote. The file is data: no code of it runs, and it is checked whole.

        Raises:
            InvalidAgent: there is no such file, it is no team, or it is damaged; the message is
                one line and names the file.
        """
        try:
            with opened(path) as file:
                team = json.loads(str(file["about"]))["team"]
                return cls(
                    {
                        str(name): FlatAgent.of_parts(about, file, f"{name}.")
                        for name, about in team.items()
                    }
                )
        except Exception as error:  # NumPy and zipfile have a dozen kinds, one per damage
            reason = str(error) if isinstance(error, InvalidAgent) else reason_of(error)
            raise InvalidAgent(f"cannot read a team from {path}: {reason}") from error
