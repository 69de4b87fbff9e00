# SPDX-License-Identifier: MIT
"""What can go wrong with the twin. Every error is a `TwinError`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ns3_bridge.errors import Ns3TwinError
from py_agent import former_names


class TwinError(Ns3TwinError):
    """Base of all errors of the twin."""


class InvalidParameters(TwinError):
    """Raised when a file of parameters cannot be read, or a value in it makes no sense."""


class UnsuitableNetwork(TwinError):
    """Raised when a network does not observe what the twin follows."""


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
