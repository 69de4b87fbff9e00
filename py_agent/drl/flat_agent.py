# SPDX-License-Identifier: MIT
"""An agent that knows only vectors: a small network from other trainers, as data."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.drl.errors import InvalidAgent, reason_of
from py_agent.drl.weights import check_layers, opened, save

_TIMESCALES = ("slot", "frame")
_ACTIVATIONS: dict[str, Callable[[NDArray[np.float32]], NDArray[np.float32]]] = {
    "Identity": lambda x: x,
    "ReLU": lambda x: np.maximum(x, 0),
    "Tanh": np.tanh,
}
Layer = tuple[NDArray[np.float32], NDArray[np.float32], str]


@dataclasses.dataclass(frozen=True)
class FlatAgent:
    """A network from vectors of `ns3_bridge.FlatBox` to such vectors: its mean action.

    Any trainer's multilayer perceptron fits: stable-baselines3, RLlib, TorchRL, CleanRL. The file
    is data; ``--policy flat=FILE`` plays it without the trainer and without torch.

    Attributes:
        layers: weights ``[n_in, n_out]``, biases ``[n_out]`` and what follows, of `Identity`,
            `ReLU`, `Tanh`, first layer first.
        fields: observations that it was trained on, in their order.
        timescale: how often it decides: every ``slot``, or once a ``frame``.

    Example:
        >>> half = np.full((2, 1), 0.5, np.float32), np.zeros(1, np.float32), "Tanh"
        >>> agent = FlatAgent([half], ["rsrp_dbm"], "slot")
        >>> agent(np.array([1, -1], np.float32)).tolist()
        [0.0]
    """

    layers: Sequence[Layer]
    fields: Sequence[str]
    timescale: str = "slot"

    def __post_init__(self) -> None:
        if self.timescale not in _TIMESCALES:
            raise InvalidAgent(f"timescale {self.timescale!r} is none of {', '.join(_TIMESCALES)}")
        if not self.layers or not self.fields:
            raise InvalidAgent("an agent has layers and observes fields: there are none")
        try:
            check_layers("layer", [layer[:2] for layer in self.layers], self.inputs)
        except ValueError as error:
            raise InvalidAgent(str(error)) from error
        for i, (_, _, activation) in enumerate(self.layers):
            if activation not in _ACTIVATIONS:
                raise InvalidAgent(
                    f"layer {i}: {activation!r} is none of {', '.join(_ACTIVATIONS)}"
                )

    @property
    def inputs(self) -> int:
        """Places of the vector that it observes."""
        return len(self.layers[0][0])

    @property
    def outputs(self) -> int:
        """Places of the vector that it decides."""
        return len(self.layers[-1][1])

    def __call__(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """The action ``[..., outputs]`` for an observation ``[..., inputs]``, between -1 and 1."""
        for weight, bias, activation in self.layers:
            vector = _ACTIVATIONS[activation](vector @ weight + bias)
        clipped: NDArray[np.float32] = np.clip(vector, -1, 1).astype(np.float32)
        return clipped

    @classmethod
    def of_torch(
        cls, modules: Iterable[Any], fields: Sequence[str], outputs: int, timescale: str = "slot"
    ) -> FlatAgent:
        """Take the weights of a trained network.

        Args:
            modules: of torch, in their order; those in a `Sequential` count one by one. `Linear`,
                `Tanh`, `ReLU`, `Identity`.
            fields: observations that it was trained on, in their order.
            outputs: length of an action; what the last layer has beyond it, such as a deviation,
                is left out.
            timescale: how often it decides.

        Raises:
            InvalidAgent: a module is of another kind, or the last layer is too short.
        """
        layers: list[Layer] = []
        for module in _each(modules):
            kind = type(module).__name__
            if kind == "Linear":
                weight, bias = (
                    parameter.detach().cpu().numpy().astype(np.float32)
                    for parameter in (module.weight, module.bias)
                )
                layers.append((weight.T.copy(), bias.copy(), "Identity"))
            elif kind in _ACTIVATIONS and layers:
                layers[-1] = (*layers[-1][:2], kind)
            else:
                raise InvalidAgent(
                    f"module {kind} is none of Linear, {', '.join(_ACTIVATIONS)} after a layer"
                )
        if not layers or len(layers[-1][1]) < outputs:
            raise InvalidAgent(f"the last layer has less than {outputs} outputs")
        weight, bias, activation = layers[-1]
        layers[-1] = (weight[:, :outputs], bias[:outputs], activation)
        return cls(layers, list(fields), timescale)

    def save(self, path: Path | str) -> None:
        """Write as ``.npz``."""
        about, arrays = self.parts()
        save(path, about, arrays)

    @classmethod
    def load(cls, path: Path | str) -> FlatAgent:
        """Read what `save` wrote. The file is data: no code of it runs, and it is checked whole.

        Raises:
            InvalidAgent: there is no such file, it is no such agent, or it is damaged; the message
                is one line and names the file.
        """
        try:
            with opened(path) as file:
                return cls.of_parts(json.loads(str(file["about"])), file)
        except Exception as error:  # NumPy and zipfile have a dozen kinds, one per damage
            reason = str(error) if isinstance(error, InvalidAgent) else reason_of(error)
            raise InvalidAgent(f"cannot read a flat agent from {path}: {reason}") from error

    def parts(self, name: str = "") -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """What a file says of it, and the arrays that it keeps, whose names begin with `name`."""
        arrays = {f"{name}w{i}": weight for i, (weight, _, _) in enumerate(self.layers)}
        arrays |= {f"{name}b{i}": bias for i, (_, bias, _) in enumerate(self.layers)}
        about = {
            "activations": [activation for _, _, activation in self.layers],
            "fields": list(self.fields),
            "timescale": self.timescale,
        }
        return about, arrays

    @classmethod
    def of_parts(
        cls, about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], name: str = ""
    ) -> FlatAgent:
        """The agent of what `parts` gave.

        Raises:
            InvalidAgent: it is none.
            Exception: of many kinds, if something lacks.
        """
        layers = [
            (
                arrays[f"{name}w{i}"].astype(np.float32),
                arrays[f"{name}b{i}"].astype(np.float32),
                str(kind),
            )
            for i, kind in enumerate(about["activations"])
        ]
        return cls(layers, [str(field) for field in about["fields"]], str(about["timescale"]))


def _each(modules: Iterable[Any]) -> Iterable[Any]:
    for module in modules:
        if any(kind.__name__ == "Sequential" for kind in type(module).__mro__):
            yield from _each(module)
        else:
            yield module
