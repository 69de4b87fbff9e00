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
        '        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True',
        "    )",
    ]
    for setting in description.settings:
        if setting["type"] == "list":
            about = f"An item of ``{setting['name']}``."
            lines += _class(_item(setting), about, [_optional(s) for s in setting["of_item"]])
    for group, settings in groups.items():
        lines += _class(_camel(group), f"Settings ``{group}.…``.", settings)
    lines += _class(f"{title}Settings", f"All settings of `{description.name}`.", root)
    for group in groups:
        lines += ["", f"    {group}: {_camel(group)} = {_camel(group)}()"]
    return "\n".join(lines) + "\n"


def _class(name: str, about: str, settings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from ("", "", f"class {name}(_Settings):", f'    """{about}"""')
    for setting in settings:
        yield ""
        yield from _attribute(setting)


def _optional(setting: Mapping[str, Any]) -> Mapping[str, Any]:
    """A setting of an item, which may be left out."""
    return {**setting, "default": None}


def _attribute(setting: Mapping[str, Any]) -> Iterator[str]:
    kind = setting["type"]
    name = setting["name"].rpartition(".")[2]
    default, end = setting["default"], ""
    if default is None:
        end = " | None"
    elif kind in _CAST:
        default = _CAST[kind](default)
    end += f" = {_literal(default)}"
    if kind == "choice":
        yield from _choice(name, setting["choices"], end)
    elif kind == "list":
        yield f"    {name}: list[{_item(setting)}]{end}"
    elif "low" in setting:
        low, high = (_CAST[kind](setting[bound]) for bound in ("low", "high"))
        bounds = f"pydantic.Field(ge={low!r}, le={high!r})"
        yield f"    {name}: Annotated[{_TYPES[kind]}, {bounds}]{end}"
    else:
        yield f"    {name}: {_TYPES[kind]}{end}"
    unit = "" if setting["unit"] == "1" else f" [{setting['unit']}]"
    text = (setting["help"] + unit).replace("\\", "\\\\")
    yield from _wrapped(f'"""{text}"""', 4)


def _choice(name: str, choices: Sequence[str], end: str) -> Iterator[str]:
    among = ", ".join(map(_literal, choices))
    line = f"    {name}: Literal[{among}]{end}"
    if len(line) <= _WIDTH:
        yield line
        return
    yield f"    {name}: Literal["
    yield from _wrapped(among, 8)
    yield f"    ]{end}"


def _wrapped(text: str, indent: int) -> list[str]:
    blanks = " " * indent
    return textwrap.wrap(text, _WIDTH, initial_indent=blanks, subsequent_indent=blanks)


def _literal(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _item(setting: Mapping[str, Any]) -> str:
    return f"{_camel(setting['name'].replace('.', '_'))}Item"


def _camel(name: str) -> str:
    return "".join(part.title() for part in name.replace("-", "_").split("_"))
