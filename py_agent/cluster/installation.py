# SPDX-License-Identifier: MIT
"""What a machine has installed, as far as results depend on it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import platform
from collections.abc import Mapping
from pathlib import Path

import numpy as np

import ns3_scenarios

_PACKAGES = ("ns3_bridge", "ns3_scenarios", "py_agent")
_GROUP_PREFIX = "ns3_twin."
_AGENTS = ".npz"
_PYTHON = ".py"
_COMPILED = ".so"


def installation() -> dict[str, str]:
    """Versions and digests by what they are of.

    The machines of a cluster must have the same ones: a run has the same result on all of them
    then, but for what is measured by the clock.

    Example:
        >>> sorted(installation())[:4]
        ['Python', 'agents', 'code', 'compiled code']
    """
    files = sorted(
        (f"{name}/{path.relative_to(folder)}", path)
        for name in _PACKAGES
        for folder in _folders(name)
        for path in folder.rglob("*")
    )
    of_package = {
        "agents": _digest({name: path for name, path in files if path.suffix == _AGENTS}),
        "code": _digest({name: path for name, path in files if path.suffix == _PYTHON}),
        "compiled code": _digest({name: path for name, path in files if _COMPILED in path.name}),
    }
    programs = {name: Path(ns3_scenarios.program(name)) for name in ns3_scenarios.names()}
    return {
        "ns3-twin": importlib.metadata.version("ns3-twin"),
        **of_package,
        "programs on ns-3": _digest(programs),
        "plug-ins": _plug_ins(),
        "Python": platform.python_version(),
        "numpy": np.__version__,
    }


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    """What is not the same, in words.

    >>> differences({"numpy": "2.1", "code": "ab"}, {"numpy": "2.0", "code": "ab"})
    ['numpy 2.0, not 2.1']
    """
    return [
        f"{name} {theirs.get(name, 'missing')}, not {version}"
        for name, version in ours.items()
        if theirs.get(name) != version
    ]


def _folders(package: str) -> list[Path]:
    found = importlib.util.find_spec(package)
    return [] if found is None else [Path(p) for p in found.submodule_search_locations or ()]


def _plug_ins() -> str:
    """Packages beside ours that register something, with their versions."""
    found = {
        f"{distribution.name} {distribution.version}"
        for distribution in importlib.metadata.distributions()
        for point in distribution.entry_points
        if point.group.startswith(_GROUP_PREFIX) and distribution.name != "ns3-twin"
    }
    return ", ".join(sorted(found)) or "none"


def _digest(files: Mapping[str, Path]) -> str:
    found = hashlib.sha256()
    for name, path in sorted(files.items()):
        found.update(f"{name}\0".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:12]
