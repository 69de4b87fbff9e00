# SPDX-License-Identifier: MIT
"""Objects that live on nodes of a Ray cluster and keep their state from call to call."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import ray
from ray.exceptions import GetTimeoutError, RayError

from py_agent.cluster.errors import NodesLost, ObjectLost
from py_agent.cluster.nodes import Nodes, alive_nodes, on
from py_agent.cluster.shipment import pack
from py_agent.cluster.worker import Inhabitant, remove
from py_agent.side_by_side import ignore, that_travels

_LOOK_S = 2.0  # between looks at who is there
_START_S = 900.0  # that a free CPU and a start may take: others may have the CPUs
_CALL_S = 3600.0  # that a call may take
_CLOSE_S = 30.0


class _Holder(Inhabitant):
    """Holds an object and calls its methods."""

    def make(self, content: bytes, keys: Sequence[str], *files: bytes) -> Any:
        """Make the object: a shipment of a function and its arguments. Returns an error, if any."""
        try:
            function, arguments = self._received(content, keys, files)
            self._held = function(*arguments)
        except Exception as error:
            return that_travels(error)
        return None

    def call(self, method: str, arguments: Sequence[Any]) -> tuple[Any, Any]:
        """What a method returns, and the error in its place."""
        try:
            return getattr(self._held, method)(*arguments), None
        except Exception as error:
            return None, that_travels(error)


_REMOTE: Any = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(_Holder)


class Lodgings:
    """CPUs of a cluster for objects that stay, one each, on nodes that have what this machine has.

    Args:
        tell: called with a line on every node that is left out or lost.

    Attributes:
        nodes: who may work.
    """

    def __init__(self, tell: Callable[[str], None] = ignore) -> None:
        self.nodes = Nodes(tell)
        self._taken: Counter[str] = Counter()  # CPUs by node

    def take(self) -> str:
        """A node with a CPU that none of our objects has; waits for one.

        Raises:
            NodeRefused: no node has what this machine has.
            NodesLost: none becomes free in a quarter of an hour.
        """
        until_s = time.monotonic() + _START_S
        while True:
            self.nodes.look()
            free = {node: cpus - self._taken[node] for node, cpus in self.nodes.cpus.items()}
            if free and max(free.values()) > 0:
                node = max(free, key=lambda node: free[node])
                self._taken[node] += 1
                return node
            if time.monotonic() > until_s:
                raise NodesLost(
                    f"no CPU of the cluster has been free for {_START_S:g} s: each part of the work"
                    f" takes one for itself, and {sum(free.values())} of"
                    f" {sum(self.nodes.cpus.values())} are free"
                )
            time.sleep(_LOOK_S)

    def give_back(self, node: str) -> None:
        """The CPU is free again."""
        self._taken[node] -= 1


class Lodger:
    """An object on a node.

    Args:
        lodgings: where it may live.
        make: makes the object; importable by name.
        arguments: of `make`; files that they name absolutely travel along.

    Raises:
        NodeRefused, NodesLost: see `Lodgings.take`.
    """

    def __init__(self, lodgings: Lodgings, make: Callable[..., Any], *arguments: Any) -> None:
        self._lodgings = lodgings
        self._shipment = pack((make, arguments))
        self._folder = ""
        self._actor: Any = None
        self._move_in()

    def _move_in(self) -> None:
        """Take a CPU; the process starts in the meantime."""
        self._node = self._lodgings.take()
        self._actor = _REMOTE.options(scheduling_strategy=on(self._node)).remote()
        self._about = self._actor.about.remote()

    def move(self) -> None:
        """Leave the node for another, or for this one again: the object is to be made again.

        Raises:
            NodeRefused, NodesLost: see `Lodgings.take`.
        """
        self._leave()
        self._move_in()

    def wait_made(self) -> None:
        """Wait until the object is there.

        Raises:
            NodeRefused, NodesLost: there is no place for it.
            ObjectLost: its node has gone.
            Exception: what `make` has raised.
        """
        while True:
            try:
                folder, installed = ray.get(self._about, timeout=_START_S)
            except RayError as error:
                self._lodgings.nodes.failed(self._node, error)
            else:
                if self._lodgings.nodes.has_ours(self._node, installed):
                    break
            self.move()
        self._folder = folder
        files = [path.read_bytes() for path in self._shipment.files.values()]
        refused = self._wait(
            self._actor.make.remote(self._shipment.content, list(self._shipment.files), *files)
        )
        if refused is not None:
            raise refused

    def ask(self, method: str, *arguments: Any) -> None:
        """Call a method of the object."""
        self._asked = self._actor.call.remote(method, arguments)

    def answer(self) -> Any:
        """What it has returned.

        Raises:
            ObjectLost: the object is gone, with its node or its process.
            Exception: what the method has raised.
        """
        result, error = self._wait(self._asked)
        if error is not None:
            raise error
        return result

    def _wait(self, reference: Any) -> Any:
        try:
            return ray.get(reference, timeout=_CALL_S)
        except GetTimeoutError as error:
            raise ObjectLost(f"a node has not answered for {_CALL_S:g} s") from error
        except RayError as error:
            raise ObjectLost(str(error).splitlines()[0]) from error

    def close(self) -> None:
        """End the process, whatever it does, and remove its files."""
        if self._actor is not None:
            self._leave()

    def _leave(self) -> None:
        ray.kill(self._actor)
        self._actor = None
        self._lodgings.give_back(self._node)
        if self._folder and self._node in alive_nodes():
            removed = remove.options(scheduling_strategy=on(self._node)).remote(self._folder)
            ray.wait([removed], timeout=_CLOSE_S)
        self._folder = ""
