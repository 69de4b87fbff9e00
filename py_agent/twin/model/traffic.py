# SPDX-License-Identifier: MIT
"""The tasks of users: the twin's constants, and settings that add to them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from py_agent.engine import _engine
from py_agent.twin.errors import UnsuitableNetwork
from py_agent.twin.model.parameters import TaskLaw, TwinParameters

Chosen = Mapping[str, Any]  # settings of a scenario's traffic
Floats = NDArray[np.float64]
T = TypeVar("T")


def check_drawn(chosen: Chosen) -> None:
    """The twin can draw the tasks of all users from laws.

    Args:
        chosen: settings of the scenario's traffic.

    Raises:
        UnsuitableNetwork: they are of a file.
    """
    if chosen["model"] == "trace":
        raise UnsuitableNetwork(
            "setting traffic.model = 'trace': without ns-3 the twin draws tasks from a law and "
            "reads no trace; give the model, rate and sizes that come closest"
        )


def check_classes(parameters: TwinParameters, chosen: Chosen) -> None:
    """The constants are of the classes of users that a network has.

    Args:
        parameters: the twin's.
        chosen: settings of the scenario's traffic.

    Raises:
        UnsuitableNetwork: they are of others.
    """
    has = [law.users for law in parameters.traffic_classes]
    needs = [given.get("users", 1) for given in chosen.get("classes", ())]
    if has != needs:
        raise UnsuitableNetwork(
            f"the parameters are of {_classes(has)}, the network has {_classes(needs)} "
            "(traffic.classes): take parameters that were calibrated on such a network, or none"
        )


def _classes(users: list[int]) -> str:
    return f"classes of {users} users" if users else "users without classes"


def settings_of_classes(chosen: Chosen) -> list[Chosen]:
    """What each class of users has for settings of its traffic; one without classes.

    Args:
        chosen: settings of the scenario's traffic.

    Example:
        >>> classes = [{"users": 2, "rate_hz": 5.0}, {"size_bit": 8e3}]
        >>> first, second = settings_of_classes({"rate_hz": 1.0, "classes": classes})
        >>> first["name"], first["rate_hz"], second["users"], second["size_max_bit"]
        ('class_0', 5.0, 1, 8000.0)
    """
    classes = chosen.get("classes")
    if not classes:
        return [chosen]
    return [
        {**chosen, "name": f"class_{number}", "users": 1, **_given(item)}
        for number, item in enumerate(classes)
    ]


def _given(item: Chosen) -> Chosen:
    """As settings of traffic, among which one size for all tasks is a law without spread."""
    size_bit = item.get("size_bit", 0)
    if size_bit <= 0:
        return item
    return {**item, "size_model": "uniform", "size_min_bit": size_bit, "size_max_bit": size_bit}


@dataclasses.dataclass(frozen=True)
class UsersTraffic:
    """By which law each user creates its tasks.

    Attributes:
        laws: of each class; one, of all users, without classes.
        of_user: which one each user follows, ``[n_ue]``.

    Example:
        >>> from py_agent.twin.environment.network import TwinNetwork
        >>> classes = [{"users": 2, "rate_hz": 5.0}, {"rate_hz": 3.0}]
        >>> network = TwinNetwork.of({"n_ue": 3, "n_bs": 1, "traffic": {"classes": classes}})
        >>> UsersTraffic.of(network.parameters, 3).each(lambda law: law.rate_hz).tolist()
        [5.0, 5.0, 3.0]
    """

    laws: tuple[TaskLaw, ...]
    of_user: NDArray[np.intp]

    @classmethod
    def of(cls, parameters: TwinParameters, n_ue: int) -> UsersTraffic:
        """What the twin's constants say of the users of a network."""
        classes = parameters.traffic_classes
        if not classes:
            return cls((parameters.traffic,), np.zeros(n_ue, np.intp))
        return cls(classes, np.repeat(np.arange(len(classes)), [law.users for law in classes]))

    def each(self, value: Callable[[TaskLaw], float]) -> Floats:
        """A number that follows from each user's law, ``[n_ue]``."""
        of_laws: Floats = np.array([value(law) for law in self.laws], np.float64)
        return of_laws[self.of_user]

    def under(self, chosen: Chosen, value: Callable[[TaskLaw, Chosen], T]) -> list[T]:
        """What follows from the law of each class and its settings, ``[n_classes]``.

        Args:
            chosen: settings of the scenario's traffic.
            value: of a law and the settings of its class.
        """
        return [
            value(law, of_class)
            for law, of_class in zip(self.laws, settings_of_classes(chosen), strict=True)
        ]

    def mean_size_bit(self, chosen: Chosen) -> Floats:
        """Mean size of each user's tasks, as the settings promise it, ``[n_ue]``."""
        return self._each_under(chosen, mean_size_bit)

    def mean_rate_hz(self, chosen: Chosen) -> Floats:
        """Tasks per second that the settings promise of each user, ``[n_ue]``."""
        return self._each_under(chosen, _mean_rate_hz)

    def _each_under(self, chosen: Chosen, value: Callable[[TaskLaw, Chosen], float]) -> Floats:
        of_laws: Floats = np.array(self.under(chosen, value), np.float64)
        return of_laws[self.of_user]


def traffic_law(law: TaskLaw, chosen: Chosen) -> dict[str, Any]:
    """As the engine takes it.

    Args:
        law: of the twin's parameters.
        chosen: settings of the scenario's traffic, for the users of this law.
    """
    pareto = chosen["size_model"] == "bounded-pareto"
    return {
        **law.model_dump(),
        **({"size_model": "bounded-pareto"} if pareto else {}),
        "size_alpha": chosen["size_alpha"],
        "periodic": chosen["model"] == "periodic",
        "jitter_s": chosen["jitter_s"],
    }


def mean_size_bit(law: TaskLaw, chosen: Chosen) -> float:
    """Mean size of a task, as the settings promise it; arguments as of `traffic_law`."""
    return _engine.mean_size_bit(traffic_law(law, chosen))


def _mean_rate_hz(law: TaskLaw, chosen: Chosen) -> float:
    if chosen["model"] == "periodic":
        return law.rate_hz
    return law.rate_hz * law.on_s / (law.on_s + law.off_s)
