# SPDX-License-Identifier: MIT
"""Counterparts for tests of agents and scenarios, and conformance checks; none needs ns-3.

A check yields findings: ``assert all(finding.ok for finding in check_scenario(program))``.
"""

from ns3_bridge.testing.echo import echo_command, echo_scenario
from ns3_bridge.testing.fake import fake_scenario
from ns3_bridge.testing.faulty_gateway import FaultyGateway

# After those above: the checks use them.
from ns3_bridge.conformance.gateway import check_gateway  # isort: skip
from ns3_bridge.conformance.scenario import check_scenario  # isort: skip

__all__ = [
    "FaultyGateway",
    "check_gateway",
    "check_scenario",
    "echo_command",
    "echo_scenario",
    "fake_scenario",
]
