# SPDX-License-Identifier: MIT
"""Which policies can decide in a network."""

from __future__ import annotations

from collections.abc import Sequence

from ns3_bridge import Ns3TwinError
from py_agent.contract import Network, asking
from py_agent.policies.registry import load_policy


def fitting(names: Sequence[str], network: Network) -> list[str]:
    """Those of these policies that find in a network what they observe and decide on.

    Example:
        >>> from ns3_bridge import Schema
        >>> empty = Schema("mine", 0, 0, "1", "", (), (), {}, ())
        >>> fitting(["random", "load-fill", "cubic"], Network("mine", {}, empty))
        ['random']
    """
    return [name for name in names if _fits(name, network)]


def _fits(name: str, network: Network) -> bool:
    policy = load_policy(name)
    try:
        with asking(policy, "begin"):
            policy.begin(network, 1)
    except Ns3TwinError:
        return False
    return True
