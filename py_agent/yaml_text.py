# SPDX-License-Identifier: MIT
"""YAML as version 1.2 reads it, of which settings need no more than plain values.

``010`` is 10, ``0o10`` is 8, ``1e3`` is a number, ``yes`` is a word (YAML 1.2.2, section 10.3.2). A
key stands once. There are no anchors: a few hundred bytes of them can stand for gigabytes.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import yaml

from ns3_bridge.errors import InvalidSetting

#: The last line of a document that is whole: half of one can be a document, too.
END = "..."

_LARGEST_BYTES = 1 << 20
_TAG = "tag:yaml.org,2002:"
#: The core schema: what a plain word means, and the letters that it begins with.
_CORE = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
        r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
)


class _Loader(yaml.SafeLoader):
    """Refuses what does not belong into settings."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(
                None, None, "anchors (&) and aliases (*) are not read here", event.start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        found: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            is_plain = isinstance(key, str | int | float | bool | None)
            if not is_plain or key in found:
                problem = f"the key {key!r} stands twice" if is_plain else "a key is not a word"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            found.add(key)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """Quotes what YAML 1.1 or 1.2 would take for something else; writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _integer(loader: yaml.SafeLoader, node: Any) -> int:
    text = loader.construct_scalar(node)
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    return int(text if base == 10 else text[2:], base)


def _real(loader: yaml.SafeLoader, node: Any) -> float:
    text = loader.construct_scalar(node).lower()
    if text.endswith("inf"):
        return -math.inf if text[0] == "-" else math.inf
    return math.nan if text == ".nan" else float(text)


for _name, _pattern, _first in _CORE:
    for _kind in (_Loader, _Dumper):
        _kind.add_implicit_resolver(_TAG + _name, re.compile(f"^(?:{_pattern})$"), _first)
_Loader.yaml_constructors = {
    tag: construct
    for tag, construct in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag.removeprefix(_TAG) in {"null", "bool", "str", "seq", "map"}
}
_Loader.add_constructor(f"{_TAG}int", _integer)
_Loader.add_constructor(f"{_TAG}float", _real)


def parse(text: str, source: str) -> Any:
    """The values that a text holds.

    Args:
        text: YAML.
        source: what errors call it.

    Raises:
        InvalidSetting: it is no YAML of this kind; the message is one line.

    Example:
        >>> parse("{a: 010, b: yes, c: 1e3, d: [0o10, null]}", "an example")
        {'a': 10, 'b': 'yes', 'c': 1000.0, 'd': [8, None]}
    """
    try:
        return yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = "" if mark is None else f", line {mark.line + 1}"
        raise InvalidSetting(f"{source}{where}: {error.problem}") from None
    except (yaml.YAMLError, ValueError, KeyError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else _one_line(error)
        raise InvalidSetting(f"{source}: {reason}") from None


def read(path: Path) -> Any:
    """The values that a file holds.

    Raises:
        InvalidSetting: it cannot be read, is no text, too large, or no YAML of this kind.
    """
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise InvalidSetting(f"cannot read {path}: it has more than {_LARGEST_BYTES} bytes")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidSetting(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidSetting(f"cannot read {path}: it is not text in UTF-8") from error
    return parse(text, str(path))


def read_mapping(path: Path) -> dict[str, Any]:
    """The same of a file that must hold a mapping of names to values."""
    values = read(path)
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise InvalidSetting(f"{path} must hold a mapping of names, not {type(values).__name__}")
    return values


def dump(values: Any) -> str:
    """Values as YAML that version 1.1 and version 1.2 read alike; it ends with `END`.

    Example:
        >>> parse(dump({"a": "1e3", "b": "yes", "c": 1e-05}), "an example")
        {'a': '1e3', 'b': 'yes', 'c': 1e-05}
    """
    return yaml.dump(values, Dumper=_Dumper, sort_keys=False, explicit_end=True)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
