# SPDX-License-Identifier: MIT
"""The bundled agents, as policies and share rules with names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from py_agent.contract import Network
from py_agent.drl.agent import Agent
from py_agent.drl.policy import DrlPolicy
from py_agent.policies.association import AssociationRule, LoadBalancing
from py_agent.policies.rollout_association import RolloutAssociation
from py_agent.policies.twin_association import TwinAssociation

AGENTS = Path(__file__).parent / "agents"


class TrainedShares(DrlPolicy):
    """A trained agent shifts the priorities of fill; =FILE: another agent.

    Args:
        association: chooses base stations.
        file: of the agent; None: the one that was trained over the network's radio, or else the one
            that was trained over LTE.

    Example:
        >>> from py_agent.policies.association import LoadBalancing
        >>> TrainedShares(LoadBalancing()).retrains
        True
    """

    #: The agent, over any radio that has none of its own.
    file: ClassVar[Path] = AGENTS / "default.npz"
    #: Agents that were trained over another radio, by its name.
    of_radio: ClassVar[Mapping[str, Path]] = {"wifi": AGENTS / "wifi.npz"}

    def __init__(self, association: AssociationRule, file: Path | str | None = None) -> None:
        super().__init__(association, Agent.load(file or self.file))
        self._file = file

    def begin(self, network: Network, seed: int) -> None:
        """Take the agent of this network's radio, if no other was asked for."""
        if self._file is None:
            self._agent = Agent.load(self.of_radio.get(network.schema.radio, self.file))
        super().begin(network, seed)


class TrainedWithRollouts(TrainedShares):
    """Tries hundreds of associations a frame in the twin's rollouts; shares as twin-drl."""

    def __init__(self) -> None:
        super().__init__(RolloutAssociation())


class TrainedPerFrame(TrainedShares):
    """twin-drl on one timescale: an agent trained to decide once a frame."""

    file: ClassVar[Path] = AGENTS / "frame.npz"
    of_radio: ClassVar[Mapping[str, Path]] = {}

    def __init__(self) -> None:
        super().__init__(TwinAssociation())


class TrainedOnReports(TrainedShares):
    """load-drl without a twin: an agent trained on users' last reports alone."""

    file: ClassVar[Path] = AGENTS / "raw.npz"
    of_radio: ClassVar[Mapping[str, Path]] = {}

    def __init__(self) -> None:
        super().__init__(LoadBalancing())
