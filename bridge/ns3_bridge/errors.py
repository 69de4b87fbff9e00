# SPDX-License-Identifier: MIT
"""What can go wrong between an agent and a simulator. Every error is a `BridgeError`."""

from __future__ import annotations

import signal
from typing import Any


class Ns3TwinError(Exception):
    """Base of all errors of the product: bridge, scenarios, twin and agents.

    All of them go from process to process: `pickle` and `copy.deepcopy` keep message and
    attributes, whatever the constructor asks for, and ``type(error)(str(error))`` is an error of
    the same kind and message, as Gymnasium's vector environments raise it.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.args), self.__dict__ or None


def _restored(kind: type[Ns3TwinError], args: tuple[Any, ...]) -> Ns3TwinError:
    return kind.__new__(kind, *args)


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

    Args:
        field: see the attribute; or the message, if it is the only argument.
        message: what is wrong.

    Attributes:
        field: name of the action field, e.g. ``compute_share``; empty if only the message is known.
    """

    def __init__(self, field: str, message: str | None = None) -> None:
        super().__init__(field if message is None else message)
        self.field = "" if message is None else field


class WrongProcess(BridgeError):
    """Raised when a fork uses a simulator of the process that it was forked from."""


class SimulatorBusy(BridgeError):
    """Raised when one thread steps a simulator while another waits for its answer."""


class StartGivenUp(BridgeError):
    """Raised when nobody waits any more for simulators that start side by side."""


class SimulatorDied(BridgeError):
    """Raised when the simulator's process has ended in the middle of an episode.

    Args:
        return_code: see the attribute; or the message, if only that is known.
        output_tail: see the attribute.
        reason: why this process has ended it; empty if it has not.

    Attributes:
        return_code: as in `subprocess.Popen`; negative: killed by that signal; 0 if only the
            message is known.
        output_tail: the last lines that the simulator wrote to stdout and stderr.
    """

    def __init__(self, return_code: int | str, output_tail: str = "", reason: str = "") -> None:
        if isinstance(return_code, str):
            super().__init__(return_code)
            self.return_code = 0
        else:
            said = f"; it said last:\n{output_tail}" if output_tail else " and said nothing"
            if reason:
                super().__init__(f"the simulator was ended from here: {reason}")
            else:
                super().__init__(f"the simulator {_end_of_process(return_code)}{said}")
            self.return_code = return_code
        self.output_tail = output_tail


class SimulatorOutOfMemory(SimulatorDied):
    """Raised when the simulator ended because it may not or cannot take more memory."""


class BranchRefused(BridgeError):
    """Raised when a simulation is not branched; it stays usable."""


def _end_of_process(return_code: int) -> str:
    """How a process ended, as in "the simulator was killed by SIGKILL"."""
    if return_code >= 0:
        return f"ended with exit status {return_code}"
    try:
        return f"was killed by {signal.Signals(-return_code).name}"
    except ValueError:  # a real-time signal has a number and no name
        return f"was killed by signal {-return_code}"
