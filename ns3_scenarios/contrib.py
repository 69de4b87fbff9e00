# SPDX-License-Identifier: MIT
"""Writes the bridge into an ns-3 tree, as a module in its ``contrib/``."""

from __future__ import annotations

import shutil
from pathlib import Path

from ns3_bridge import Ns3TwinError
from ns3_scenarios.build import SDK

_NAME = "ns3-bridge"
_FIRST_LINE = "# Written by `ns3-twin contrib`"


class ContribRefused(Ns3TwinError, OSError):
    """Raised when a module cannot be written; nothing has been changed."""


def write_contrib(contrib: Path | str) -> Path:
    """Write the module ``ns3-bridge``; one that was written before is replaced.

    Its ``model/`` has the sources of the bridge, so there is no second form of them.

    Args:
        contrib: the folder ``contrib`` of an ns-3 tree.

    Returns:
        Folder of the module.

    Raises:
        ContribRefused: it is no such folder, it cannot be written, or something else has the name.
    """
    contrib = Path(contrib)
    if contrib.resolve().name != "contrib" or not (contrib / ".." / "ns3").is_file():
        raise ContribRefused(f"{contrib} is not the folder contrib of an ns-3 tree (3.36 or later)")
    module = contrib / _NAME
    if module.exists() and not _is_ours(module / "CMakeLists.txt"):
        raise ContribRefused(f"{module} is there already, and not from here: move it away")
    part, former = contrib / f".{_NAME}.part", contrib / f".{_NAME}.former"
    try:
        for leftover in (part, former):
            shutil.rmtree(leftover, ignore_errors=True)
        shutil.copytree(SDK / "contrib" / _NAME, part)
        for layer in ("channel", "ns3"):
            shutil.copytree(SDK / "source" / layer, part / "model", dirs_exist_ok=True)
        shutil.copytree(SDK / "source" / "json", part / "third-party")
        if module.exists():
            module.rename(former)
        part.rename(module)
    except OSError as error:
        if former.exists() and not module.exists():
            former.rename(module)
        shutil.rmtree(part, ignore_errors=True)
        raise ContribRefused(f"cannot write {module}: {error.strerror or error}") from error
    shutil.rmtree(former, ignore_errors=True)
    return module


def _is_ours(listing: Path) -> bool:
    return listing.is_file() and listing.read_text(encoding="utf-8").startswith(_FIRST_LINE)
