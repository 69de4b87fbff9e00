# SPDX-License-Identifier: MIT
"""The tasks of users: the twin's constants, and settings that add to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from py_agent.engine import _engine
from py_agent.twin.errors import UnsuitableNetwork
from py_agent.twin.model.parameters import Traffic


def check_one_law(chosen: Mapping[str, Any]) -> None:
    """All users create their tasks alike: the twin has one law for them.

    Args:
        chosen: settings of the scenario's traffic.

    Raises:
        UnsuitableNetwork: they are of several classes.
    """
    if chosen.get("classes"):
        raise UnsuitableNetwork(
            f"setting traffic.classes has {len(chosen['classes'])} items: all users of the twin "
            "follow one law of traffic, so it must be empty; policies without the twin take it"
        )


def check_drawn(chosen: Mapping[str, Any]) -> None:
    """The twin can draw the tasks of all users from one law.

    Args:
        chosen: settings of the scenario's traffic.

    Raises:
        UnsuitableNetwork: they are of several classes, or of a file.
    """
    check_one_law(chosen)
    if chosen["model"] == "trace":
        raise UnsuitableNetwork(
            "setting traffic.model = 'trace': without ns-3 the twin draws tasks from a law and "
            "reads no trace; give the model, rate and sizes that come closest"
        )


def traffic_law(law: Traffic, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """As the engine takes it.

    Args:
        law: of the twin's parameters.
        chosen: settings of the scenario's traffic.
    """
    pareto = chosen["size_model"] == "bounded-pareto"
    return {
        **law.model_dump(),
        **({"size_model": "bounded-pareto"} if pareto else {}),
        "size_alpha": chosen["size_alpha"],
        "periodic": chosen["model"] == "periodic",
        "jitter_s": chosen["jitter_s"],
    }


def mean_size_bit(law: Traffic, chosen: Mapping[str, Any]) -> float:
    """Mean size of a task, as the settings promise it; arguments as of `traffic_law`."""
    return _engine.mean_size_bit(traffic_law(law, chosen))
