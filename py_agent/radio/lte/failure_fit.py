# SPDX-License-Identifier: MIT
"""Fits to recorded runs when handovers fail."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from py_agent.radio.link_model import Recorded
from py_agent.radio.lte.laws import failure_probability
from py_agent.radio.lte.parameters import FailureLaw

Floats = NDArray[np.float64]

_FLOORS = (0.001, 0.003, 0.01, 0.03, 0.1)
_MARGINS_DB = (4.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0, 30.0, 50.0, 80.0)
_SLOPES_DB = (1.0, 2.0, 4.0, 8.0, 14.0, 20.0)
_ENOUGH = 20


def fit_failure(runs: Sequence[Recorded], prior: FailureLaw) -> FailureLaw:
    """Of a grid, the law under which the outcomes of handovers are likeliest."""
    rows = [_handovers(run) for run in runs]
    excess_db = np.concatenate([row[0] for row in rows])
    failed = np.concatenate([row[1] for row in rows])
    if len(failed) < _ENOUGH:
        return prior
    best: tuple[float, FailureLaw] = (-np.inf, prior)
    for floor, margin_db, slope_db in itertools.product(_FLOORS, _MARGINS_DB, _SLOPES_DB):
        law = FailureLaw(floor=floor, margin_db=margin_db, slope_db=slope_db)
        chance = failure_probability(law, excess_db)
        chance = np.clip(np.where(failed, chance, 1 - chance), 1e-9, 1.0)
        likelihood = float(np.log(chance).sum())
        if likelihood > best[0]:
            best = likelihood, law
    return best[1]


def _handovers(run: Recorded) -> tuple[Floats, NDArray[np.bool_]]:
    """Of handovers that were tried: how much better the source was heard; whether they failed."""
    table = run.table("handover")
    outcome = np.asarray(table["outcome"]).astype(str)
    time_s = run.field("time_s")[:, 0]
    slot = np.clip(np.searchsorted(time_s, table["commanded_s"], side="right") - 1, 0, None)
    rsrp_dbm = run.field("rsrp_dbm")[slot, table["ue"]].astype(np.float64)  # [n, n_bs]
    row = np.arange(len(slot))
    excess_db = rsrp_dbm[row, np.maximum(table["from_bs"], 0)] - rsrp_dbm[row, table["to_bs"]]
    tried = (outcome == "done") | (outcome == "failed")
    return excess_db[tried], (outcome == "failed")[tried]
