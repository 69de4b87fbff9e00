# SPDX-License-Identifier: MIT
"""The tasks of a future as rows of the scenario's own table."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import Schema
from py_agent.twin.rollout.rollout import Rollout

_TASK = "task"


class TaskRecords:
    """Collects rows of the table `task` from a batch of one future.

    Args:
        schema: of the scenario.
        rollout: one future.
    """

    def __init__(self, schema: Schema, rollout: Rollout) -> None:
        self._rollout = rollout
        self._dtypes = {table.name: table.dtype for table in schema.tables}
        self._until_s = -np.inf

    def take(self, finished: bool) -> dict[str, NDArray[Any]]:
        """Tasks done since the last call; with `finished`, the open ones as well."""
        rows = {name: np.empty(0, dtype) for name, dtype in self._dtypes.items()}
        state = self._rollout.state
        now_s = int(state.slot) * self._rollout.slot_s
        tasks = {
            name: getattr(state.tasks, name)[0].cpu().numpy().astype(np.float64)
            for name in ("created_s", "size_bit", "cycles", "uploaded_s", "bs", "done_s")
        }
        exists = tasks["created_s"] < now_s
        done_s = tasks["done_s"]
        fresh = exists & (done_s > self._until_s)
        chosen = fresh | (exists & np.isnan(done_s)) if finished else fresh
        self._until_s = max(self._until_s, now_s)
        order = np.argsort(tasks["created_s"][exists], kind="stable").argsort()
        numbers = np.full(exists.shape, -1)
        numbers[exists] = order
        start_s = self._rollout.place.begin_s
        found = {name: value[chosen] for name, value in tasks.items()}
        uploaded = found["bs"] >= 0
        made = np.zeros(int(chosen.sum()), self._dtypes[_TASK])
        capacity_hz = self._rollout.edge_law.capacity_hz.cpu().numpy()
        made["task"] = numbers[chosen]
        made["ue"] = np.nonzero(chosen)[0]
        made["bs"] = found["bs"]
        made["size_bit"] = found["size_bit"]
        made["cycles"] = found["cycles"]
        made["created_s"] = start_s + found["created_s"]
        made["uploaded_s"] = np.where(uploaded, start_s + found["uploaded_s"], np.nan)
        made["compute_s"] = np.where(
            uploaded, found["cycles"] / capacity_hz[found["bs"].astype(int)], np.nan
        )
        made["computed_s"] = made["done_s"] = start_s + found["done_s"]
        rows[_TASK] = made[np.argsort(made["done_s"], kind="stable")]
        return rows
