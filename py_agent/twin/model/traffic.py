# SPDX-License-Identifier: MIT
"""The tasks of users: the twin's constants, and settings that add to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from py_agent.engine import _engine
from py_agent.twin.model.parameters import Traffic


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
