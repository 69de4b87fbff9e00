# SPDX-License-Identifier: MIT
"""What can go wrong with agents. Every error is a `DrlError`."""

from __future__ import annotations

from ns3_bridge.errors import Ns3TwinError

_LONGEST_REASON = 200


class DrlError(Ns3TwinError):
    """Base of all errors of agents and their training."""


class InvalidAgent(DrlError):
    """Raised when a file holds no agent, or one that does not fit this version."""


class NoCurve(DrlError):
    """Raised when a folder holds no validations of a training."""


class NothingToValidate(DrlError):
    """Raised when nothing happens in the networks that checkpoints are validated on."""


class CannotResume(DrlError):
    """Raised when a training folder holds another training than the one asked for."""


def reason_of(error: Exception) -> str:
    r"""What another library's error says, on one short line.

    Example:
        >>> reason_of(ValueError("no\nfloat")), reason_of(KeyError())
        ('ValueError: no float', 'KeyError')
    """
    kind, text = type(error).__name__, " ".join(str(error).split())
    return f"{kind}: {text}"[:_LONGEST_REASON] if text else kind
