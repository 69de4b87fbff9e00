# SPDX-License-Identifier: MIT
"""Which environments of a vector a reset is for, under which seeds, and which need one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from ns3_bridge.errors import InvalidSetting
from ns3_bridge.seeds import check_seed


def seeds_of(seed: int | Sequence[int | None] | None, num_envs: int) -> list[int | None]:
    """The seed of every environment; None: it draws its own.

    Args:
        seed: one per environment; an integer s means s, s + 1, …
        num_envs: how many there are.

    Raises:
        InvalidSetting: another number of seeds than of environments, or one that is out of range.
    """
    if seed is None:
        return [None] * num_envs
    if not isinstance(seed, Sequence | np.ndarray) or isinstance(seed, str):
        first = check_seed(seed)
        return [check_seed(first + i, f"seed of environment {i}") for i in range(num_envs)]
    if len(seed) != num_envs:
        raise InvalidSetting(f"{len(seed)} seeds for {num_envs} environments")
    return [
        None if one is None else check_seed(one, f"seed of environment {i}")
        for i, one in enumerate(seed)
    ]


def reset_mask(options: Mapping[str, Any], num_envs: int) -> NDArray[np.bool_]:
    """The environments that ``options["reset_mask"]`` names, ``[num_envs]``; by default all.

    Raises:
        InvalidSetting: no mask of this length.
    """
    mask = np.asarray(options.get("reset_mask", np.ones(num_envs, np.bool_)))
    if mask.shape != (num_envs,) or mask.dtype != np.bool_ or not mask.any():
        raise InvalidSetting(
            f"reset_mask must be {num_envs} booleans, not all of them false, "
            f"not {mask.dtype}{list(mask.shape)}"
        )
    return mask


def check_number(num_envs: int) -> None:
    """A vector has an environment at least.

    Raises:
        InvalidSetting: it has none, or no whole number of them.
    """
    if not is_count(num_envs):
        raise InvalidSetting(f"num_envs = {num_envs!r}: must be an integer of at least 1")


def is_count(value: object) -> bool:
    """Whether a value is an integer from 1 on."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and int(value) >= 1


def autoreset_of(mode: AutoresetMode | str) -> AutoresetMode:
    """When environments of a vector start over.

    Raises:
        InvalidSetting: there is no such mode.
    """
    try:
        return AutoresetMode(mode)
    except ValueError:
        known = ", ".join(repr(one.value) for one in AutoresetMode)
        raise InvalidSetting(
            f"autoreset_mode = {mode!r}: must be one of {known}; settings of a scenario are given "
            "as settings={…}"
        ) from None


def check_max_steps(max_episode_steps: int | None) -> float:
    """The longest episode in steps, infinite if there is no limit.

    Raises:
        InvalidSetting: the limit is no integer, or below 1.
    """
    if max_episode_steps is None:
        return np.inf
    if not is_count(max_episode_steps):
        raise InvalidSetting(
            f"max_episode_steps = {max_episode_steps!r}: must be an integer from 1 on, or None"
        )
    return int(max_episode_steps)


def check_running(running: NDArray[np.bool_], over: NDArray[np.bool_], mode: AutoresetMode) -> None:
    """Check that every environment can be stepped.

    Args:
        running: those with an episode, or one that the next step starts, ``[num_envs]``.
        over: those whose episode has ended, ``[num_envs]``.
        mode: whether a step starts the next episode of these.

    Raises:
        ResetNeeded: one cannot.
    """
    if not running.all():
        idle = np.flatnonzero(~running).tolist()
        raise gymnasium.error.ResetNeeded(f"environments {idle} do not run: call reset() first")
    if mode == AutoresetMode.DISABLED and over.any():
        ended = np.flatnonzero(over).tolist()
        raise gymnasium.error.ResetNeeded(f"the episodes of environments {ended} are over")
