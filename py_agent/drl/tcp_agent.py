# SPDX-License-Identifier: MIT
"""Policies that set the windows of TCP flows: a rule, and an agent that tunes it as it goes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Decision, Network, Observation
from py_agent.drl.errors import InvalidAgent
from py_agent.drl.flat_agent import FlatAgent
from py_agent.drl.tcp_features import (
    FIELDS,
    N_ACTIONS,
    N_FEATURES,
    Floats,
    FlowFeatures,
    next_windows,
)
from py_agent.policies.controllers import CONTROLLER, label_of

_WINDOW = "window_packets"
_FIRST_WINDOW_PACKETS = 10.0  # RFC 6928


class FastTcp:
    """FAST TCP (Jin, Wei and Low 2004): four packets of each flow wait at the bottleneck.

    Example:
        >>> from ns3_bridge import Field, Schema
        >>> names = ("asks", *FIELDS)
        >>> seen = tuple(Field(name, "float64", (1,), "1", 0, 1e4) for name in names)
        >>> who = Field("controller", "int32", (1,), "1", 0, 1, True, ("agent", "cubic"))
        >>> window = Field("window_packets", "float64", (1,), "packets", 1, 1e4)
        >>> policy = FastTcp()
        >>> schema = Schema("mine", 0, 0, "1", "", seen, (who, window), {}, ())
        >>> policy.begin(Network("mine", {}, schema), seed=1)
        >>> now = {"asks": 2, "rtt_s": 0.05, "min_rtt_s": 0.05, "cwnd_packets": 20.0}
        >>> observation = {name: np.array([now.get(name, 0.0)]) for name in names}
        >>> float(policy.decide_slot(observation)["window_packets"][0].round(1))
        22.2
    """

    rule = True

    def begin(self, network: Network, seed: int) -> None:
        """Prepare the decision.

        Raises:
            MissingObservation: the scenario has no flows that ask for a window.
        """
        network.require("asks", *FIELDS, actions=(CONTROLLER, _WINDOW))
        window = network.schema.action(_WINDOW)
        self._largest = window.high
        self._controllers = np.full(window.shape, label_of(network, "agent"), np.int32)
        self.features = FlowFeatures(window.shape[0])

    def decide_frame(self, observation: Observation) -> Decision:
        """Nothing is decided once a frame."""
        return {}

    def decide_slot(self, observation: Observation) -> Decision:
        """See `Policy`."""
        flows = asking(observation)
        features = self.features.of(observation, flows)
        return self.decision(observation, flows, self.decide(features))

    def decide(self, features: NDArray[np.float32]) -> Floats:
        """What the law takes ``[n_asking, N_ACTIONS]``, from `FlowFeatures`."""
        return np.zeros((len(features), N_ACTIONS))

    def decision(
        self, observation: Observation, flows: NDArray[np.intp], decided: Floats
    ) -> Decision:
        """The decision of the scenario, of what `decide` has found for the flows that ask."""
        # Before its first round trip is measured a flow keeps its window.
        begun = observation["cwnd_packets"] > 0
        windows = np.where(begun, observation["cwnd_packets"], _FIRST_WINDOW_PACKETS)
        windows[flows] = next_windows(observation, flows, decided)
        return {CONTROLLER: self._controllers, _WINDOW: np.clip(windows, 1, self._largest)}


class TcpAgent(FastTcp):
    """FAST TCP whose parameters a trained network decides at every question of a flow.

    Args:
        file: of a `FlatAgent`, by default the one that ships (docs/scenarios/tcp.md).

    Raises:
        InvalidAgent: it holds none, or one for something else.

    Example:
        >>> import tempfile
        >>> layer = np.zeros((N_FEATURES, N_ACTIONS), np.float32), np.ones(2, np.float32), "Tanh"
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     FlatAgent([layer], FIELDS).save(Path(folder) / "agent.npz")
        ...     agent = TcpAgent(Path(folder) / "agent.npz")
        >>> agent.decide(np.zeros((1, N_FEATURES), np.float32)).round(2).tolist()
        [[0.76, 0.76]]
    """

    rule = False
    file = Path(__file__).parent / "agents" / "tcp.npz"

    def __init__(self, file: Path | str | None = None) -> None:
        self._agent = FlatAgent.load(file or self.file)
        if (self._agent.inputs, self._agent.outputs) != (N_FEATURES, N_ACTIONS):
            raise InvalidAgent(
                f"{file or self.file} observes {self._agent.inputs} numbers and decides "
                f"{self._agent.outputs}; an agent of TCP flows has {N_FEATURES} and {N_ACTIONS}"
            )

    def decide(self, features: NDArray[np.float32]) -> Floats:
        """See `FastTcp.decide`."""
        return self._agent(features).astype(np.float64)


def asking(observation: Observation) -> NDArray[np.intp]:
    """Numbers of the flows that ask and whose round trip has been measured."""
    return np.flatnonzero((observation["asks"] > 0) & (observation["rtt_s"] > 0))
