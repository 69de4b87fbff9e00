# SPDX-License-Identifier: MIT
"""Curves of a run for TensorBoard, one point per frame."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from tensorboard.summary import Writer


class FrameLog:
    """Writes the mean of every observation field, and the reward so far.

    Args:
        folder: where the event file is made.
    """

    def __init__(self, folder: Path) -> None:
        self._writer = Writer(str(folder))

    def append(
        self, slot: int, observation: Mapping[str, NDArray[Any]], total_reward: float
    ) -> None:
        """Add the observation at the end of a frame."""
        self._writer.add_scalar("reward/total", total_reward, step=slot)
        for name, value in observation.items():
            self._writer.add_scalar(f"observation/{name}", float(value.mean()), step=slot)

    def close(self) -> None:
        """Write what is left and close the file."""
        self._writer.close()
