# SPDX-License-Identifier: MIT
"""Rules that a simulator has itself: those who ask are controlled by one of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Decision, MissingObservation, Network, Observation

#: The action field that says who controls those who ask, by its labels.
CONTROLLER = "controller"


class Controlled:
    """Whoever asks is controlled by one label of the action field ``controller``.

    What an agent would decide beside it does not count then, and is left at its least.

    Attributes:
        label: which one.
        rule: it is neither random nor learned.

    Example:
        >>> from ns3_bridge import Field, Schema
        >>> who = Field("controller", "int32", (2,), "1", 0, 1, True, ("agent", "cubic"))
        >>> window = Field("window_packets", "float64", (2,), "packets", 1, 100)
        >>> policy = Cubic()
        >>> schema = Schema("mine", 0, 0, "1", "", (), (who, window), {}, ())
        >>> policy.begin(Network("mine", {}, schema), seed=1)
        >>> {name: value.tolist() for name, value in policy.decide_slot({}).items()}
        {'controller': [1, 1], 'window_packets': [1.0, 1.0]}
    """

    label: str
    rule = True

    def begin(self, network: Network, seed: int) -> None:
        """Prepare the decision.

        Raises:
            MissingObservation: the scenario has no such controller.
        """
        label = label_of(network, self.label)
        self._decision: dict[str, NDArray[Any]] = {
            field.name: np.full(
                field.shape, label if field.name == CONTROLLER else field.low, field.dtype
            )
            for field in network.schema.actions
        }

    def decide_frame(self, observation: Observation) -> Decision:
        """Nothing is decided once a frame."""
        return {}

    def decide_slot(self, observation: Observation) -> Decision:
        """See `Policy`."""
        return self._decision


def label_of(network: Network, label: str) -> int:
    """The value of the field ``controller`` that stands for a controller.

    Raises:
        MissingObservation: the scenario has no such controller, or nobody who is controlled.
    """
    network.require(actions=[CONTROLLER])
    labels = network.schema.action(CONTROLLER).labels
    if label not in labels:
        raise MissingObservation(
            f"the policy needs the controller {label}, and {network.scenario} has "
            f"{', '.join(labels)}"
        )
    return labels.index(label)


class NewReno(Controlled):
    """TCP NewReno of ns-3 (RFC 6582) sets the windows."""

    label = "newreno"


class Cubic(Controlled):
    """TCP CUBIC of ns-3 (RFC 9438) sets the windows."""

    label = "cubic"


class Bbr(Controlled):
    """TCP BBR of ns-3 (version 1, Cardwell et al. 2016) sets the windows."""

    label = "bbr"
