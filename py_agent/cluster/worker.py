# SPDX-License-Identifier: MIT
"""A worker on a node of a cluster: it does one piece of work after another."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ray

from py_agent.cluster.installation import installation
from py_agent.cluster.shipment import unpack
from py_agent.side_by_side import ignore, reporting_to, that_travels


class _Reports:
    """Where workers put what they report, until the driver fetches it."""

    def __init__(self) -> None:
        self._kept: list[Any] = []

    def put(self, what: Any) -> None:
        """Keep one report."""
        self._kept.append(what)

    def take(self) -> list[Any]:
        """Hand out all."""
        kept, self._kept = self._kept, []
        return kept


class Inhabitant:
    """Who lives in a process on a node, with a folder of its own."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="ns3-twin-ray-")
        tempfile.tempdir = self._folder
        os.chdir(self._folder)

    def about(self) -> tuple[str, dict[str, str]]:
        """Where its files are, which whoever kills it removes; and what is installed here."""
        return self._folder, installation()

    def close(self) -> None:
        """Remove its files: there is nothing more to do."""
        os.chdir("/")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _received(self, content: bytes, keys: Sequence[str], files: Sequence[bytes]) -> Any:
        """What has been sent here, its files laid down in the folder.

        Args:
            content: of a shipment.
            keys: of the files that came with it, in the order of `files`.
            files: their contents.
        """
        contents = dict(zip(keys, files, strict=True))
        return unpack(content, contents.__getitem__, Path(self._folder) / "files")


class _Worker(Inhabitant):
    """Does one piece of work after another.

    Args:
        reports: a `Reports`; None: nobody listens.
    """

    def __init__(self, reports: Any) -> None:
        super().__init__()
        self._report = ignore if reports is None else reports.put.remote

    def do(self, content: bytes, keys: Sequence[str], *files: bytes) -> tuple[Any, Any]:
        """Do a piece of work: a shipment of the function and its argument.

        Returns:
            the result, and the error in its place.
        """
        with reporting_to(self._report):
            try:
                work, item = self._received(content, keys, files)
                return work(item), None
            except Exception as error:
                return None, that_travels(error)


def _remove(folder: str) -> None:
    """Remove what a worker of this node has left."""
    shutil.rmtree(folder, ignore_errors=True)


# As Ray knows them: its decorators would hide their types.
Reports: Any = ray.remote(num_cpus=0)(_Reports)
Worker: Any = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(_Worker)
remove: Any = ray.remote(num_cpus=0, max_retries=0)(_remove)
