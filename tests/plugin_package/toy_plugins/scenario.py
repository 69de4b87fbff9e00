# SPDX-License-Identifier: MIT
"""A scenario: here the fake simulator, else a program that ``ns3-twin build`` has compiled."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ns3_bridge.testing import fake_scenario

_DECLARATION = {
    "observations": [{"name": "rate_bps", "shape": [4], "low": 0, "high": 1e6, "unit": "bit/s"}],
    "actions": [{"name": "share", "shape": [4], "low": 0, "high": 1}],
}


def program() -> Path:
    """Four users with rates that nobody has measured."""
    return Path(fake_scenario(Path(tempfile.gettempdir()) / "ns3-twin-toy", _DECLARATION))
