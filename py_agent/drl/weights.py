# SPDX-License-Identifier: MIT
"""Weights of networks in files that are data."""

from __future__ import annotations

import contextlib
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.drl.errors import InvalidAgent
from py_agent.whole_files import replace

_LARGEST_BYTES = 64 << 20
Layers = Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]


@contextlib.contextmanager
def opened(path: Path | str) -> Iterator[Any]:
    """Arrays of an ``.npz`` file, by name; nothing in it is unpickled.

    Raises:
        InvalidAgent: it unpacks to more than 64 MiB.
        Exception: of a dozen kinds, if it is no such file.
    """
    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > _LARGEST_BYTES:
            raise InvalidAgent(f"{path} unpacks to more than {_LARGEST_BYTES} bytes")
    with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        yield arrays


def save(path: Path | str, about: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
    """Write arrays as ``.npz``, and what they are as JSON among them: all of it, or nothing."""

    def write(fresh: Path) -> None:
        with fresh.open("wb") as file:  # given a name, NumPy would add to it
            np.savez(file, about=np.array(json.dumps(about)), **arrays)

    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, write)


def check_layers(part: str, layers: Layers, width: int) -> int:
    """Check that layers take so many inputs, follow one another and are finite; their outputs.

    Args:
        part: what they are, in messages.
        layers: weights ``[n_in, n_out]`` and biases ``[n_out]``, first layer first.
        width: inputs of the first.

    Raises:
        ValueError: they do not.
    """
    if not layers:
        raise ValueError(f"{part}: there are none")
    for i, (weight, bias) in enumerate(layers):
        if weight.dtype != np.float32 or bias.dtype != np.float32:
            raise ValueError(f"{part} {i}: {weight.dtype} and {bias.dtype} instead of float32")
        if weight.ndim != 2 or weight.shape[0] != width or bias.shape != weight.shape[1:]:
            raise ValueError(
                f"{part} {i}: shapes {weight.shape} and {bias.shape} do not take {width} inputs"
            )
        if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
            raise ValueError(f"{part} {i}: a weight is not a finite number")
        width = weight.shape[1]
    return width
