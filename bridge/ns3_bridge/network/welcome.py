# SPDX-License-Identifier: MIT
"""What a gateway says of itself and its scenario, checked before anything is made of it."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from typing import Any

import pydantic

from ns3_bridge.description import Description
from ns3_bridge.errors import BridgeError, HandshakeError
from ns3_bridge.field import Field
from ns3_bridge.network.bridge_pb2 import Welcome
from ns3_bridge.schema import Schema
from ns3_bridge.settings import check_settings, settings_model

LARGEST_BLOCK_BYTES = 2**28  # of observations or actions

_LARGEST_TEXT = 2**23
_DTYPES = {"uint8": 1, "int32": 4, "int64": 8, "float32": 4, "float64": 8}
_TABLE_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
_COLUMN_DTYPES = ("int64", "float64")
_LONGEST_TOKEN = 64
_LARGEST_NUMBER = 2**63
_DURATIONS_S = ("heartbeat_s", "lost_s", "agent_deadline_s", "slot_deadline_s", "start_deadline_s")


@dataclasses.dataclass(frozen=True)
class ToldScenario:
    """A scenario as a gateway tells it.

    Attributes:
        description: its settings and declarations; each block has `LARGEST_BLOCK_BYTES` at most.
        settings: the values of its settings, checked against their bounds.
        ns3_attributes: those that the gateway was started with.
    """

    description: Description
    settings: pydantic.BaseModel
    ns3_attributes: dict[str, Any]


def check_welcome(welcome: Welcome) -> None:
    """Check what a connection goes by.

    Raises:
        HandshakeError: a value makes no sense.
    """
    for name in _DURATIONS_S:
        value_s = getattr(welcome, name)
        if not (math.isfinite(value_s) and value_s > 0):
            _refuse(f"{name} = {value_s:g} s", "a positive number")
    if not (math.isfinite(welcome.grace_s) and welcome.grace_s >= 0):
        _refuse(f"grace_s = {welcome.grace_s:g} s", "0 or more")
    if not 0 < len(welcome.session) <= _LONGEST_TOKEN:
        _refuse(f"a token of {len(welcome.session)} bytes", f"1 to {_LONGEST_TOKEN}")
    if welcome.last_number >= _LARGEST_NUMBER:
        _refuse(f"last_number = {welcome.last_number}", f"less than {_LARGEST_NUMBER}")


def read_welcome(welcome: Welcome) -> ToldScenario:
    """Read the scenario that a gateway serves.

    Raises:
        HandshakeError: it cannot be read, or its fields take more memory than a gateway may ask
            for.
        InvalidSetting: a setting is out of its own bounds.
    """
    try:
        for name in ("description_json", "settings_json", "ns3_json"):
            text = getattr(welcome, name)
            if len(text) > _LARGEST_TEXT:
                _refuse(f"{name} of {len(text)} characters", f"at most {_LARGEST_TEXT}")
            _check_texts(json.loads(text), name)
        description = Description.from_json(welcome.description_json)
        _check_schema(description.schema)
        ns3_attributes = json.loads(welcome.ns3_json)
        if not isinstance(ns3_attributes, dict):
            _refuse("ns3_json", "an object")
        model = settings_model(description.settings)
        settings = check_settings(model, json.loads(welcome.settings_json))
    except BridgeError:
        raise
    except Exception as error:  # of whatever kind: it is text from somebody else
        raise HandshakeError(
            f"what the gateway tells of its scenario cannot be read: {type(error).__name__}: "
            f"{str(error)[:200]}"
        ) from error
    return ToldScenario(description, settings, ns3_attributes)


def _check_schema(schema: Schema) -> None:
    for kind, fields, n_bytes in (
        ("observation", schema.observations, schema.observation_bytes),
        ("action", schema.actions, schema.action_bytes),
    ):
        if not (type(n_bytes) is int and 0 <= n_bytes <= LARGEST_BLOCK_BYTES):
            _refuse(f"{kind}_bytes = {n_bytes!r}", f"0 to {LARGEST_BLOCK_BYTES}")
        for field in fields:
            _check_field(field, n_bytes)
    for table in schema.tables:
        if not _TABLE_NAME.fullmatch(table.name):  # files are called by it
            _refuse(f"table {table.name!r}", "a name of letters, digits, _ and -")
        for column in table.columns:
            if column["dtype"] not in _COLUMN_DTYPES:
                _refuse(
                    f"column {column['name']}: {column['dtype']!r}", " or ".join(_COLUMN_DTYPES)
                )
        _ = table.dtype


def _check_field(field: Field, block_bytes: int) -> None:
    if field.dtype not in _DTYPES:
        _refuse(f"field {field.name}: {field.dtype!r}", ", ".join(_DTYPES))
    if not all(type(length) is int and length >= 0 for length in field.shape):
        _refuse(f"field {field.name}: shape {field.shape}", "whole numbers from 0 on")
    end = field.offset + math.prod(field.shape) * _DTYPES[field.dtype]
    if type(field.offset) is not int or field.offset < 0 or end > block_bytes:
        _refuse(
            f"field {field.name}: shape {list(field.shape)} at byte {field.offset}",
            f"within a block of {block_bytes} bytes",
        )
    if not (math.isfinite(field.low) and math.isfinite(field.high) and field.low <= field.high):
        _refuse(f"field {field.name}: bounds [{field.low}, {field.high}]", "finite and in order")


def _check_texts(value: Any, where: str) -> None:
    """Names and help go to terminals: none may carry an escape sequence."""
    if isinstance(value, str):
        if not all(c.isprintable() or c in "\n\t" for c in value):
            _refuse(f"{where} with {value[:40]!r}", "text without control characters")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_texts(key, where)
            _check_texts(inner, where)
    elif isinstance(value, list):
        for inner in value:
            _check_texts(inner, where)


def _refuse(what: str, allowed: str) -> None:
    raise HandshakeError(f"the gateway's welcome has {what}; allowed: {allowed}")
