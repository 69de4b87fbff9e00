# SPDX-License-Identifier: MIT
"""Compiles a scenario of the user's own against the same ns-3 and the same bridge."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ns3_bridge import Ns3TwinError
from ns3_bridge.compat import guard
from ns3_scenarios.registry import INSTALLED


class BuildFailed(Ns3TwinError, RuntimeError):
    """Raised when a scenario cannot be compiled; the message holds what the compiler said."""


def build(
    sources: Sequence[Path], modules: Sequence[str], output: Path, cache: Path | None = None
) -> Path:
    """Compile a scenario program.

    Args:
        sources: its C++ files.
        modules: ns-3 modules that it uses beside core, network and internet, e.g. ``wifi``.
        output: where the program goes; its file name is the scenario's name.
        cache: where ns-3 and object files are kept, by default ``~/.cache/ns3-twin``.

    Returns:
        `output`.

    Raises:
        BuildFailed: a source or a tool is missing, ns-3 cannot be fetched, or the code does not
            compile.
    """
    for source in sources:
        if not source.is_file():
            raise BuildFailed(f"no such file: {source}")
    cmake = find_cmake()
    if cmake is None:
        raise BuildFailed("cmake is missing: pip install cmake")
    cache = cache or Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "ns3-twin"
    identity = hashlib.sha256(str([str(s.resolve()) for s in sources]).encode()).hexdigest()[:16]
    folder = cache / f"build-{identity}"
    folder.mkdir(parents=True, exist_ok=True)
    _call(
        folder,
        cmake,
        "-S",
        INSTALLED / "sdk",
        "-B",
        folder,
        "-DCMAKE_BUILD_TYPE=Release",
        f"-DPython_EXECUTABLE={sys.executable}",
        f"-DNS3_WHEEL_DIR={cache / 'ns3-wheel'}",
        f"-DSCENARIO_NAME={output.name}",
        f"-DSCENARIO_SOURCES={';'.join(str(source.resolve()) for source in sources)}",
        f"-DSCENARIO_MODULES={';'.join(modules)}",
    )
    _call(folder, cmake, "--build", folder, "--parallel", len(os.sched_getaffinity(0)))
    shutil.copy2(folder / output.name, output)
    return output


def find_cmake() -> str | None:
    """Path of cmake, also of one that pip installed beside this Python; None if there is none."""
    beside = Path(sys.executable).parent
    return shutil.which("cmake", path=f"{beside}{os.pathsep}{os.environ.get('PATH', os.defpath)}")


def _call(folder: Path, *command: object) -> None:
    """Run a tool. It, all that it starts and their files end with us, however we end."""
    with contextlib.ExitStack() as stack:
        temporary = stack.enter_context(tempfile.TemporaryDirectory(prefix="tmp-", dir=folder))
        lifeline, ours = os.pipe()
        stack.callback(os.close, lifeline)
        with contextlib.closing(os.fdopen(ours, "wb")):  # an interrupt closes it: the guard kills
            tool = subprocess.Popen(
                [sys.executable, "-I", "-S", guard.__file__, "", *map(str, command)],
                env={**os.environ, "TMPDIR": temporary, "NS3_TWIN_CONTROL_FD": str(lifeline)},
                pass_fds=[lifeline],
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
            stack.callback(tool.wait)  # before their temporary files go
            output, complaint = tool.communicate()
    if tool.returncode != 0:
        raise BuildFailed((complaint or output).strip())
