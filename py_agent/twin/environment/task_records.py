# SPDX-License-Identifier: MIT
"""The tasks of a rollout as rows of the scenario's own table."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import Schema
from py_agent.twin.rollout.rollout import Rollout

_TASK = "task"


class TaskRecords:
    """Collects rows of the table `task` from a batch of one rollout.

    Args:
        schema: of the scenario.
        rollout: one rollout.

    Example:
        >>> from py_agent.twin.environment.network import TwinNetwork
        >>> network = TwinNetwork.of({"n_ue": 2, "n_bs": 2})
        >>> from py_agent.twin.rollout.random_streams import seed_array
        >>> rollout = network.rollout(batch=1)
        >>> rollout.start(seed_array([1]))
        >>> records = TaskRecords(network.schema, rollout)
        >>> "done_s" in records.take(finished=True)["task"].dtype.names
        True
    """

    def __init__(self, schema: Schema, rollout: Rollout) -> None:
        self._rollout = rollout
        self._dtypes = {table.name: table.dtype for table in schema.tables}
        self._until_s = float(rollout.now_s()[0])  # what a branch's parent has is not repeated
        self._has_given_open = False

    def take(self, finished: bool) -> dict[str, NDArray[Any]]:
        """Tasks done or dropped since the last call; with `finished`, the open ones, once."""
        rows = {name: np.empty(0, dtype) for name, dtype in self._dtypes.items()}
        now_s = float(self._rollout.now_s()[0])
        tasks = self._rollout.tasks()
        ended_s = np.fmin(tasks["done_s"], tasks["left_s"])  # NaN: it has not
        fresh = ended_s > self._until_s
        gives_open = finished and not self._has_given_open
        chosen = fresh | np.isnan(ended_s) if gives_open else fresh
        self._has_given_open |= gives_open
        self._until_s = max(self._until_s, now_s)
        numbers = np.argsort(tasks["created_s"], kind="stable").argsort()
        start_s = self._rollout.place.begin_s
        found = {name: value[chosen] for name, value in tasks.items()}
        uploaded = found["bs"] >= 0
        made = np.zeros(int(chosen.sum()), self._dtypes[_TASK])
        capacity_hz = np.array(self._rollout.parameters.compute.capacity_hz)
        made["task"] = numbers[chosen]
        made["ue"] = found["ue"]
        made["bs"] = found["bs"]
        made["size_bit"] = found["size_bit"]
        made["cycles"] = found["cycles"]
        made["created_s"] = start_s + found["created_s"]
        made["uploaded_s"] = np.where(uploaded, start_s + found["uploaded_s"], np.nan)
        made["compute_s"] = np.where(uploaded, found["cycles"] / capacity_hz[found["bs"]], np.nan)
        made["computed_s"] = start_s + found["computed_s"]
        made["done_s"] = start_s + found["done_s"]
        traffic = self._rollout.parameters.traffic
        computed = np.isfinite(found["computed_s"])
        result_bit = np.ceil(traffic.result_bit + traffic.result_ratio * found["size_bit"])
        made["result_bit"] = np.where(computed, result_bit, 0)
        if "left_s" in (made.dtype.names or ()):
            made["left_s"] = start_s + found["left_s"]
        rows[_TASK] = made[np.argsort(ended_s[chosen], kind="stable")]
        return rows
