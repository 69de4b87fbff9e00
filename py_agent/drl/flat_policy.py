# SPDX-License-Identifier: MIT
"""Plays agents that know only vectors, whoever has trained them."""

from __future__ import annotations

import abc
from pathlib import Path

import numpy as np

from ns3_bridge.flat import declared_categories
from ns3_bridge.spaces import dict_space
from ns3_bridge.vector_codec import codec_of
from py_agent.contract import Decision, Network, Observation
from py_agent.drl.errors import InvalidAgent
from py_agent.drl.flat_agent import FlatAgent


class VectorPolicy(abc.ABC):
    """Decides on everything at once, and says at each moment what belongs there."""

    def __init__(self, timescale: str) -> None:
        self._timescale = timescale

    def begin(self, network: Network, seed: int) -> None:
        """Learn which action belongs to which timescale."""
        self._timescales = {field.name: field.timescale for field in network.schema.actions}

    def decide_frame(self, observation: Observation) -> Decision:
        """See `Policy`."""
        self._chosen = self._decide(observation)
        return self._of("frame")

    def decide_slot(self, observation: Observation) -> Decision:
        """See `Policy`."""
        if self._timescale == "slot":
            self._chosen = self._decide(observation)
        return self._of("slot")

    @abc.abstractmethod
    def _decide(self, observation: Observation) -> Decision: ...

    def _of(self, timescale: str) -> Decision:
        return {
            name: value
            for name, value in self._chosen.items()
            if self._timescales[name] == timescale
        }


class FlatPolicy(VectorPolicy):
    """An agent on the vectors of FlatBox decides on everything, from another trainer's file.

    Args:
        file: of a `FlatAgent`.

    Raises:
        InvalidAgent: it holds none.

    Example:
        >>> import tempfile
        >>> from ns3_bridge import Field, Schema
        >>> layer = np.zeros((2, 1), np.float32), np.ones(1, np.float32), "Identity"
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     FlatAgent([layer], ["rsrp_dbm"]).save(Path(folder) / "agent.npz")
        ...     policy = FlatPolicy(Path(folder) / "agent.npz")
        >>> heard = Field("rsrp_dbm", "float32", (2,), "dBm", -140, 0)
        >>> share = Field("share", "float32", (1,), "1", 0, 1)
        >>> schema = Schema("toy", 8, 4, "1", "", (heard,), (share,), {}, ())
        >>> policy.begin(Network("toy", {}, schema), seed=1)
        >>> policy.decide_slot({"rsrp_dbm": np.array([-90, -80], np.float32)})
        {'share': array([1.], dtype=float32)}
    """

    def __init__(self, file: Path | str) -> None:
        self._file = file
        self._agent = FlatAgent.load(file)
        super().__init__(self._agent.timescale)

    def begin(self, network: Network, seed: int) -> None:
        """Check that the agent fits this network.

        Raises:
            InvalidAgent: it was trained for other sizes.
            MissingObservation: a field that it observes is not declared.
        """
        super().begin(network, seed)
        network.require(*self._agent.fields)
        schema = network.schema
        known = {field.name: field for field in schema.observations}
        categories = declared_categories(schema)
        seen = dict_space([known[name] for name in self._agent.fields])
        self._observations = codec_of(seen, categories)
        self._actions = codec_of(dict_space(schema.actions), categories)
        check_fit(str(self._file), self._agent, self._observations.places, self._actions.places)

    def _decide(self, observation: Observation) -> Decision:
        seen = {name: observation[name] for name in self._agent.fields}
        action = self._agent(self._observations.scaled(seen)).astype(np.float64)
        decided: Decision = self._actions.unscaled(action)
        return decided


def check_fit(name: str, agent: FlatAgent, observed: int, decided: int) -> None:
    """Check that an agent takes what a network observes, and gives what it is to decide.

    Args:
        name: of the agent, in messages.
        agent: to be checked.
        observed: places of the vector of observations.
        decided: places of the vector of actions.

    Raises:
        InvalidAgent: it does not.
    """
    for what, places, of_agent in (
        ("observes", observed, agent.inputs),
        ("decides", decided, agent.outputs),
    ):
        if places != of_agent:
            raise InvalidAgent(
                f"{name} {what} {of_agent} numbers, and this network has {places}: it was trained "
                "for other numbers of users or stations, or with other settings"
            )
