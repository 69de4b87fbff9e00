# SPDX-License-Identifier: MIT
"""Environments of a program on this machine, in one call each."""

from __future__ import annotations

import inspect
import os
from collections.abc import Sequence
from typing import Any

from gymnasium.vector import AutoresetMode

from ns3_bridge.env import ScenarioEnv
from ns3_bridge.errors import InvalidSetting
from ns3_bridge.local_host import LocalHost
from ns3_bridge.pool import ScenarioPool
from ns3_bridge.vector_env import ScenarioVectorEnv


def make(
    program: str | os.PathLike[str] | Sequence[str],
    *arguments: Any,
    render_mode: str | None = None,
    **options: Any,
) -> ScenarioEnv:
    """Make the environment of a program.

    >>> import tempfile
    >>> from ns3_bridge.testing import echo_scenario
    >>> folder = tempfile.TemporaryDirectory()
    >>> env = make(echo_scenario(f"{folder.name}/echo", n_floats=2, n_slots=3))
    >>> env.action_space["say"].shape
    (2,)
    >>> env.close()
    >>> folder.cleanup()

    Args:
        program: its path; or it and arguments of its own, which are settings; or
            ``["./ns3", "run", "name"]``, which is built first.
        arguments: as of `LocalHost`, after the program: settings, ns-3 attributes, …
        render_mode: as of `ScenarioEnv`.
        options: as of `LocalHost`.

    Raises:
        BridgeError: as of `LocalHost`.
    """
    return ScenarioEnv(_host(program, *arguments, **options), render_mode)


def make_vector(
    program: str | os.PathLike[str] | Sequence[str],
    num_envs: int,
    autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    max_episode_steps: int | None = None,
    **options: Any,
) -> ScenarioVectorEnv:
    """Make `num_envs` environments of a program (see `make`) that are stepped at once."""
    host = _host(program, **options)
    return ScenarioVectorEnv(host, num_envs, autoreset_mode, max_episode_steps)


def make_pool(
    program: str | os.PathLike[str] | Sequence[str],
    num_envs: int,
    batch_size: int | None = None,
    **options: Any,
) -> ScenarioPool:
    """Make `num_envs` environments of a program (see `make`) that are stepped as each is ready."""
    return ScenarioPool(_host(program, **options), num_envs, batch_size)


def _host(
    program: str | os.PathLike[str] | Sequence[str], *arguments: Any, **options: Any
) -> LocalHost:
    if (render_mode := options.pop("render_mode", None)) is not None:
        raise InvalidSetting(
            f"render_mode = {render_mode!r}: only a single environment can be rendered; use make()"
        )
    unknown = options.keys() - inspect.signature(LocalHost).parameters.keys()
    if unknown:
        given = ", ".join(f'"{name}": {options[name]!r}' for name in sorted(unknown))
        raise InvalidSetting(
            f"unknown {', '.join(sorted(unknown))}: settings of a scenario are given as "
            f"settings={{{given}}}; beside them go the arguments of ns3_bridge.LocalHost"
        )
    return LocalHost(program, *arguments, **options)
