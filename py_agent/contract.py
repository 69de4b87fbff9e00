# SPDX-License-Identifier: MIT
"""What a policy is: the one interface behind which every agent decides."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import Branches, Ns3TwinError, Schema

Observation: TypeAlias = Mapping[str, NDArray[Any]]
Decision: TypeAlias = Mapping[str, NDArray[Any]]
BranchNow: TypeAlias = Callable[[int], Branches]


def present(observation: Observation) -> NDArray[np.bool_]:
    """Which users are there, ``[..., n_ue]``; one value for all where nobody comes or goes.

    Example:
        >>> present({"present": np.array([1, 0], np.int32)}).tolist()
        [True, False]
    """
    flags = observation.get("present")
    there: NDArray[np.bool_] = np.ones(1, bool) if flags is None else flags > 0
    return there


class MissingObservation(Ns3TwinError, LookupError):
    """Raised when a policy needs an observation that is not declared with these settings."""


@dataclasses.dataclass(frozen=True)
class Network:
    """What a policy may know of the physical network before the first slot.

    Attributes:
        scenario: its name.
        settings: all its settings, nested, e.g. ``settings["radio"]["bandwidth_rb"]``.
        schema: its fields with their shapes, units and bounds.
    """

    scenario: str
    settings: Mapping[str, Any]
    schema: Schema

    def require(self, *names: str) -> None:
        """Say before the first slot what a policy cannot do without.

        Raises:
            MissingObservation: the scenario does not declare one of these observations.
        """
        missing = set(names) - {field.name for field in self.schema.observations}
        if missing:
            raise MissingObservation(
                f"the policy needs {', '.join(sorted(missing))}, which {self.scenario} does not"
                " observe with these settings: is a group of the state switched off (state.…)?"
            )


class Policy(Protocol):
    """Decides on two timescales. Subclass it or just provide the three methods.

    A decision is a dict of action fields (``ns3-twin describe`` lists them): those of timescale
    *frame* come from `decide_frame`, those of timescale *slot* from `decide_slot`.

    A policy may have an attribute ``batched = True``. It then decides for many networks at once
    where it is asked to: in the twin's rollouts, every observation has a leading batch dimension,
    ``[batch, *shape]``, and so have the fields of its decisions. Other policies are copied and
    asked rollout by rollout.
    """

    def begin(self, network: Network, seed: int) -> None:
        """A run starts. Draw random numbers only from a generator seeded with `seed`."""

    def decide_frame(self, observation: Observation) -> Decision:
        """Decide for the frame that starts now, e.g. ``{"association": [n_ue]}``."""
        ...

    def decide_slot(self, observation: Observation) -> Decision:
        """Decide for the slot that starts now, e.g. ``{"compute_share": [n_ue]}``."""
        ...


@runtime_checkable
class LookAheadPolicy(Policy, Protocol):
    """A policy that tries decisions on branches of the running network before it takes one.

    A policy becomes one by having the method `look_ahead`; it then needs a network that can be
    branched, i.e. one that runs on this machine.
    """

    def look_ahead(self, branch: BranchNow) -> None:
        """Take the means to do so; called after `begin`.

        Args:
            branch: ``branch(n)``, called while a decision is taken, gives `n` environments that
                continue the present physical state. Close them before the decision is returned.
        """
