# SPDX-License-Identifier: MIT
"""The code that a result depends on: ours, that of plug-ins, and the scenario's program."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import ns3_bridge
import ns3_scenarios
import py_agent
from ns3_bridge import DeadlineExceeded, _native
from py_agent.engine import _engine
from py_agent.input_files import digest

# Rooms of this package that start runs, or look at them: no run goes otherwise for these.
_BESIDE = {
    *("bench", "benchmark", "calibration", "capacity", "cli", "cluster", "compare", "fidelity"),
    *("live", "view"),
}
_READ_BY_RUNS = {".py", ".xml"}  # code, and traces that come along
_OUR_PLUGINS = "ns3_twin."
_OURS = "ns3-twin"
_LDD_DEADLINE_S = 30.0


def code_digest(scenario: str, *rooms: str) -> str:
    """Same digest, same code: of this package, of installed plug-ins, of a scenario's program.

    The program counts with the libraries that it loads, ns-3's among them, and with the traces
    that come along. Of a policy of one's own it has nothing: see `py_agent.policies.fingerprint`.

    Args:
        scenario: name or path.
        rooms: further rooms of this package that count, e.g. ``fidelity``.

    Raises:
        UnknownScenario: no such scenario.
        ns3_bridge.DeadlineExceeded: the program's libraries cannot be listed in time.

    Example:
        >>> code_digest("cellular") == code_digest("cellular") != code_digest("wifi")
        True
    """
    program = Path(ns3_scenarios.program(scenario))
    files = [*_our_code(rooms), *_code_of_plugins(), program, *_libraries(program)]
    read = [(file.name, digest(file)) for file in files if file.is_file()]
    return sha256(json.dumps(read).encode()).hexdigest()[:16]


@functools.cache
def _our_code(rooms: tuple[str, ...]) -> list[Path]:
    outside = _BESIDE - set(rooms)
    found = [Path(_native.__file__), Path(_engine.__file__)]
    for package in map(Path, (*ns3_bridge.__path__, *ns3_scenarios.__path__)):
        found += [path for path in package.rglob("*") if path.suffix in _READ_BY_RUNS]
    for folder in map(Path, py_agent.__path__):
        files = folder.rglob("*.py")
        found += [path for path in files if path.relative_to(folder).parts[0] not in outside]
    return sorted(found)


def _code_of_plugins() -> list[Path]:
    """All Python files of other packages that register something with us."""
    return _files_of_plugins(tuple(sys.path))


@functools.lru_cache(maxsize=4)
def _files_of_plugins(path: tuple[str, ...]) -> list[Path]:
    packages = {
        entry.module.partition(".")[0]
        for distribution in importlib.metadata.distributions(path=list(path))
        if distribution.metadata["Name"] != _OURS
        for entry in distribution.entry_points
        if entry.group.startswith(_OUR_PLUGINS)
    }
    return sorted(path for package in packages for path in _files_of(package))


def _files_of(package: str) -> Iterator[Path]:
    spec = importlib.util.find_spec(package)
    if spec is None:
        return
    folders = spec.submodule_search_locations
    if folders is None:
        yield Path(str(spec.origin))
    for folder in folders or ():
        yield from Path(folder).rglob("*.py")


def _libraries(program: Path) -> list[Path]:
    state = program.stat()
    return _loaded_by(str(program), state.st_mtime_ns, state.st_ino)


@functools.lru_cache(maxsize=64)
def _loaded_by(program: str, *state: int) -> list[Path]:
    """What the dynamic loader finds for a program; nothing for one that it does not load.

    Raises:
        ns3_bridge.DeadlineExceeded: `ldd` does not end.
    """
    ldd = shutil.which("ldd")
    if ldd is None:
        return []
    command = [ldd, program]
    try:
        told = subprocess.run(
            command, capture_output=True, encoding="utf-8", timeout=_LDD_DEADLINE_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise DeadlineExceeded(
            f"{shlex.join(command)}: no answer in {_LDD_DEADLINE_S:g} s"
        ) from error
    found = (line.partition("=>")[2] for line in told.stdout.splitlines())
    paths = (place.rpartition("(")[0].strip() for place in found)
    return sorted(Path(path) for path in paths if path.startswith("/"))
