# SPDX-License-Identifier: MIT
"""Curves of a run for TensorBoard, one point per frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from tensorboard.summary import Writer

from ns3_bridge import Field
from py_agent.contract import present


class FrameLog:
    """Writes the mean of every observation field, and the reward so far.

    Users' means are over those who are there.

    Args:
        folder: where the event file is made.
        fields: declared observations.

    Example:
        >>> import numpy as np, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     log = FrameLog(Path(folder), [Field("accuracy", "float32", (2,), "1", 0, 1)])
        ...     log.append(10, {"accuracy": np.array([0.8, 0.9])}, total_reward=-1.5)
        ...     log.close()
        ...     [file.name.split(".")[1] for file in Path(folder).iterdir()]
        ['out']
    """

    def __init__(self, folder: Path, fields: Sequence[Field]) -> None:
        self._writer = Writer(str(folder))
        of_users = {field.name for field in fields if field.dims[:1] == ("ue",)}
        self._of_users = of_users - {"present"}

    def append(
        self, slot: int, observation: Mapping[str, NDArray[Any]], total_reward: float
    ) -> None:
        """Add the observation at the end of a frame."""
        self._writer.add_scalar("reward/total", total_reward, step=slot)
        there, masks = present(observation), "present" in observation
        for name, value in observation.items():
            counts = value[there] if masks and name in self._of_users else value
            if counts.size:
                self._writer.add_scalar(f"observation/{name}", float(counts.mean()), step=slot)

    def close(self) -> None:
        """Write what is left and close the file."""
        self._writer.close()
