# SPDX-License-Identifier: MIT
"""Plays agents of base stations that decide each for the users that it serves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from gymnasium import spaces

from ns3_bridge.flat import declared_categories
from ns3_bridge.spaces import dict_space
from ns3_bridge.vector_codec import codec_of
from ns3_scenarios.team_view import SERVED, TeamView
from py_agent.contract import Decision, Network, Observation
from py_agent.drl.flat_policy import VectorPolicy, check_fit
from py_agent.drl.team_agent import TeamAgent


class TeamPolicy(VectorPolicy):
    """Every base station decides by its own agent for its users, from another trainer's file.

    Args:
        file: of a `TeamAgent`.

    Raises:
        InvalidAgent: it holds none.

    Example:
        >>> import tempfile
        >>> from ns3_bridge import Field, Schema
        >>> from py_agent.drl.flat_agent import FlatAgent
        >>> layer = np.zeros((2, 2), np.float32), np.ones(2, np.float32), "Identity"
        >>> team = TeamAgent({"all": FlatAgent([layer], [SERVED])})
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     team.save(Path(folder) / "team.npz")
        ...     policy = TeamPolicy(Path(folder) / "team.npz")
        >>> serving = Field("serving_bs", "int32", (2,), "1", 0, 1, dims=("ue",), missing=-1)
        >>> heard = Field("rsrp_dbm", "float32", (2, 2), "dBm", -140, 0, dims=("ue", "bs"))
        >>> share = Field("share", "float32", (2,), "1", 0, 1, dims=("ue",))
        >>> schema = Schema("toy", 0, 0, "1", "", (serving, heard), (share,), {}, ())
        >>> policy.begin(Network("toy", {}, schema), seed=1)
        >>> observation = {"serving_bs": np.array([0, 1]), "rsrp_dbm": np.zeros((2, 2))}
        >>> policy.decide_slot(observation)["share"].tolist()
        [1.0, 1.0]
    """

    def __init__(self, file: Path | str) -> None:
        self._file = file
        self._team = TeamAgent.load(file)
        super().__init__(next(iter(self._team.agents.values())).timescale)

    def begin(self, network: Network, seed: int) -> None:
        """Check that the agents fit this network.

        Raises:
            InvalidAgent: they were trained for other sizes.
            InvalidSetting: the scenario has no users and base stations.
            MissingObservation: a field that an agent observes is not declared.
        """
        super().begin(network, seed)
        schema = network.schema
        categories = declared_categories(schema)
        self._view = TeamView(schema)
        self._begun = False
        self._actions = codec_of(dict_space(schema.actions), categories)
        self._observations = {}
        for station in self._view.agents:
            agent = self._team.of(station)
            network.require("serving_bs", *(name for name in agent.fields if name != SERVED))
            seen = spaces.Dict({name: self._view.observation_space[name] for name in agent.fields})
            codec = codec_of(seen, categories)
            name = f"{self._file}, {station},"
            check_fit(name, agent, codec.places, self._actions.places)
            self._observations[station] = codec

    def _decide(self, observation: Observation) -> Decision:
        if self._begun:
            self._view.follow(observation)
        else:
            self._view.begin(observation)
            self._begun = True
        decisions = {}
        for station, seen in self._view.split(observation).items():
            agent = self._team.of(station)
            vector = self._observations[station].scaled({name: seen[name] for name in agent.fields})
            decisions[station] = self._actions.unscaled(agent(vector).astype(np.float64))
        decided: Decision = self._view.joint(decisions)
        return decided
