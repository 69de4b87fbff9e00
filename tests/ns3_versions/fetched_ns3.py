"""Releases of ns-3 that are to be had compiled: wheels of PyPI, Debian's packages."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

#: Release of the wheel for CPython 3.11, and its hash; the C++ libraries serve any Python.
WHEELS = {
    "3.39": ("3.39.post2", "7e6ab25b050100755a1d8fd152beb445ba3163a1acfbde0cc94d66a042e0b1d6"),
    "3.42": ("3.42.post2", "26878aff1eda2e06ad1eb6af842638a280e534d3e4b32e2907b2e57ebf715b2d"),
    "3.43": ("3.43.post9", "6f55927a124c6eb761b554e176231663936f842792951442cf0afb6b0444a585"),
    "3.44": ("3.44.post0", "2a98479a4a3a1bb819b95ce061871a9d068268b42351b8f0ef598160939ba7ce"),
}
#: With the libraries that no minimal system has.
DEBIAN_PACKAGES = ("libns3-dev", "libns3.37", "libgsl27", "libgslcblas0")


class NotToBeHad(Exception):
    """Raised when this system cannot fetch a release."""


def fetch_wheel(version: str, folder: Path) -> Path:
    """Unpack the wheel of a release. Returns the prefix, with ``include/ns3``."""
    destination = folder / f"wheel-{version}"
    if not destination.exists():
        release, sha256 = WHEELS[version]
        part = _emptied(folder / f"wheel-{version}.part")
        (part / "ns3.txt").write_text(f"ns3=={release} --hash=sha256:{sha256}\n")
        _call(
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"),
            *("--only-binary", ":all:", "--implementation", "cp", "--python-version", "3.11"),
            *("--abi", "cp311", "--platform", "manylinux_2_28_x86_64"),
            *("--dest", part, "-r", part / "ns3.txt"),
        )
        (wheel,) = part.glob("*.whl")
        shutil.unpack_archive(wheel, part, "zip")
        wheel.unlink()
        part.rename(destination)
    return destination / "ns3"


def fetch_debian(folder: Path) -> Path:
    """Unpack Debian's libns3-dev and what it needs. Returns the prefix, with ``include/ns3``."""
    destination = folder / "debian"
    if not destination.exists():
        part = _emptied(folder / "debian.part")
        _call("apt-get", "download", *DEBIAN_PACKAGES, cwd=part)
        for package in part.glob("*.deb"):
            _call("dpkg", "--extract", package, part)
            package.unlink()
        part.rename(destination)
    return destination / "usr"


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _call(*command: object, cwd: Path | None = None) -> None:
    try:
        subprocess.run(
            list(map(str, command)),
            cwd=cwd,
            check=True,
            capture_output=True,
            text=True,
            timeout=600,
        )
    except FileNotFoundError as error:
        raise NotToBeHad(f"{command[0]} is missing") from error
    except subprocess.CalledProcessError as error:
        raise NotToBeHad(error.stderr.strip()) from error
