# SPDX-License-Identifier: MIT
"""The connection to a Ray cluster."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import ray

from py_agent.cluster.errors import NoCluster

_CURRENT = Path("/tmp/ray/ray_current_cluster")  # where Ray notes the cluster of a machine
_ANSWER_S = 10.0


@contextlib.contextmanager
def connected(address: str) -> Iterator[None]:
    """Be a driver of a cluster for a while.

    Args:
        address: ``HOST:PORT`` of its head, or ``auto``: the one of this machine, or of
            ``RAY_ADDRESS``.

    Raises:
        NoCluster: there is none, or it does not know our token.
    """
    _check_reached(address)
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise _no_cluster(address, str(error)) from error
    try:
        yield
    finally:
        ray.shutdown()


def _check_reached(address: str) -> None:
    """Try whether anybody listens there: Ray itself would wait for minutes."""
    place = address
    if address == "auto":
        known = os.environ.get("RAY_ADDRESS", "")
        place = known or (_CURRENT.read_text(encoding="utf-8") if _CURRENT.exists() else "")
    host, _, port = place.strip().rpartition(":")
    if port.isdigit() and not host.startswith("ray:"):
        try:
            socket.create_connection((host, int(port)), _ANSWER_S).close()
        except OSError as error:
            raise _no_cluster(address, f"{place.strip()}: {error}") from error


def _no_cluster(address: str, reason: str) -> NoCluster:
    return NoCluster(
        f"--ray {address}: {reason}: `ray start --head` makes a cluster of this machine"
    )
