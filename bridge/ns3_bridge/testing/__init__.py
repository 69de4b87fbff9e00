# SPDX-License-Identifier: MIT
"""Counterparts for tests of agents and of the bridge itself; none of them needs ns-3."""

from ns3_bridge.testing.echo import echo_command, echo_scenario
from ns3_bridge.testing.fake import fake_scenario
from ns3_bridge.testing.faulty_gateway import FaultyGateway

__all__ = ["FaultyGateway", "echo_command", "echo_scenario", "fake_scenario"]
