# SPDX-License-Identifier: MIT
"""Does a gateway, or an agent, speak the network protocol of bridge/PROTOCOL.md?"""

from ns3_bridge.conformance.agent import check_agent
from ns3_bridge.conformance.check import Check
from ns3_bridge.conformance.gateway import check_gateway

__all__ = ["Check", "check_agent", "check_gateway"]
