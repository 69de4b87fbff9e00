# SPDX-License-Identifier: MIT
"""The nodes of a cluster, and which of them have what this machine has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from py_agent.cluster.errors import NodeRefused
from py_agent.cluster.installation import differences, installation

_MOST_FAILURES = 3  # a worker may also not start because its node has gone


class Nodes:
    """Who may work.

    Args:
        tell: called with a line on every node that is left out, or lost, or has lost a worker.

    Attributes:
        cpus: of each node that is there and not left out, by its id.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.cpus: dict[str, int] = {}
        self._tell = tell
        self._wanted = installation()
        self._left_out: dict[str, str] = {}  # why, by node
        self._failures: Counter[str] = Counter()  # starts of workers, by node
        self._hurt: set[str] = set()  # nodes that have lost workers since the last look

    def look(self) -> None:
        """See who has come and who has gone.

        Raises:
            NodeRefused: all that are there are left out.
        """
        alive = alive_nodes()
        self._hurt.clear()
        for node in [node for node in self.cpus if node not in alive]:
            del self.cpus[node]
            self._tell(f"{_name(node)} is lost: its runs are done again")
        self.cpus = {node: cpus for node, cpus in alive.items() if node not in self._left_out}
        if not self.cpus and self._left_out:
            raise NodeRefused(
                "no node of the cluster has what this machine has: "
                + ". ".join(f"{_name(node)} has {why}" for node, why in self._left_out.items())
            )

    def has_ours(self, node: str, installed: Mapping[str, str]) -> bool:
        """Whether a node may work. Else it is left out from now on.

        Args:
            node: its id.
            installed: what it has.
        """
        found = differences(self._wanted, installed)
        if found and node not in self._left_out:
            self._leave_out(node, "; ".join(found))
        return not found

    def lost_worker(self, node: str) -> None:
        """Note that a worker has died there. Ray may take half a minute to see that a node has."""
        if node not in self._hurt:
            self._hurt.add(node)
            self._tell(f"{_name(node)} has lost a worker: its run is done again")

    def failed(self, node: str, why: BaseException) -> None:
        """Note that a worker has not started there. After three times the node is left out."""
        self._failures[node] += 1
        if self._failures[node] == _MOST_FAILURES and node in alive_nodes():
            self._leave_out(node, f"no ns3-twin that starts: {str(why).splitlines()[-1]}")

    def _leave_out(self, node: str, why: str) -> None:
        self._left_out[node] = why
        self.cpus.pop(node, None)
        self._tell(f"{_name(node)} is left out: it has {why}")


def alive_nodes() -> dict[str, int]:
    """CPUs of every node that is there, by its id."""
    return {
        node["NodeID"]: int(node["Resources"].get("CPU", 0))
        for node in ray.nodes()
        if node["Alive"]
    }


def on(node: str) -> NodeAffinitySchedulingStrategy:
    """There and nowhere else."""
    return NodeAffinitySchedulingStrategy(node, soft=False)


def _name(node: str) -> str:
    """In messages: its address, and its id as Ray's tools begin it."""
    addresses = {known["NodeID"]: known["NodeManagerAddress"] for known in ray.nodes()}
    return f"node {addresses.get(node, '')} ({node[:8]})"
