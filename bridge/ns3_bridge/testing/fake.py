# SPDX-License-Identifier: MIT
"""A scenario program without ns-3 that declares whatever you say."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ns3_bridge.testing.echo import PROGRAMS

_CLOCK: tuple[Mapping[str, Any], ...] = (
    {"name": "slot_s", "type": "real", "default": 0.02, "low": 0.001, "high": 1, "unit": "s"},
    {"name": "slots_per_frame", "type": "integer", "default": 50, "low": 1, "high": 100_000},
    {"name": "duration_s", "type": "real", "default": 20, "low": 0.001, "high": 1e6, "unit": "s"},
)


def fake_scenario(path: Path | str, declaration: Mapping[str, Any]) -> str:
    """Write a scenario program that speaks the real protocol and invents its observations.

    They are random within the declared bounds, and follow from run number, slot and the actions so
    far: the same seed and actions give the same bits. The setting ``fault.kind`` lets the
    simulator, at the slot ``fault.slot``, ``die`` by SIGKILL, ``exit``, ``stop`` by SIGSTOP,
    ``garble`` the shared memory, or ``delay`` its answer by ``fault.delay_s``.

    Args:
        path: of the program to write; it goes wherever the path of a scenario program does.
        declaration: as a scenario program prints it with ``--describe``, or less:
            ``{"observations": [{"name": "rate_bps", "shape": [4], "low": 0, "high": 1e6}],
            "actions": [...]}``. What is left out of a field: float32, a number without unit.

    Returns:
        the path, absolute.
    """
    path = Path(path).absolute()
    program = shlex.quote(str(PROGRAMS / "fake-simulator"))
    lines = ["#!/bin/sh", f'exec {program} "$0" "$@"', "# declaration"]
    lines += ["\t".join(map(_cell, line)) for line in _lines(declaration)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def _lines(declaration: Mapping[str, Any]) -> Iterator[list[Any]]:
    schema = declaration.get("schema", declaration)
    yield ["name", declaration.get("name", "fake")]
    yield ["summary", declaration.get("summary", "invented observations")]
    yield ["radio", schema.get("radio", "")]
    reward = schema.get("reward", {})
    yield ["reward", reward.get("unit", "1"), reward.get("help", "random")]
    settings = list(declaration.get("settings", ()))
    known = {setting["name"] for setting in settings}
    for setting in [*(clock for clock in _CLOCK if clock["name"] not in known), *settings]:
        if not setting["name"].startswith("fault."):
            yield _setting("setting", setting)
            for of_item in setting.get("of_item", ()):
                yield _setting(
                    f"item of {setting['name']}", {"default": of_item.get("low"), **of_item}
                )
    for kind in ("observation", "action"):
        for field in schema[f"{kind}s"]:
            yield [
                kind,
                field["name"],
                field.get("dtype", "float32"),
                ",".join(map(str, field["shape"])),
                field.get("unit", "1"),
                *(field[key] for key in ("low", "high")),
                int(field.get("categorical", False)),
                field.get("timescale", "slot"),
                field.get("labels", ()),
                field.get("help", ""),
                ",".join(field.get("dims", ())),
                "" if field.get("missing") is None else field["missing"],
                () if field.get("constant") is None else field["constant"],
            ]
    for refused in schema.get("refused_actions", ()):
        yield ["refused", refused["name"], refused["reason"]]
    for table in schema.get("tables", ()):
        yield ["table", table["name"], table.get("help", "")]
        for column in table["columns"]:
            labels, text = column.get("labels", ()), column.get("help", "")
            yield [
                "column",
                table["name"],
                column["name"],
                column["dtype"],
                column.get("unit", "1"),
                labels,
                text,
            ]


def _setting(kind: str, setting: Mapping[str, Any]) -> list[Any]:
    return [
        kind,
        *(setting[key] for key in ("name", "type", "default")),
        *(setting.get(key, "") for key in ("low", "high")),
        setting.get("unit", "1"),
        setting.get("choices", ()),
        setting.get("help", ""),
    ]


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "|".join(map(str, value))
    return str(value).replace("\t", " ").replace("\n", " ")
