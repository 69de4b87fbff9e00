# SPDX-License-Identifier: MIT
"""Files that settings name: a run depends on what is in them, not on what they are called."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import ns3_scenarios

_SEPARATOR = ";"  # of several files in one setting
_LONGEST_NAME = 4096  # PATH_MAX of Linux


def input_files(values: Any) -> dict[str, Path]:
    """All files that texts in nested values name, by the name that is used.

    A setting may hold several: ``a.xml; b.csv; origin=auto``.

    Example:
        >>> input_files({"traffic": {"model": "poisson", "trace": "/proc/version; /none"}})
        {'/proc/version': PosixPath('/proc/version')}
    """
    return {name: Path(name) for text in _texts(values) for name in _named(text)}


def digests(values: Any) -> dict[str, str]:
    """What is in the files that nested values name: absolute path to SHA-256."""
    return {str(path.resolve()): digest(path) for path in input_files(values).values()}


def digest(path: Path) -> str:
    """SHA-256 of a file's contents; a file that has not changed since is not read again."""
    known = path.stat()
    return _digest(str(path.resolve()), known.st_mtime_ns, known.st_size, known.st_ino)


def with_absolute_paths(
    values: Mapping[str, Any], is_path: Callable[[Sequence[str]], bool] = lambda name: True
) -> dict[str, Any]:
    """The same values, their files named so that they are found from any folder.

    Args:
        values: nested.
        is_path: whether the setting of this name, its parts in order, may name files at all: a
            choice may be called like a file that lies there by chance.
    """
    return {name: _absolute(value, (name,), is_path) for name, value in values.items()}


def portable_scenario(scenario: str) -> str:
    """A scenario's name; a program of one's own is named absolutely."""
    if scenario in ns3_scenarios.names():
        return scenario
    return ns3_scenarios.program(scenario)


def _absolute(value: Any, name: tuple[str, ...], is_path: Callable[[Sequence[str]], bool]) -> Any:
    if isinstance(value, Mapping):
        return {part: _absolute(of, (*name, part), is_path) for part, of in value.items()}
    if not isinstance(value, str) or not is_path(name):
        return value
    files = set(_named(value))
    parts = [part.strip() for part in value.split(_SEPARATOR)]
    if not files:
        return value
    return "; ".join(str(Path(part).resolve()) if part in files else part for part in parts)


def _texts(values: Any) -> Iterator[str]:
    if isinstance(values, str):
        yield values
    elif isinstance(values, Mapping | Sequence):
        for value in values.values() if isinstance(values, Mapping) else values:
            yield from _texts(value)


def _named(text: str) -> Iterator[str]:
    for part in text.split(_SEPARATOR):
        name = part.strip()
        if name and len(name) <= _LONGEST_NAME and "\0" not in name and _is_file(name):
            yield name


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except OSError:  # a name that is too long, a folder that is not ours
        return False


@functools.lru_cache(maxsize=4096)
def _digest(path: str, *state: int) -> str:
    with open(path, "rb") as file:
        found = hashlib.sha256()
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()
