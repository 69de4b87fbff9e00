# SPDX-License-Identifier: MIT
"""What can go wrong between an agent and a simulator. Every error is a `BridgeError`."""

from __future__ import annotations

import signal


class Ns3TwinError(Exception):
    """Base of all errors of the product: bridge, scenarios, twin and agents."""


class BridgeError(Ns3TwinError):
    """Base of all errors of the bridge."""


class UnknownField(BridgeError, LookupError):
    """Raised when a declaration has no field, table or column of the name asked for."""


class NoLabels(BridgeError, LookupError):
    """Raised when the values of a field have no names."""


class HandshakeError(BridgeError):
    """Raised when the simulator does not open the channel as the protocol asks."""


class SchemaMismatch(BridgeError):
    """Raised when the simulator declares other fields than the environment was made for."""


class ChannelCorrupted(BridgeError):
    """Raised when the shared memory no longer holds what the protocol allows."""


class DeadlineExceeded(BridgeError):
    """Raised when the simulator gives no answer within the deadline."""


class InvalidSetting(BridgeError):
    """Raised when a setting is unknown, unreadable or out of bounds."""


class ProtocolViolation(BridgeError):
    """Raised when a message over the network cannot be read or comes out of turn."""


class GatewayBusy(BridgeError):
    """Raised when another agent drives the simulation behind a gateway."""


class ConnectionLost(BridgeError):
    """Raised when a gateway is not heard any more, or has ended the session."""


class InvalidAction(BridgeError):
    """Raised when an action cannot be enforced; the simulation stays where it was.

    Attributes:
        field: name of the action field, e.g. ``compute_share``.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class SimulatorDied(BridgeError):
    """Raised when the simulator's process has ended in the middle of an episode.

    Attributes:
        return_code: as in `subprocess.Popen`; negative: killed by that signal.
        output_tail: the last lines that the simulator wrote to stdout and stderr.
    """

    def __init__(self, return_code: int, output_tail: str) -> None:
        if return_code < 0:
            how = f"was killed by {signal.Signals(-return_code).name}"
        else:
            how = f"ended with exit status {return_code}"
        said = f"; it said last:\n{output_tail}" if output_tail else " and said nothing"
        super().__init__(f"the simulator {how}{said}")
        self.return_code = return_code
        self.output_tail = output_tail


class SimulatorOutOfMemory(SimulatorDied):
    """Raised when the simulator ended because it may not or cannot take more memory."""


class BranchRefused(BridgeError):
    """Raised when a simulation is not branched; it stays usable."""
