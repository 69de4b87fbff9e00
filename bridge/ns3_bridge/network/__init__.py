# SPDX-License-Identifier: MIT
"""The network transport: a gateway beside ns-3, agents anywhere. See bridge/PROTOCOL.md."""

from ns3_bridge.network.gateway import Gateway
from ns3_bridge.network.keys import GatewayKeys, issued_keys, make_keys
from ns3_bridge.network.ping import ping
from ns3_bridge.network.remote import RemoteHost, connect

__all__ = ["Gateway", "GatewayKeys", "RemoteHost", "connect", "issued_keys", "make_keys", "ping"]
