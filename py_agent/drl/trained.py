# SPDX-License-Identifier: MIT
"""The bundled agents, as policies and share rules with names."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

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
        file: of the agent.
    """

    file: ClassVar[Path] = AGENTS / "default.npz"

    def __init__(self, association: AssociationRule, file: Path | None = None) -> None:
        super().__init__(association, Agent.load(file or self.file))


class TrainedWithRollouts(TrainedShares):
    """Tries hundreds of associations a frame in the twin's rollouts; shares as twin-drl."""

    def __init__(self) -> None:
        super().__init__(RolloutAssociation())


class TrainedPerFrame(TrainedShares):
    """twin-drl on one timescale: an agent trained to decide once a frame."""

    file = AGENTS / "frame.npz"

    def __init__(self) -> None:
        super().__init__(TwinAssociation())


class TrainedOnReports(TrainedShares):
    """load-drl without a twin: an agent trained on users' last reports alone."""

    file = AGENTS / "raw.npz"

    def __init__(self) -> None:
        super().__init__(LoadBalancing())
