# SPDX-License-Identifier: MIT
"""Who may drive the simulation behind a gateway, and for how long."""

from __future__ import annotations

import dataclasses
import secrets
import time
from collections.abc import Sequence

from ns3_bridge.network.messages import Frame


@dataclasses.dataclass
class Session:
    """The agent that drives.

    Attributes:
        agent: who it is, for people.
        identity: ZMQ's name of its present connection.
        user: its public key, which no other may use the token with; empty without keys.
        token: proves in each request that it comes from this agent.
        number: of its last request.
        busy: that request is not answered yet.
        answer: the frames of the last answer, for an agent that missed it.
        heard_s: when the agent was last heard (`time.monotonic`).
        lost_s: when its connection was found to be gone; None while it stands.
    """

    agent: str
    identity: bytes
    user: str = ""
    token: bytes = dataclasses.field(default_factory=lambda: secrets.token_bytes(16))
    number: int = 0
    busy: bool = False
    answer: Sequence[Frame] = ()
    heard_s: float = dataclasses.field(default_factory=time.monotonic)
    lost_s: float | None = None

    def hear(self, identity: bytes) -> None:
        """The agent has spoken over this connection: it is back, if it was gone."""
        self.identity = identity
        self.heard_s = time.monotonic()
        self.lost_s = None


@dataclasses.dataclass(frozen=True)
class WaitingAgent:
    """An agent in the queue.

    Attributes:
        agent: who it is, for people.
        identity: ZMQ's name of its connection.
        user: its public key; empty without keys.
    """

    agent: str
    identity: bytes
    user: str = ""
