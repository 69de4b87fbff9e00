# SPDX-License-Identifier: MIT
"""Counterparts for tests of agents and of the bridge itself."""

from pathlib import Path

from ns3_bridge import _native

__all__ = ["echo_command"]


def echo_command(n_floats: int, n_slots: int) -> list[str]:
    """Command of a simulator without ns-3 that echoes each action as the next observation.

    Args:
        n_floats: length of the action ``say`` and of the observation ``echo``, float32.
        n_slots: slots until the episode is truncated.
    """
    program = Path(_native.__file__).parent / "testing" / "bin" / "echo-simulator"
    return [str(program), str(n_floats), str(n_slots)]
