# SPDX-License-Identifier: MIT
"""What can go wrong with a radio. Every error is a `RadioError`."""

from __future__ import annotations

from ns3_bridge.errors import Ns3TwinError


class RadioError(Ns3TwinError):
    """Base of all errors of radios."""


class UnknownRadio(RadioError, LookupError):
    """Raised when no plug-in knows the access network that a scenario declares."""


class NothingToLearn(RadioError):
    """Raised when recorded runs hold too little to calibrate on."""
