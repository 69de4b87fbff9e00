# SPDX-License-Identifier: MIT
"""Writes the settings of a scenario as a Python module: typed, with completion in editors."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ns3_bridge.description import Description

_WIDTH = 100
_TYPES = {"real": "float", "integer": "int", "flag": "bool", "text": "str"}
_CAST = {"real": float, "integer": int}


def settings_module(description: Description) -> str:
    """Source of a module with one pydantic model for all settings and one per group of them.

    Args:
        description: of the scenario.
    """
    groups: dict[str, list[Mapping[str, Any]]] = {"": []}
    for setting in description.settings:
        groups.setdefault(setting["name"].rpartition(".")[0], []).append(setting)
    root = groups.pop("")
    title = _camel(description.name)
    lines = [
        "# SPDX-License-Identifier: MIT",
        f'"""Settings of the scenario `{description.name}`, typed.',
        "",
        f"Written by ``ns3-twin describe {description.name} --python``: do not edit.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Annotated, Literal",
        "",
        "import pydantic",
        "",
        "",
        "class _Settings(pydantic.BaseModel):",
        "    model_config = pydantic.ConfigDict(",
        '        extra="forbid", frozen=True, use_attribute_docstrings=True',
        "    )",
    ]
    for group, settings in groups.items():
        lines += [
            "",
            "",
            f"class {_camel(group)}(_Settings):",
            f'    """Settings ``{group}.…``."""',
        ]
        for setting in settings:
            lines += ["", *_attribute(setting)]
    lines += ["", "", f"class {title}Settings(_Settings):"]
    lines += [f'    """All settings of `{description.name}`."""']
    for setting in root:
        lines += ["", *_attribute(setting)]
    for group in groups:
        lines += ["", f"    {group}: {_camel(group)} = {_camel(group)}()"]
    return "\n".join(lines) + "\n"


def _attribute(setting: Mapping[str, Any]) -> Iterator[str]:
    kind = setting["type"]
    name = setting["name"].rpartition(".")[2]
    default = _literal(_CAST.get(kind, lambda value: value)(setting["default"]))
    if kind == "choice":
        yield from _choice(name, setting["choices"], default)
    elif "low" in setting:
        low, high = (_CAST[kind](setting[bound]) for bound in ("low", "high"))
        bounds = f"pydantic.Field(ge={low!r}, le={high!r})"
        yield f"    {name}: Annotated[{_TYPES[kind]}, {bounds}] = {default}"
    else:
        yield f"    {name}: {_TYPES[kind]} = {default}"
    unit = "" if setting["unit"] == "1" else f" [{setting['unit']}]"
    text = (setting["help"] + unit).replace("\\", "\\\\")
    yield from _wrapped(f'"""{text}"""', 4)


def _choice(name: str, choices: Sequence[str], default: str) -> Iterator[str]:
    among = ", ".join(map(_literal, choices))
    line = f"    {name}: Literal[{among}] = {default}"
    if len(line) <= _WIDTH:
        yield line
        return
    yield f"    {name}: Literal["
    yield from _wrapped(among, 8)
    yield f"    ] = {default}"


def _wrapped(text: str, indent: int) -> list[str]:
    blanks = " " * indent
    return textwrap.wrap(text, _WIDTH, initial_indent=blanks, subsequent_indent=blanks)


def _literal(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _camel(name: str) -> str:
    return "".join(part.title() for part in name.replace("-", "_").split("_"))
