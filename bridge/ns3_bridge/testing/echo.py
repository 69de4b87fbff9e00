# SPDX-License-Identifier: MIT
"""A simulator that repeats what it is told."""

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
