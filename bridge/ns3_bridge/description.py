# SPDX-License-Identifier: MIT
"""Asks a scenario program what it is, without simulating anything."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from ns3_bridge.errors import DeadlineExceeded, HandshakeError, InvalidSetting
from ns3_bridge.schema import Schema
from ns3_bridge.waits import check_wait

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
        InvalidSetting: the program refuses its arguments, or the deadline is out of bounds.
        DeadlineExceeded: it gives no answer.
    """
    return Description.from_json(describe_as_json(command, deadline_s))


def describe_as_json(command: Sequence[str], deadline_s: float = _DEADLINE_S) -> str:
    """Run ``<command> --describe``; return its description. Raises as `describe` does.

    What else the program prints is passed over: a description is a line that begins with ``{``.
    """
    check_wait("deadline_s", deadline_s)
    try:
        status, said, complaint = _run_to_end([*command, "--describe"], deadline_s)
    except OSError as error:
        raise HandshakeError(f"cannot start {command[0]}: {error}") from error
    except subprocess.TimeoutExpired as error:
        raise DeadlineExceeded(
            f"{command[0]} --describe gave no answer within {deadline_s:g} s"
        ) from error
    if status in _STATUS_INVALID_SETTING:
        lines = (complaint or said).strip().splitlines() or ["no reason given"]
        raise InvalidSetting(lines[0].removeprefix("error: "))
    told = [line for line in said.splitlines() if line.startswith("{")]
    if status != 0 or not told:
        raise HandshakeError(
            f"{command[0]} --describe ended with status {status} and no description: "
            f"{complaint.strip()}"
        )
    return told[-1]


def _run_to_end(command: Sequence[str], deadline_s: float) -> tuple[int, str, str]:
    """Exit status, output and complaints of a program; all that it started ends in time, too."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        said, complaint = process.communicate(timeout=deadline_s)
    except BaseException:
        with contextlib.suppress(ProcessLookupError):  # it has ended just now
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return process.returncode, said, complaint
