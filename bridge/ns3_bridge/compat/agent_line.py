# SPDX-License-Identifier: MIT
"""The line to an agent of ns3-gym or ns3-ai, whatever it is made of."""

from __future__ import annotations

from typing import Protocol

from google.protobuf.message import Message

from ns3_bridge.compat.wire import SomeMessage
from ns3_bridge.errors import DeadlineExceeded


class AgentSilent(DeadlineExceeded):
    """Raised when no agent is there, or it gives no answer, within the deadline."""


class AgentLine(Protocol):
    """Asks one agent for its decisions, for one episode."""

    def ask(self, message: Message, kind: type[SomeMessage]) -> SomeMessage:
        """Send a message, wait for the answer.

        Raises:
            ConnectionLost: the agent is gone.
            AgentSilent: it gave no answer in time.
            ProtocolViolation: the answer is not of that kind.
        """
        ...

    def tell(self, message: Message) -> None:
        """Send a last message, if the agent waits for one."""
        ...

    def check_presence(self) -> None:
        """Notice that the agent is gone.

        Raises:
            ConnectionLost: it is.
        """
        ...

    def close(self) -> None:
        """Hang up."""
        ...
