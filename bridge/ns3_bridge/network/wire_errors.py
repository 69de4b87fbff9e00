# SPDX-License-Identifier: MIT
"""Errors of the bridge as messages, and back: the same exceptions on both sides."""

from __future__ import annotations

import signal

from ns3_bridge.errors import (
    BridgeError,
    ChannelCorrupted,
    ConnectionLost,
    DeadlineExceeded,
    GatewayBusy,
    HandshakeError,
    InvalidAction,
    ProtocolViolation,
    SchemaMismatch,
    SimulatorDied,
    SimulatorOutOfMemory,
)
from ns3_bridge.network.bridge_pb2 import Error
from ns3_bridge.network.printable import printable

_NAME_LENGTH = 80

# A subclass comes before its base.
_CODES: dict[type[BridgeError], Error.Code] = {
    ProtocolViolation: Error.PROTOCOL_VIOLATION,
    HandshakeError: Error.HANDSHAKE,
    SchemaMismatch: Error.SCHEMA_MISMATCH,
    GatewayBusy: Error.BUSY,
    ConnectionLost: Error.UNKNOWN_SESSION,
    InvalidAction: Error.INVALID_ACTION,
    SimulatorOutOfMemory: Error.OUT_OF_MEMORY,
    SimulatorDied: Error.SIMULATOR_DIED,
    DeadlineExceeded: Error.DEADLINE_EXCEEDED,
    ChannelCorrupted: Error.CHANNEL_CORRUPTED,
}
_RETURN_CODES = range(-signal.NSIG + 1, 256)
_CLASSES = {code: kind for kind, code in _CODES.items()} | {Error.GATEWAY_STOPPED: ConnectionLost}


def to_message(error: BridgeError) -> Error:
    """Put an exception into a message."""
    code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), None)
    message = Error(code=code or Error.UNSPECIFIED, message=str(error))
    if isinstance(error, InvalidAction):
        message.field = error.field
    if isinstance(error, SimulatorDied):
        message.return_code = error.return_code
        message.output_tail = error.output_tail
    return message


def to_exception(message: Error) -> BridgeError:
    """Make the exception that a message tells of: a plain `BridgeError` for unknown codes."""
    kind = _CLASSES.get(message.code, BridgeError)
    text = printable(message.message)
    if issubclass(kind, SimulatorDied):
        if message.return_code not in _RETURN_CODES:
            return BridgeError(f"the simulator ended with the status {message.return_code}: {text}")
        return kind(message.return_code, printable(message.output_tail))
    if issubclass(kind, InvalidAction):
        return kind(printable(message.field, _NAME_LENGTH), text)
    return kind(text)
