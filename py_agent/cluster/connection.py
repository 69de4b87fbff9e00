# SPDX-License-Identifier: MIT
"""The connection to a Ray cluster."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

import ray

from py_agent.cluster.errors import NoCluster


@contextlib.contextmanager
def connected(address: str) -> Iterator[None]:
    """Be a driver of a cluster for a while.

    Args:
        address: ``HOST:PORT`` of its head, or ``auto``: the one of this machine, or of
            ``RAY_ADDRESS``.

    Raises:
        NoCluster: there is none, or it does not know our token.
    """
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise NoCluster(
            f"--ray {address}: {error}: `ray start --head` makes a cluster of this machine"
        ) from error
    try:
        yield
    finally:
        ray.shutdown()
