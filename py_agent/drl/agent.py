# SPDX-License-Identifier: MIT
"""A trained agent: a small network in NumPy, and what it was trained on."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.drl.errors import InvalidAgent, reason_of
from py_agent.drl.features import FEATURES
from py_agent.drl.weights import Layers, check_layers, opened, save

# What is shifted, in the order of the outputs.
ACTIONS = ("bandwidth_share", "compute_share", "training_share", "retraining_ratio")
_PARTS = ("layers", "embedding")
_SQUASH = ("clip", "tanh")


@dataclasses.dataclass(frozen=True)
class Agent:
    """``clip(tanh(… tanh(x W₁ + b₁) …) Wₙ + bₙ)`` for every user, with the same weights.

    x are the user's features and, if there is an embedding e(x) = tanh(… x …), its mean and its
    largest values over the users of the same cell: a deep set (Zaheer et al. 2017).

    Attributes:
        layers: weights ``[n_in, n_out]`` and biases ``[n_out]``, first layer first.
        embedding: the same of e; empty: users see nobody else.
        squash: what brings the last layer into [−1, 1]: ``clip`` or ``tanh``.
        reach: β: by how much an output of 1 shifts the logarithm of a priority.
        facts: how it came about: algorithm, settings, steps, validation; plain values.
        features: what x is, of `FEATURES`: those that there were when it was trained.

    Example:
        >>> from py_agent.drl.trained import AGENTS
        >>> agent = Agent.load(AGENTS / "default.npz")
        >>> features = np.zeros((5, len(FEATURES)), np.float32)  # of five users
        >>> agent(features, cell=np.zeros(5, np.int32)).shape
        (5, 4)
    """

    layers: Layers
    embedding: Layers
    squash: str
    reach: float
    facts: dict[str, Any]
    features: tuple[str, ...] = FEATURES

    @property
    def falls_back(self) -> bool:
        """Whether validation found no checkpoint better than the rule: then the rule decides."""
        return bool(self.facts.get("falls_back", False))

    @property
    def per_frame(self) -> bool:
        """Whether it was trained to decide once a frame, for all of its slots."""
        return bool(self._trained_as("timescale") == "frame")

    @property
    def raw(self) -> bool:
        """Whether it was trained to see reports alone, without the twin's estimates."""
        return bool(self._trained_as("view") == "raw")

    def _trained_as(self, setting: str) -> Any:
        return self.facts.get("training", {}).get(setting)

    def __call__(
        self, features: NDArray[np.float32], cell: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """Outputs from -1 to 1, ``[..., n_ue, len(ACTIONS)]``.

        Args:
            features: of `user_features`, ``[..., n_ue, n]``.
            cell: of every user, ``[..., n_ue]``.
        """
        if self.features != FEATURES:
            features = features[..., [FEATURES.index(name) for name in self.features]]
        hidden = features
        if self.embedding:
            embedded = features
            for weight, bias in self.embedding:
                embedded = np.tanh(embedded @ weight + bias)
            same = cell[..., :, None] == cell[..., None, :]
            hidden = np.concatenate([features, *pooled(embedded, same)], axis=-1)
        for weight, bias in self.layers[:-1]:
            hidden = np.tanh(hidden @ weight + bias)
        weight, bias = self.layers[-1]
        output = hidden @ weight + bias
        squashed: NDArray[np.float32] = (
            np.tanh(output) if self.squash == "tanh" else np.clip(output, -1, 1)
        )
        return squashed

    def save(self, path: Path | str) -> None:
        """Write as ``.npz``."""
        arrays: dict[str, Any] = {
            f"{part}_{kind}{i}": array
            for part in _PARTS
            for i, layer in enumerate(getattr(self, part))
            for kind, array in zip("wb", layer, strict=True)
        }
        about = {
            **{"squash": self.squash, "reach": self.reach, "facts": self.facts},
            **{"features": self.features, "actions": ACTIONS},
        }
        save(path, about, arrays)

    @classmethod
    def load(cls, path: Path | str) -> Agent:
        """Read what `save` wrote. The file is data: no code of it runs, and it is checked whole.

        Raises:
            InvalidAgent: there is no such file, it is no agent, it is damaged, or it is one for
                other features; the message is one line and names the file.
        """
        try:
            return cls._load(path)
        except InvalidAgent:
            raise
        except Exception as error:  # NumPy and zipfile have a dozen kinds, one per damage
            raise InvalidAgent(f"cannot read an agent from {path}: {reason_of(error)}") from error

    @classmethod
    def _load(cls, path: Path | str) -> Agent:
        with opened(path) as file:
            about = json.loads(str(file["about"]))
            layers, embedding = (_layers_of(file, part) for part in _PARTS)
        features = tuple(about["features"])
        if not set(features) <= set(FEATURES) or tuple(about["actions"]) != ACTIONS:
            raise InvalidAgent(
                f"{path} was trained for other features or actions than this version has: "
                "train it again (ns3-twin train)"
            )
        told = (about["squash"], about["reach"], about["facts"])
        agent = cls(layers, embedding, *told, features)
        agent._check()
        return agent

    def _check(self) -> None:
        """Check that the parts make a network that decides.

        Raises:
            ValueError: they do not.
        """
        training = self.facts.get("training", {}) if isinstance(self.facts, dict) else None
        if not isinstance(training, dict):
            raise ValueError("its facts are not named values")
        if self.squash not in _SQUASH:
            raise ValueError(f"squash {self.squash!r} is none of {', '.join(_SQUASH)}")
        is_number = isinstance(self.reach, int | float) and not isinstance(self.reach, bool)
        if not is_number or not 0 < self.reach < np.inf:
            raise ValueError(f"reach {self.reach!r} is not a positive number")
        seen = len(self.features)
        if self.embedding:
            seen += 2 * check_layers("embedding", self.embedding, seen)
        if self.layers or not self.falls_back:
            outputs = check_layers("layers", self.layers, seen)
            if outputs != len(ACTIONS):
                raise ValueError(f"it has {outputs} outputs instead of {len(ACTIONS)}")


def pooled(
    embedded: NDArray[np.float32], same: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and largest values of the embedding among each user's neighbours, itself included.

    Args:
        embedded: ``[..., n_ue, n]``.
        same: who is in whose cell, ``[..., n_ue, n_ue]``.
    """
    mean = same.astype(np.float32) @ embedded / same.sum(axis=-1, keepdims=True)
    # The embedding lies between -1 and 1.
    largest = np.where(same[..., None], embedded[..., None, :, :], -1.0).max(axis=-2)
    return mean.astype(np.float32), largest.astype(np.float32)


def _layers_of(file: Any, part: str) -> Layers:
    count = sum(name.startswith(f"{part}_w") for name in file.files)
    return [(file[f"{part}_w{i}"], file[f"{part}_b{i}"]) for i in range(count)]
