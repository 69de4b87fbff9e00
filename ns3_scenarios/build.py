# SPDX-License-Identifier: MIT
"""Compiles a scenario of the user's own with the bridge, against the same ns-3 or another."""

from __future__ import annotations

import contextlib
import difflib
import fcntl
import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from ns3_bridge import Ns3TwinError
from ns3_bridge.tools import run_tool
from ns3_scenarios.registry import INSTALLED

SDK = INSTALLED / "sdk"
#: The folder of ns3_bridgeConfig.cmake, for CMake's ``find_package(ns3_bridge)``.
CMAKE_DIR = SDK / "cmake" / "ns3_bridge"
_POLL_S = 0.1
_SYNTAX_OF_CMAKE = re.compile(r"[;:\\\n]|\$[{<]")  # in a path: it is not taken as a path


class BuildFailed(Ns3TwinError, RuntimeError):
    """Raised when a scenario cannot be compiled; the message holds what the compiler said."""


def build(
    sources: Sequence[Path | str],
    modules: Sequence[str],
    output: Path | str,
    cache: Path | str | None = None,
    deadline_s: float = 600.0,
    ns3: Path | str | None = None,
) -> Path:
    """Compile a scenario program.

    Only its own files are compiled; the rest is in libraries that come along. Modules of ns-3 whose
    functions it calls are found by themselves.

    With an ns-3 of your own the bridge is compiled for that, too, and `Environment`, `Askers` and
    `Scenario` can be used; edge computing and mobility cannot.

    Args:
        sources: its C++ files.
        modules: ns-3 modules that it names by their TypeIds alone, as in
            ``ObjectFactory("ns3::OnOffApplication")``: ``applications``.
        output: where the program goes; its file name is the scenario's name. A program that runs
            there goes on running.
        cache: where ns-3 and object files are kept, by default ``~/.cache/ns3-twin``.
        deadline_s: how long to wait for another build of the same files.
        ns3: where another ns-3 is installed: the folder with ``include/ns3`` and its libraries.

    Returns:
        `output`.

    Raises:
        BuildFailed: a source, a module or a tool is missing, ns-3 cannot be fetched, its headers
            and libraries are not of one build, the code does not compile, or another build of it
            takes longer than the deadline.
    """
    files, output = [Path(source) for source in sources], Path(output)
    _check_files(files, output)
    if ns3 is None:
        _check_modules(modules)
    if missing := missing_tools():
        hints = "; ".join(missing.values())
        raise BuildFailed(f"missing to compile a scenario: {', '.join(missing)}: {hints}")
    cmake, generator = find_tool("cmake"), list[str]()
    if find_tool("make") is None:
        generator = ["-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={find_tool('ninja')}"]
    caches = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    cache = caches / "ns3-twin" if cache is None else Path(cache)
    paths = [str(file.resolve()) for file in files]
    own_ns3 = "" if ns3 is None else str(Path(ns3).resolve())
    what = os.fsencode("\0".join([str(SDK), own_ns3, *generator, *paths]))
    identity = hashlib.sha256(what).hexdigest()[:16]
    folder = cache / f"build-{identity}"
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder, deadline_s) as temporary:
        _call(
            temporary,
            *(cmake, *generator, "-S", SDK, "-B", folder, "-DCMAKE_BUILD_TYPE=Release"),
            f"-DPython_EXECUTABLE={sys.executable}",
            f"-DNS3_WHEEL_DIR={cache / 'ns3-wheel'}",
            f"-DSCENARIO_SOURCES={';'.join(paths)}",
            f"-DSCENARIO_MODULES={';'.join(modules)}",
            f"-DSCENARIO_NS3={own_ns3}",
        )
        _call(
            temporary,
            cmake,
            "--build",
            folder,
            "--parallel",
            len(os.sched_getaffinity(0)),
        )
        _put(folder / "scenario", output)
    return output


def find_tool(name: str) -> str | None:
    """Path of a tool, also of one that pip installed beside this Python; None if there is none."""
    beside = Path(sys.executable).parent
    return shutil.which(name, path=f"{beside}{os.pathsep}{os.environ.get('PATH', os.defpath)}")


def missing_tools() -> dict[str, str]:
    """What it takes to compile a scenario and is not there, and how to get it."""
    wanted = {
        "g++": ((os.environ.get("CXX") or "c++", "g++", "clang++"), "apt install g++"),
        "cmake": (("cmake",), "pip install cmake"),
        "make": (("make", "ninja"), "apt install make"),
    }
    return {tool: hint for tool, (names, hint) in wanted.items() if not any(map(find_tool, names))}


def _check_files(sources: Sequence[Path], output: Path) -> None:
    for source in sources:
        if not source.is_file():
            raise BuildFailed(f"no such file: {source}")
        if source.resolve() == output.resolve():
            raise BuildFailed(f"the program would take the place of its source {source}")
        path = str(source.resolve())
        if _SYNTAX_OF_CMAKE.search(path) or path.count("[") != path.count("]"):
            raise BuildFailed(
                f"cmake cannot take {path!r}: rename it, without ; : \\ ${{ $< and a lone bracket"
            )


def _check_modules(modules: Sequence[str]) -> None:
    known = (SDK / "modules.txt").read_text(encoding="utf-8").split()
    for module in modules:
        if module not in known:
            close = difflib.get_close_matches(module, known, 1)
            hint = f", did you mean {close[0]}?" if close else ";"
            raise BuildFailed(f"unknown ns-3 module {module!r}{hint} known: {', '.join(known)}")


@contextlib.contextmanager
def _locked(folder: Path, deadline_s: float) -> Iterator[Path]:
    """Let one build at a time use a folder; the others wait. Yields a place for temporary files."""
    temporary = folder / "tmp"
    with (folder / "lock").open("a+", encoding="ascii") as lock:
        _wait_for(lock, deadline_s)
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        shutil.rmtree(temporary, ignore_errors=True)  # of one that was killed
        temporary.mkdir()
        try:
            yield temporary
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _wait_for(lock: TextIO, deadline_s: float) -> None:
    until_s = time.monotonic() + deadline_s
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until_s:
                lock.seek(0)
                holder = lock.read(20).strip() or "unknown"
                raise BuildFailed(
                    f"another build of these files (process {holder}) holds {lock.name}; waited "
                    f"{deadline_s:g} s (--deadline): end it, or wait for its end"
                ) from None
        time.sleep(_POLL_S)


def _put(program: Path, output: Path) -> None:
    """Copy the program to its place; one that runs there keeps its own file."""
    try:
        with tempfile.NamedTemporaryFile(dir=output.parent, prefix=".", delete=False) as part:
            try:
                shutil.copy2(program, part.name)
                Path(part.name).replace(output)
            except BaseException:
                Path(part.name).unlink()
                raise
    except OSError as error:
        raise BuildFailed(f"cannot write {output}: {error.strerror}") from error


def _call(temporary: Path, *command: object) -> None:
    status, said = run_tool(command, temporary=temporary)
    if status != 0:
        raise BuildFailed(said)
