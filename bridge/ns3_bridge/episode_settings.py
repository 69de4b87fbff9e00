# SPDX-License-Identifier: MIT
"""Other settings for an episode: what ``reset(options=…)`` may ask for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from ns3_bridge.errors import InvalidSetting
from ns3_bridge.field import Field
from ns3_bridge.schema import Schema
from ns3_bridge.settings import NestedSettings

_SETTINGS = "settings"


def settings_of(options: Mapping[str, Any] | None, known: Sequence[str] = ()) -> Any:
    """What ``options["settings"]`` holds, None if there are none.

    Args:
        options: of a reset.
        known: other options that are.

    Raises:
        InvalidSetting: an unknown option.
    """
    if unknown := set(options or {}) - {_SETTINGS, *known}:
        names = ", ".join((_SETTINGS, *known))
        raise InvalidSetting(f"unknown reset options {sorted(unknown)}; known: {names}")
    return (options or {}).get(_SETTINGS)


def settings_of_each(settings: Any, num_envs: int) -> list[NestedSettings | None]:
    """The settings of every environment: the same for all, or a list with one entry for each.

    Raises:
        InvalidSetting: another number of settings than of environments.
    """
    if not isinstance(settings, list | tuple):
        return [settings] * num_envs
    if len(settings) != num_envs:
        raise InvalidSetting(f"{len(settings)} settings for {num_envs} environments")
    return list(settings)


def check_same_spaces(schema: Schema, changed: Schema) -> None:
    """Check that an episode under other settings fits the environment.

    Places of base stations and other constants may differ, for they are observed.

    Args:
        schema: of the environment.
        changed: of the episode.

    Raises:
        InvalidSetting: other fields or tables; the message says which and how.
    """
    kinds = (
        ("observation", schema.observations, changed.observations),
        ("action", schema.actions, changed.actions),
    )
    for kind, fields, others in kinds:
        here, there = ({field.name: field for field in some} for some in (fields, others))
        if set(here) != set(there):
            names = ", ".join(sorted(set(here) ^ set(there)))
            raise _refused(f"{kind}s {'lose' if set(here) - set(there) else 'gain'} {names}")
        for name, field in here.items():
            _check_same_field(kind, field, there[name])
    if schema.tables != changed.tables:
        raise _refused("the tables of records differ")


def _check_same_field(kind: str, field: Field, other: Field) -> None:
    for attribute in dataclasses.fields(Field):
        if attribute.name in ("help", "constant_values"):
            continue
        here, there = getattr(field, attribute.name), getattr(other, attribute.name)
        if here != there:
            raise _refused(
                f"{attribute.name} of the {kind} {field.name} becomes {there} instead of {here}"
            )


def _refused(why: str) -> InvalidSetting:
    return InvalidSetting(
        f"these settings cannot be changed by a reset: {why}, and an environment keeps its spaces; "
        "make another environment"
    )
