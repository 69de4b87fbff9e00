# SPDX-License-Identifier: MIT
"""What is installed, what is missing, and what to do about it."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import ns3_scenarios
from ns3_bridge import BridgeError, Channel, describe
from ns3_bridge.testing import echo_command
from ns3_scenarios.build import missing_tools

_LIBRARIES = (
    *("gymnasium", "numpy", "pydantic", "pyarrow", "matplotlib", "rich", "river", "scikit-learn"),
    *("scipy", "typer"),
)
_EXTRAS = {
    "torch": "drl",
    "stable-baselines3": "drl",
    "pettingzoo": "multi-agent",
    "minari": "offline",
    "mlxtend": "images",
    "tyro": "examples",
    "ray": "ray",
}
_RUNS = Path("runs")
_LEAST_FREE = 10**6  # bytes, what a short run takes


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes:
        what: the thing.
        ok: it is as it must be.
        seen: what was found.
        mend: what to do if it is not.
        required: without it nothing runs.
    """

    what: str
    ok: bool
    seen: str
    mend: str = ""
    required: bool = True

    @property
    def advice(self) -> str:
        """`mend`, where something is to be done."""
        return "" if self.ok else self.mend


def examine(deadline_s: float) -> Iterator[Finding]:
    """Look at everything that a run needs.

    Args:
        deadline_s: how long a scenario may take to describe itself.
    """
    yield _system()
    yield Finding("python", sys.version_info >= (3, 10), platform.python_version(), "use 3.10–3.13")
    for name in _LIBRARIES:
        yield _library(name)
    for name, extra in _EXTRAS.items():
        yield _library(name, extra)
    yield _folder(_RUNS)
    yield _bridge()
    for name in ns3_scenarios.names():
        yield _scenario(name, deadline_s)
    yield _compiler()


def _system() -> Finding:
    fit = sys.platform == "linux" and platform.machine() == "x86_64"
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    return Finding(
        "system",
        fit,
        f"{platform.system()} {platform.release()} {platform.machine()}, {cores} cores",
        "" if fit else "ns-3 comes for Linux on x86_64 only",
    )


def _library(name: str, extra: str | None = None) -> Finding:
    try:
        return Finding(name, True, importlib.metadata.version(name), required=extra is None)
    except importlib.metadata.PackageNotFoundError:
        mend = f"pip install 'ns3-twin[{extra}]'" if extra else f"pip install {name}"
        return Finding(name, False, "missing", mend, required=extra is None)


def _folder(path: Path) -> Finding:
    """Whether runs can be written where they go by default."""
    place = path if path.exists() else path.absolute().parent
    what = f"folder {path}"
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"\0" * _LEAST_FREE)
            file.flush()
    except OSError as error:
        seen = f"cannot be written: {error.strerror}"
        return Finding(what, False, seen, "go elsewhere, or give runs_dir", required=False)
    free_gb = shutil.disk_usage(place).free / 1e9
    return Finding(what, True, f"can be written, {free_gb:.1f} GB free", required=False)


def _bridge() -> Finding:
    try:
        channel = Channel(echo_command(1, 1), deadline_s=5, start_deadline_s=5)
        channel.exchange()
        channel.close()
    except (BridgeError, OSError) as error:
        return Finding("bridge", False, str(error), "reinstall ns3-twin; Linux 5.3 or later")
    return Finding("bridge", True, "shared memory, futex and pidfd work")


def _scenario(name: str, deadline_s: float) -> Finding:
    try:
        description = describe([ns3_scenarios.program(name)], deadline_s)
    except BridgeError as error:
        return Finding(f"scenario {name}", False, str(error), "reinstall ns3-twin")
    return Finding(f"scenario {name}", True, f"ns-3 {description.ns3_version}")


def _compiler() -> Finding:
    missing = missing_tools()
    return Finding(
        "compiler",
        not missing,
        f"missing: {', '.join(missing)}" if missing else "g++, cmake and make are there",
        "; ".join(missing.values()),
        required=False,  # only for scenarios of one's own
    )
