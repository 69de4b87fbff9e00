"""The C++ that the author of a scenario uses, from the comments in its headers (by libclang)."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from clang.cindex import AccessSpecifier, Cursor, CursorKind, Index

#: In the order in which an author meets them.
HEADERS = (
    *("bridge/ns3/scenario.h", "bridge/ns3/environment.h"),
    *("bridge/ns3/askers.h", "bridge/cpp/settings.h", "bridge/cpp/schema.h"),
    *("bridge/cpp/field.h", "bridge/cpp/table.h", "ns3_scenarios/edge/access-network.h"),
)
FOLDERS = (
    "bridge/cpp",
    "bridge/ns3",
    "ns3_scenarios/common",
    "ns3_scenarios/layout",
    "ns3_scenarios/mobility",
)
CLASSES = (CursorKind.CLASS_DECL, CursorKind.STRUCT_DECL)
FUNCTIONS = (CursorKind.CXX_METHOD, CursorKind.CONSTRUCTOR, CursorKind.FUNCTION_DECL)
TEMPLATES = (CursorKind.FUNCTION_TEMPLATE,)


def page(repository: Path) -> str:
    """One section per header: what it offers in the namespace `physical`."""
    return "\n".join(_section(repository, header) for header in HEADERS)


def _section(repository: Path, header: str) -> str:
    arguments = ["-x", "c++", "-std=c++20", *_system_folders()]
    arguments += [f"-I{repository / folder}" for folder in FOLDERS]
    unit = Index.create().parse(str(repository / header), args=arguments)
    lines = [f"## {Path(header).name}", ""]
    for space in unit.cursor.get_children():
        if space.kind == CursorKind.NAMESPACE and space.spelling == "physical":
            for cursor in space.get_children():
                if str(cursor.location.file) == str(repository / header):
                    lines += _entry(cursor)
    return "\n".join(lines)


def _system_folders() -> Iterator[str]:
    """Where the compiler finds its own headers: libclang brings none."""
    asked = ["g++", "-E", "-x", "c++", "-v", "/dev/null"]
    told = subprocess.run(asked, capture_output=True, encoding="utf-8", check=True).stderr
    listed = re.search(r"search starts here:\n((?: .*\n)+)End of search list", told)
    assert listed, told
    for folder in listed[1].split():
        yield from ("-isystem", folder)


def _entry(cursor: Cursor) -> list[str]:
    """A class with its public members, or a function; what has no comment speaks for itself."""
    if cursor.kind in CLASSES and cursor.is_definition() and cursor.raw_comment:
        inside = [line for member in cursor.get_children() for line in _member(cursor, member)]
        return _directive("cpp:class", cursor.spelling, [_comment(cursor), "", *inside])
    if cursor.kind in FUNCTIONS and cursor.raw_comment:
        return _directive("cpp:function", _declared(cursor), [_comment(cursor)])
    return []


def _member(owner: Cursor, member: Cursor) -> list[str]:
    if member.access_specifier != AccessSpecifier.PUBLIC or _declared(member).endswith("delete"):
        return []
    if member.kind in (*FUNCTIONS, *TEMPLATES) and "operator=" not in member.spelling:
        return _directive("cpp:function", _declared(member), [_comment(member)])
    if member.kind == CursorKind.FIELD_DECL:
        return _directive("cpp:member", _declared(member), [_comment(member)])
    return []


def _directive(name: str, argument: str, body: list[str]) -> list[str]:
    """A directive of MyST, whose fence is longer than those within."""
    fence = ":" * (4 if name == "cpp:class" else 3)
    return [f"{fence}{{{name}}} {argument}", "", *body, fence, ""]


def _declared(cursor: Cursor) -> str:
    """The declaration as it is written, up to its body, its initialiser list or its end."""
    source = Path(str(cursor.location.file)).read_bytes()[cursor.extent.start.offset :].decode()
    is_field = cursor.kind == CursorKind.FIELD_DECL
    depth = 0  # of parentheses
    for place, letter in enumerate(source):
        depth += (letter == "(") - (letter == ")")
        is_list = letter == ":" and "::" not in source[place - 1 : place + 2]
        if depth == 0 and (letter == ";" or (not is_field and (letter == "{" or is_list))):
            return " ".join(source[:place].split())
    raise ValueError(f"{cursor.spelling}: no end of its declaration")


def _comment(cursor: Cursor) -> str:
    """A comment of Doxygen's as Markdown."""
    raw = cursor.raw_comment or ""
    lines = [re.sub(r"^\s*(/\*\*<?|///<?|\*/|\*)\s?", "", line) for line in raw.splitlines()]
    text = "\n".join(line.rstrip("/").removesuffix("*").rstrip() for line in lines).strip()
    text = re.sub(r"@p (\w+)", r"`\1`", text)
    text = re.sub(r"@param (\w+)", r"\n\n*\1*:", text)
    text = re.sub(r"@(return|throws)", lambda found: f"\n\n*{found[1]}*", text)
    return text.strip()
