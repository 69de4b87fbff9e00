# SPDX-License-Identifier: MIT
"""Asks a scenario program what it is, without simulating anything."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from ns3_bridge.errors import DeadlineExceeded, HandshakeError, InvalidSetting
from ns3_bridge.schema import Schema

_DEADLINE_S = 30.0
_STATUS_INVALID_SETTING = (1, 2)  # ours; ns-3's CommandLine ends with 1


@dataclasses.dataclass(frozen=True)
class Description:
    """What a scenario program says of itself.

    >>> from ns3_bridge.testing import echo_command
    >>> describe(echo_command(n_floats=2, n_slots=3)).summary
    'echoes actions'

    Attributes:
        name: as users call it.
        summary: one line.
        ns3_version: the ns-3 that it is built with.
        settings: name, type, default, bounds or choices, unit and help of each setting.
        schema: its fields and tables under the settings that were asked for.
    """

    name: str
    summary: str
    ns3_version: str
    settings: Sequence[Mapping[str, Any]]
    schema: Schema

    @classmethod
    def from_json(cls, text: str) -> Description:
        """Read what a scenario program prints with ``--describe``.

        Raises:
            HandshakeError: it is no description.
        """
        try:
            told = json.loads(text)
            return cls(
                name=told["name"],
                summary=told["summary"],
                ns3_version=told["ns3_version"],
                settings=told["settings"],
                schema=Schema.from_json(json.dumps(told["schema"])),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise HandshakeError(f"the description cannot be read: {error!r}") from error


def describe(command: Sequence[str], deadline_s: float = _DEADLINE_S) -> Description:
    """Run ``<command> --describe``.

    Args:
        command: the scenario program and its arguments.
        deadline_s: how long it may take.

    Raises:
        HandshakeError: the program cannot be started or does not describe itself.
        InvalidSetting: the program refuses its arguments.
        DeadlineExceeded: it gives no answer.
    """
    return Description.from_json(describe_as_json(command, deadline_s))


def describe_as_json(command: Sequence[str], deadline_s: float = _DEADLINE_S) -> str:
    """Run ``<command> --describe``; return what it prints. Raises as `describe` does."""
    try:
        done = subprocess.run(
            [*command, "--describe"],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=deadline_s,
            check=False,
        )
    except OSError as error:
        raise HandshakeError(f"cannot start {command[0]}: {error}") from error
    except subprocess.TimeoutExpired as error:
        raise DeadlineExceeded(
            f"{command[0]} --describe gave no answer within {deadline_s:g} s"
        ) from error
    if done.returncode in _STATUS_INVALID_SETTING:
        complaint = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        raise InvalidSetting(complaint[0].removeprefix("error: "))
    if done.returncode != 0 or not done.stdout:
        raise HandshakeError(
            f"{command[0]} --describe ended with status {done.returncode} and no description: "
            f"{done.stderr.strip()}"
        )
    return done.stdout
