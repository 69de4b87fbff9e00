# SPDX-License-Identifier: MIT
"""What a simulator is started by, and which of its arguments are settings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ns3_bridge.description import describe
from ns3_bridge.ns3_tree import is_ns3_run, program_of_ns3_run
from ns3_bridge.settings import merged


def simulator_command(
    program: str | os.PathLike[str] | Sequence[str], deadline_s: float
) -> tuple[list[str], dict[str, Any]]:
    """Take a command apart.

    Args:
        program: path of a program, or that with arguments, or ``["./ns3", "run", …]``.
        deadline_s: how long a build and a description may take.

    Returns:
        the command without the arguments that are settings, and those, nested.

    Raises:
        BridgeError: there is no such program (see `ns3_bridge.ns3_tree`, `describe`).
    """
    if isinstance(program, str | os.PathLike):
        return [os.fspath(program)], {}
    command = [os.fspath(word) for word in program]
    if is_ns3_run(command):
        command = program_of_ns3_run(command, deadline_s)
    if not any(word.startswith("--") for word in command[1:]):
        return command, {}
    return _without_settings(command, deadline_s)


def _without_settings(
    command: Sequence[str], deadline_s: float
) -> tuple[list[str], dict[str, Any]]:
    known = {setting["name"] for setting in describe(command, deadline_s).settings}
    kept: list[str] = []
    settings: dict[str, Any] = {}
    for word in command:
        name, equals, text = word.removeprefix("--").partition("=")
        if word.startswith("--") and name in known:
            value: Any = text if equals else True
            for group in reversed(name.split(".")):
                value = {group: value}
            settings = merged(settings, value)
        else:
            kept.append(word)
    return kept, settings
