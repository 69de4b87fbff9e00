# SPDX-License-Identifier: MIT
"""What installed packages add to the product: registries made of entry points."""

from __future__ import annotations

import difflib
import functools
import importlib.metadata
import inspect
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from ns3_bridge.errors import Ns3TwinError

Kind = TypeVar("Kind")


class UnknownPlugin(Ns3TwinError, LookupError):
    """Raised when no installed package registers the name asked for."""


class BrokenPlugin(Ns3TwinError):
    """Raised when what a package registers cannot be imported, or two packages register it."""


class Plugins(Mapping[str, Kind], Generic[Kind]):
    """All that installed packages register in a group of entry points, ours among them.

    Names are known without importing anything; ``plugins[name]`` imports what is registered. A
    package that is installed, or put on the path, while Python runs counts at once.

    Args:
        group: of the entry points, e.g. ``ns3_twin.policies``.
        what: one of them is called, in messages.
        unknown: raised for a name that nobody registers.

    Example:
        >>> streams = Plugins("ns3_twin.streams", "stream")
        >>> sorted(streams)[:2]
        ['digits', 'loans']
    """

    def __init__(self, group: str, what: str, unknown: type[Exception] = UnknownPlugin) -> None:
        self.group = group
        self.what = what
        self._unknown = unknown

    def __iter__(self) -> Iterator[str]:
        return iter(self._registered())

    def __len__(self) -> int:
        return len(self._registered())

    def __contains__(self, name: object) -> bool:
        return name in self._registered()

    def __getitem__(self, name: str) -> Kind:
        return self.load(name)

    def load(self, name: str) -> Kind:
        """Import what is registered under a name.

        Raises:
            UnknownPlugin: nobody registers it (or the error given to `__init__`).
            BrokenPlugin: it cannot be imported, or two packages register it.
        """
        entry = self.entry(name)
        try:
            loaded: Kind = entry.load()
        except (ImportError, AttributeError) as error:
            # What is missing beside our own package is an extra: whoever asks says which.
            if isinstance(error, ModuleNotFoundError) and distribution_of(entry) == _OURS:
                raise
            raise BrokenPlugin(
                f"{self.what} {name!r} of the package {distribution_of(entry)} cannot be imported"
                f" from {entry.value}: {error}"
            ) from error
        return loaded

    def entry(self, name: str) -> importlib.metadata.EntryPoint:
        """Where a name leads, without importing it; raises as `load`."""
        found = self._registered().get(name, [])
        if not found:
            raise self._unknown(self.explain_unknown(name))
        if len(found) > 1:
            who = " and ".join(map(distribution_of, found))
            raise BrokenPlugin(f"{self.what} {name!r} is registered by {who}: uninstall one")
        return found[0]

    def explain_unknown(self, name: str, known: Mapping[str, Any] | None = None) -> str:
        """What is said of a name that nobody registers: the nearest one, and all."""
        names = list(self if known is None else known)
        close = difflib.get_close_matches(name, names, 1)
        hint = f", did you mean {close[0]}?" if close else ";"
        return f"unknown {self.what} {name!r}{hint} known: {', '.join(names)}"

    def summary(self, name: str) -> str:
        """The ``summary`` of what is registered, or the first line of its docstring."""
        try:
            return summary_of(self.load(name))
        except ImportError as error:
            return f"cannot be imported: {error}"
        except BrokenPlugin as error:
            return str(error)

    def _registered(self) -> dict[str, list[importlib.metadata.EntryPoint]]:
        return _entries(self.group, tuple(sys.path))


def summary_of(registered: Any) -> str:
    """One line on a plug-in: its attribute ``summary``, or the first line of its docstring."""
    told = getattr(registered, "summary", None)
    return told if isinstance(told, str) else (inspect.getdoc(registered) or "").partition("\n")[0]


def distribution_of(entry: importlib.metadata.EntryPoint) -> str:
    """Name of the package that registers it."""
    return entry.dist.name if entry.dist is not None else "?"


_OURS = "ns3-twin"


@functools.lru_cache(maxsize=32)
def _entries(group: str, path: tuple[str, ...]) -> dict[str, list[importlib.metadata.EntryPoint]]:
    """What all packages on a path register, by name: to read it takes milliseconds."""
    entries: dict[str, list[importlib.metadata.EntryPoint]] = {}
    for entry in importlib.metadata.entry_points(group=group):
        entries.setdefault(entry.name, []).append(entry)
    return entries
