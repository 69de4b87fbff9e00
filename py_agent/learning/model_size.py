# SPDX-License-Identifier: MIT
"""How large a user's model is, and what its passes cost."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # streams take a second to import
    from py_agent.learning.streams.base import DriftStream

EPOCHS = 3  # passes of a retraining job through its samples
LARGEST_JOB = 1000  # samples that a call trains on at once: bounds its memory
_HIDDEN_UNITS = 32


@dataclasses.dataclass(frozen=True)
class ModelSize:
    """A two-layer perceptron.

    Attributes:
        n_features: inputs.
        hidden_units: width of the hidden layer.
        n_classes: outputs.

    Example:
        >>> size = ModelSize(64, 32, 10)
        >>> size.forward_flop, size.backward_flop
        (4736, 5376)
        >>> round(size.training_per_inference, 2)
        6.41
    """

    n_features: int
    hidden_units: int
    n_classes: int

    @classmethod
    def of(cls, stream: DriftStream) -> ModelSize:
        """Of models that learn a stream; one may say how many ``hidden_units`` it takes."""
        hidden_units: int = getattr(stream, "hidden_units", _HIDDEN_UNITS)
        return cls(stream.n_features, hidden_units, stream.n_classes)

    @property
    def forward_flop(self) -> int:
        """Of inference on a sample: two for each weight (multiply, add)."""
        return 2 * (self.n_features * self.hidden_units + self.hidden_units * self.n_classes)

    @property
    def backward_flop(self) -> int:
        """Of the gradients of a sample's loss: those of weights cost as much as the way forward.

        So do those of a layer's inputs, which the first layer does not need.
        """
        return self.forward_flop + 2 * self.hidden_units * self.n_classes

    @property
    def training_per_inference(self) -> float:
        """What retraining on a sample costs beside inference on it: all passes, both ways."""
        return EPOCHS * (self.forward_flop + self.backward_flop) / self.forward_flop

    def cycles_per_sample(self, bit_per_feature: int, cycles_per_bit: float) -> float:
        """Work of retraining on one sample.

        Inference on a sample is what the network charges a task of its bits; so the law of tasks,
        `cycles_per_bit`, says what a pass costs, and the layers how many there are.

        Args:
            bit_per_feature: the sample's size.
            cycles_per_bit: of tasks.
        """
        inference = bit_per_feature * self.n_features * cycles_per_bit
        return inference * self.training_per_inference
