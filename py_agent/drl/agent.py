# SPDX-License-Identifier: MIT
"""A trained agent: a small network in NumPy, and what it was trained on."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.drl.errors import InvalidAgent
from py_agent.drl.features import FEATURES

DEFAULT_AGENT = Path(__file__).parent / "agents" / "default.npz"  # comes along
ACTIONS = ("bandwidth_share", "compute_share")  # what is shifted, in the order of the outputs


@dataclasses.dataclass(frozen=True)
class Agent:
    """``clip(tanh(… tanh(x W₁ + b₁) …) Wₙ + bₙ)`` for every user, with the same weights.

    Attributes:
        layers: weights ``[n_in, n_out]`` and biases ``[n_out]``, first layer first.
        squash: what brings the last layer into [−1, 1]: ``clip`` or ``tanh``.
        reach: β: by how much an output of 1 shifts the logarithm of a priority.
        facts: how it came about: algorithm, settings, steps, validation; plain values.
    """

    layers: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]
    squash: str
    reach: float
    facts: dict[str, Any]

    @property
    def falls_back(self) -> bool:
        """Whether validation found no checkpoint better than the rule: then the rule decides."""
        return bool(self.facts.get("falls_back", False))

    def __call__(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Outputs from -1 to 1, ``[..., n_ue, len(ACTIONS)]``, of `user_features`."""
        hidden = features
        for weight, bias in self.layers[:-1]:
            hidden = np.tanh(hidden @ weight + bias)
        weight, bias = self.layers[-1]
        output = hidden @ weight + bias
        squashed: NDArray[np.float32] = (
            np.tanh(output) if self.squash == "tanh" else np.clip(output, -1, 1)
        )
        return squashed

    def save(self, path: Path) -> None:
        """Write as ``.npz``."""
        arrays: dict[str, Any] = {
            f"{kind}{i}": array
            for i, layer in enumerate(self.layers)
            for kind, array in zip("wb", layer, strict=True)
        }
        about = {
            **{"squash": self.squash, "reach": self.reach, "facts": self.facts},
            **{"features": FEATURES, "actions": ACTIONS},
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            np.savez(file, about=np.array(json.dumps(about)), **arrays)

    @classmethod
    def load(cls, path: Path) -> Agent:
        """Read what `save` wrote.

        Raises:
            InvalidAgent: there is no such file, it is no agent, or one for other features.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                about = json.loads(str(file["about"]))
                count = sum(name.startswith("w") for name in file.files)
                layers = [(file[f"w{i}"], file[f"b{i}"]) for i in range(count)]
        except (OSError, ValueError, KeyError) as error:
            raise InvalidAgent(f"cannot read an agent from {path}: {error}") from error
        if tuple(about["features"]) != FEATURES or tuple(about["actions"]) != ACTIONS:
            raise InvalidAgent(
                f"{path} was trained for other features or actions than this version has: "
                "train it anew (ns3-twin train)"
            )
        return cls(layers, about["squash"], about["reach"], about["facts"])
