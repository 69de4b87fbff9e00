# SPDX-License-Identifier: MIT
"""What can go wrong with records of runs."""

from __future__ import annotations

from ns3_bridge.errors import Ns3TwinError


class DamagedRun(Ns3TwinError):
    """Raised when a file of a run folder does not hold what a run wrote; the message names it."""


class UntrustedCode(Ns3TwinError):
    """Raised when a file of settings names code that is not installed."""


class ChangedInput(Ns3TwinError):
    """Raised when a run cannot be simulated again: a file that it used is another one now."""
