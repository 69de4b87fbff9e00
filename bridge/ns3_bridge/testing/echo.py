# SPDX-License-Identifier: MIT
"""A simulator that repeats what it is told."""

import shlex
from pathlib import Path

from ns3_bridge import _native

PROGRAMS = Path(_native.__file__).parent / "testing" / "bin"


def echo_command(n_floats: int, n_slots: int) -> list[str]:
    """Command of a simulator without ns-3 that echoes each action as the next observation.

    Args:
        n_floats: length of the action ``say`` and of the observation ``echo``, float32.
        n_slots: slots until the episode is truncated.
    """
    return [str(PROGRAMS / "echo-simulator"), str(n_floats), str(n_slots)]


def echo_scenario(path: Path | str, n_floats: int, n_slots: int) -> str:
    """Write the simulator of `echo_command` as a scenario program, for gateways.

    Args:
        path: of the program to write.
        n_floats: see `echo_command`.
        n_slots: see `echo_command`.

    Returns:
        the path, absolute.
    """
    path = Path(path).absolute()
    path.write_text(
        f'#!/bin/sh\nexec {shlex.join(echo_command(n_floats, n_slots))} "$@"\n', encoding="utf-8"
    )
    path.chmod(0o755)
    return str(path)
