# SPDX-License-Identifier: MIT
"""Where commands with many runs have them done."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from py_agent.cli.consoles import err

if TYPE_CHECKING:
    from py_agent.executor import Executor

RayAddress = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="ADDRESS",
        help="Run on the nodes of this Ray cluster, HOST:PORT or auto.",
        show_default="processes of this machine",
    ),
]


@contextlib.contextmanager
def executor_of(address: str | None, jobs: int | None) -> Iterator[Executor]:
    """Processes of this machine, or a cluster's nodes while this lasts.

    Args:
        address: of a Ray cluster; None: this machine.
        jobs: at a time; None: one per core.

    Raises:
        NoCluster: there is none at that address.
    """
    if address is None:
        from py_agent.executor import LocalProcesses  # NumPy comes with it

        yield LocalProcesses(jobs or os.cpu_count() or 1)
        return
    from py_agent.cluster.connection import connected
    from py_agent.cluster.executor import RayCluster

    with connected(address):
        yield RayCluster(jobs, tell_of_nodes)


def tell_of_nodes(line: str) -> None:
    """Print what has become of a node."""
    err().print(line, style="yellow", highlight=False)
