# SPDX-License-Identifier: MIT
"""Turns the settings that a scenario declares into a pydantic model, and values into arguments."""

from __future__ import annotations

import contextlib
import difflib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Annotated, Any, Literal, TypeAlias, get_args

import numpy as np
import pydantic
import pydantic_core

from ns3_bridge.errors import InvalidSetting

NestedSettings: TypeAlias = Mapping[str, Any] | pydantic.BaseModel

_GROUPS = (Mapping, pydantic.BaseModel)
_Text = Annotated[
    str,
    pydantic.BeforeValidator(lambda value: str(value) if isinstance(value, PurePath) else value),
]
_KINDS: Mapping[str, Any] = {"real": float, "integer": int, "flag": bool, "text": _Text}
_CONFIG = pydantic.ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class SettingsItem(pydantic.BaseModel):
    """An item of a setting that is a list: what it leaves out is None, and dumped nowhere."""

    model_config = _CONFIG

    @pydantic.model_serializer(mode="wrap")
    def _given(self, dump: pydantic.SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in dump(self).items() if value is not None}


def settings_model(declared: Sequence[Mapping[str, Any]]) -> type[pydantic.BaseModel]:
    """Build the model of a scenario's settings.

    Args:
        declared: the settings as ``--describe`` prints them; dots in a name make groups.

    Returns:
        a frozen model with bounds, defaults and descriptions, one sub-model per group.
    """
    groups: dict[str, dict[str, Any]] = {"": {}}
    with _interrupts_pass():
        for setting in declared:
            group, _, name = setting["name"].rpartition(".")
            groups.setdefault(group, {})[name] = (_annotation(setting), setting["default"])
        root = groups.pop("")
        for group, fields in groups.items():
            model = pydantic.create_model(group, __config__=_CONFIG, **fields)
            root[group] = (model, model())
        return pydantic.create_model("Settings", __config__=_CONFIG, **root)


@contextlib.contextmanager
def _interrupts_pass() -> Iterator[None]:
    """Let Ctrl-C be what it is: pydantic tells one that meets it as an error of its schema."""
    try:
        yield
    except pydantic_core.SchemaError as error:
        if str(error).rstrip().endswith("KeyboardInterrupt:"):
            raise KeyboardInterrupt from error
        raise


def as_mapping(settings: NestedSettings | None) -> Mapping[str, Any]:
    """Nested settings by name: those that a typed form has been given, or as they are.

    >>> as_mapping({"mobility.model": "static", "n_ue": 3})
    {'mobility': {'model': 'static'}, 'n_ue': 3}

    Raises:
        InvalidSetting: they are no mapping of names, or a setting is given twice.
    """
    if isinstance(settings, pydantic.BaseModel):
        return settings.model_dump(exclude_unset=True)
    if settings is None:
        return {}
    if not isinstance(settings, Mapping) or not all(isinstance(name, str) for name in settings):
        raise InvalidSetting(f"settings must be a dict of names and values, not {settings!r}")
    if not any("." in name for name in settings):
        return settings
    nested: dict[str, Any] = {}
    for path, value in flatten(settings):
        *groups, name = path.split(".")
        group = nested
        for parent in groups:
            group = group.setdefault(parent, {})
            if not isinstance(group, dict):
                raise InvalidSetting(f"setting {path}: {parent} is not a group, but {group!r}")
        if name in group:
            raise InvalidSetting(f"setting {path} is given twice")
        group[name] = value
    return nested


def check_settings(model: type[pydantic.BaseModel], values: NestedSettings) -> pydantic.BaseModel:
    """Check values against the model.

    Raises:
        InvalidSetting: naming the setting, the value and what is allowed; an unknown one lists
            the known ones.
    """
    try:
        return model.model_validate(as_mapping(values))
    except pydantic.ValidationError as error:
        raise InvalidSetting("; ".join(_explain(e, model) for e in error.errors())) from None


def flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield ``("mobility.speed_max_mps", 15.0)`` and the like from nested settings."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def to_arguments(settings: Mapping[str, Any]) -> list[str]:
    """Nested settings as command-line arguments of the scenario program."""
    return [f"--{name}={argument_text(value)}" for name, value in flatten(settings)]


def _annotation(setting: Mapping[str, Any]) -> Any:
    unit = "" if setting["unit"] == "1" else f" [{setting['unit']}]"
    description = setting["help"] + unit
    if setting["type"] == "choice":
        choices = Literal[tuple(setting["choices"])]  # type: ignore[valid-type]
        return Annotated[choices, pydantic.Field(description=description)]
    if setting["type"] == "list":
        return Annotated[
            list[_item_model(setting)],  # type: ignore[misc]
            pydantic.Field(description=description),
        ]
    bounds = {"ge": setting["low"], "le": setting["high"]} if "low" in setting else {}
    return Annotated[_KINDS[setting["type"]], pydantic.Field(description=description, **bounds)]


def _item_model(setting: Mapping[str, Any]) -> type[SettingsItem]:
    fields: dict[str, Any] = {
        of_item["name"]: (_annotation(of_item) | None, None) for of_item in setting["of_item"]
    }
    return pydantic.create_model(setting["name"], __base__=SettingsItem, **fields)


def dotted(place: Sequence[str | int]) -> str:
    r"""The full name of a setting, in one line whatever its parts are.

    >>> dotted(["traffic", "classes", 0, "users"]), dotted(["learning", "\n"])
    ('traffic.classes.0.users', "learning.'\\n'")
    """
    return ".".join(part if part.isprintable() and part else repr(part) for part in map(str, place))


def _explain(error: Any, model: type[pydantic.BaseModel]) -> str:
    name = dotted(error["loc"])
    if error["type"] == "extra_forbidden":
        known, sought = _known(model, error["loc"])
        close = difflib.get_close_matches(sought, known, 1)
        hint = f" Did you mean {close[0]}?" if close else ""
        return f"unknown setting {name}.{hint} Known: {', '.join(known)}"
    hint = ""
    if error["input"] is None:
        hint = "; it is empty: give a value or leave the setting out"
    elif error["type"] == "string_type" and isinstance(error["input"], list | tuple):
        hint = "; several values are one text, as the setting's help says"
    return f"setting {name} = {error['input']!r}: {error['msg']}{hint}"


def _known(model: type[pydantic.BaseModel], place: Sequence[str | int]) -> tuple[list[str], str]:
    """The settings among which one was looked for, and as what: in an item by its name alone."""
    if not any(isinstance(part, int) for part in place):
        return [name for name, _ in flatten(model().model_dump())], ".".join(map(str, place))
    names = [part for part in place if isinstance(part, str)]
    for part in names[:-1]:
        inner: Any = model.model_fields[part].annotation
        model = get_args(inner)[0] if get_args(inner) else inner
    return list(model.model_fields), names[-1]


def merged(settings: NestedSettings | None, others: NestedSettings | None) -> dict[str, Any]:
    """Nested settings with others laid over them, group by group.

    >>> merged({"n_ue": 3, "traffic": {"rate_hz": 1}}, {"traffic": {"on_s": 2}})
    {'n_ue': 3, 'traffic': {'rate_hz': 1, 'on_s': 2}}

    Raises:
        InvalidSetting: they are no mappings of names.
    """
    over = as_mapping(others)
    result = dict(as_mapping(settings))
    for name, value in over.items():
        is_group = isinstance(value, _GROUPS) and isinstance(result.get(name, {}), _GROUPS)
        result[name] = merged(result.get(name), value) if is_group else value
    return result


def plain(value: Any) -> Any:
    """A number of NumPy as one of Python; anything else as it is.

    >>> plain(np.bool_(True)), plain("10ms")
    (True, '10ms')
    """
    return value.item() if isinstance(value, np.generic) else value


def argument_text(value: Any) -> str:
    """A value as ns-3 reads it on the command line."""
    value = plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return json.dumps(value, default=argument_text)
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return f"{value:.1f}"  # without the exponent, which ends an integer where ns-3 reads one
    return repr(value) if isinstance(value, float) else str(value)


def attribute_arguments(attributes: Mapping[str, Any]) -> list[str]:
    """ns-3 attributes by full name as command-line arguments.

    >>> attribute_arguments({"ns3::LteUePhy::NoiseFigure": np.float64(7)})
    ['--ns3::LteUePhy::NoiseFigure=7.0']

    Raises:
        InvalidSetting: a value is not a number, truth value or text.
    """
    for name, value in attributes.items():
        if not isinstance(value, bool | int | float | str | np.bool_ | np.number):
            raise InvalidSetting(
                f"ns-3 attribute {name} = {value!r}: must be a number, True, False or a text as "
                "ns-3 reads it, e.g. '10ms'"
            )
    return [f"--{name}={argument_text(value)}" for name, value in attributes.items()]
