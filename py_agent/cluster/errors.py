# SPDX-License-Identifier: MIT
"""What can go wrong with a cluster."""

from ns3_bridge import Ns3TwinError


class NoCluster(Ns3TwinError):
    """Raised when there is no cluster at an address, or Ray is not installed."""


class NodeRefused(Ns3TwinError):
    """Raised when no node of a cluster has what this machine has."""


class NodesLost(Ns3TwinError):
    """Raised when all nodes of a cluster are gone while there is work left."""


class ObjectLost(Ns3TwinError):
    """Raised when an object on a node is gone, with the node or with its process."""
