# SPDX-License-Identifier: MIT
"""What a policy is: the one interface behind which every agent decides."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import Branches, InvalidAction, Ns3TwinError, Schema

Observation: TypeAlias = Mapping[str, NDArray[Any]]
Decision: TypeAlias = Mapping[str, NDArray[Any]]
BranchNow: TypeAlias = Callable[[int], Branches[Any]]


def present(observation: Observation) -> NDArray[np.bool_]:
    """Which users are there, ``[..., n_ue]``; one value for all where nobody comes or goes.

    Example:
        >>> present({"present": np.array([1, 0], np.int32)}).tolist()
        [True, False]
    """
    flags = observation.get("present")
    there: NDArray[np.bool_] = np.ones(1, bool) if flags is None else flags > 0
    return there


def tasks_in_system(observation: Observation) -> NDArray[Any]:
    """Tasks of every user that are not done, results on their way down among them, ``[..., n_ue]``.

    Example:
        >>> waiting = {"tasks_uploading": np.array([1, 0]), "tasks_computing": np.array([[2], [0]])}
        >>> tasks_in_system({**waiting, "tasks_downloading": np.array([0, 3])}).tolist()
        [3, 3]
    """
    tasks: NDArray[Any] = observation["tasks_uploading"] + observation["tasks_computing"].sum(-1)
    downloading = observation.get("tasks_downloading")
    return tasks if downloading is None else tasks + downloading


class MissingObservation(Ns3TwinError, LookupError):
    """Raised when a policy needs a field that is not declared with these settings."""


class PolicyFailed(Ns3TwinError):
    """Raised when a policy raises an exception of its own, or returns what is no decision.

    The exception, if there was one, is the ``__cause__``.

    Attributes:
        method: of the policy, e.g. ``decide_slot``; empty if only the message is known.
        slot: that it was asked in, from 0 on; None before the first one.
    """

    def __init__(self, message: str, method: str = "", slot: int | None = None) -> None:
        super().__init__(message)
        self.method = method
        self.slot = slot


@dataclasses.dataclass(frozen=True)
class Network:
    """What a policy may know of the physical network before the first slot.

    Attributes:
        scenario: its name.
        settings: all its settings, nested, e.g. ``settings["radio"]["bandwidth_rb"]``.
        schema: its fields with their shapes, units and bounds.

    Example:
        >>> from ns3_bridge import Field
        >>> heard = Field("rsrp_dbm", "float32", (20, 3), "dBm", -140, 0, dims=("ue", "bs"))
        >>> schema = Schema("cellular", 240, 0, "1", "", (heard,), (), {}, ())
        >>> network = Network("cellular", {"radio": {"bandwidth_rb": 25}}, schema)
        >>> network.require("rsrp_dbm")
        >>> network.schema.sizes["ue"]
        20
    """

    scenario: str
    settings: Mapping[str, Any]
    schema: Schema

    def require(self, *names: str, actions: Sequence[str] = ()) -> None:
        """Say before the first slot what a policy cannot do without.

        Args:
            names: of observations.
            actions: names of action fields.

        Raises:
            MissingObservation: the scenario does not declare one of these fields.
        """
        missing = set(names) - {field.name for field in self.schema.observations}
        if missing:
            raise MissingObservation(
                f"the policy needs {', '.join(sorted(missing))}, which {self.scenario} does not"
                " observe with these settings: is a group of the state switched off (state.…)?"
            )
        missing = set(actions) - {field.name for field in self.schema.actions}
        if missing:
            raise MissingObservation(
                f"the policy decides on {', '.join(sorted(missing))}, which {self.scenario} does"
                " not take with these settings"
            )


class Policy(Protocol):
    """Decides on two timescales. Subclass it or just provide the three methods.

    A decision is a dict of action fields (``ns3-twin describe`` lists them): those of timescale
    *frame* come from `decide_frame`, those of timescale *slot* from `decide_slot`.

    A policy may have an attribute ``batched = True``. It then decides for many networks at once
    where it is asked to: in the twin's rollouts, every observation has a leading batch dimension,
    ``[batch, *shape]``, and so have the fields of its decisions. Other policies are copied and
    asked rollout by rollout.

    Example:
        >>> import numpy as np
        >>> class Stay:
        ...     def begin(self, network, seed):
        ...         self.n_ue = network.settings["n_ue"]
        ...
        ...     def decide_frame(self, observation):
        ...         return {"association": np.maximum(observation["serving_bs"], 0)}
        ...
        ...     def decide_slot(self, observation):
        ...         return {"compute_share": np.full(self.n_ue, 1 / self.n_ue, np.float32)}
        >>> policy: Policy = Stay()
        >>> policy.decide_frame({"serving_bs": np.array([1, -1])})
        {'association': array([1, 0])}
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

    Example:
        >>> from py_agent.policies import load_policy
        >>> isinstance(load_policy("oracle"), LookAheadPolicy)
        True
        >>> isinstance(load_policy("random"), LookAheadPolicy)
        False
    """

    def look_ahead(self, branch: BranchNow) -> None:
        """Take the means to do so; called after `begin`.

        Args:
            branch: ``branch(n)``, called while a decision is taken, gives `n` environments that
                continue the present physical state. Close them before the decision is returned.
        """


@contextlib.contextmanager
def asking(policy: object, method: str, slot: int | None = None) -> Iterator[None]:
    """Take what a method of a policy raises as `PolicyFailed`, but for errors of the product.

    >>> with asking("a policy", "begin"):
    ...     1 / 0
    Traceback (most recent call last):
    ...
    py_agent.contract.PolicyFailed: begin of str failed: ZeroDivisionError: division by zero
    """
    try:
        yield
    except Ns3TwinError:
        raise  # it says itself what is wrong
    except Exception as error:
        what = f"failed: {type(error).__name__}: {' '.join(str(error).split())}"
        raise PolicyFailed(_told(policy, method, slot, what), method, slot) from error


def ask(policy: Policy, method: str, observation: Observation, slot: int | None = None) -> Decision:
    """The decision that a policy takes.

    Args:
        policy: has begun.
        method: ``decide_frame`` or ``decide_slot``.
        observation: of the slot that starts.
        slot: its number, for messages.

    Raises:
        PolicyFailed: an exception ends it, or it returns no dict of action fields.
    """
    with asking(policy, method, slot):
        returned: object = getattr(policy, method)(observation)
    if not isinstance(returned, Mapping):
        what = f"returned {type(returned).__name__}, expected a dict of action fields"
        raise PolicyFailed(_told(policy, method, slot, what), method, slot)
    return returned


def refused(
    policy: object, method: str, error: InvalidAction, slot: int | None = None
) -> PolicyFailed:
    """What to raise of a decision that cannot be enforced.

    >>> from ns3_bridge import InvalidAction
    >>> refused("a policy", "decide_slot", InvalidAction("share", "share is missing"), slot=3)
    PolicyFailed('decide_slot of str in slot 3 returned a wrong decision: share is missing')
    """
    return PolicyFailed(
        _told(policy, method, slot, f"returned a wrong decision: {error}"), method, slot
    )


def _told(policy: object, method: str, slot: int | None, what: str) -> str:
    when = "" if slot is None else f" in slot {slot}"
    return f"{method} of {type(policy).__name__}{when} {what}"
