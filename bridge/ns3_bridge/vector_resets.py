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


def seeds_of(seed: int | Sequence[int | None] | None, num_envs: int) -> list[int | None]:
    """The seed of every environment; None: it draws its own.

    Args:
        seed: one per environment; an integer s means s, s + 1, …
        num_envs: how many there are.

    Raises:
        InvalidSetting: another number of seeds than of environments.
    """
    if seed is None or isinstance(seed, int):
        return [None if seed is None else seed + i for i in range(num_envs)]
    seeds = list(seed)
    if len(seeds) != num_envs:
        raise InvalidSetting(f"{len(seeds)} seeds for {num_envs} environments")
    return seeds


def reset_mask(options: Mapping[str, Any], num_envs: int) -> NDArray[np.bool_]:
    """The environments that ``options["reset_mask"]`` names, ``[num_envs]``; by default all.

    Raises:
        InvalidSetting: an unknown option, or no mask of this length.
    """
    if unknown := set(options) - {"reset_mask"}:
        raise InvalidSetting(f"unknown reset options {sorted(unknown)}; known: reset_mask")
    mask = np.asarray(options.get("reset_mask", np.ones(num_envs, np.bool_)))
    if mask.shape != (num_envs,) or mask.dtype != np.bool_ or not mask.any():
        raise InvalidSetting(
            f"reset_mask must be {num_envs} booleans, not all of them false, "
            f"not {mask.dtype}{list(mask.shape)}"
        )
    return mask


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
