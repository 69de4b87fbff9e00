# SPDX-License-Identifier: MIT
"""Fits how users hear their cells' control channels to recorded runs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from py_agent.radio.link_model import Recorded
from py_agent.radio.lte.laws import control_sinr_db, decoded, decoded_at
from py_agent.radio.lte.parameters import ControlChannel, LteParameters
from py_agent.radio.lte.rate_fit import CarriedBits

Floats = NDArray[np.float64]

_NEEDED_DB = (-14.0, -12.0, -11.0, -10.0, -9.0, -8.0, -7.0, -6.0, -5.0)
_SLOPES_DB = (0.7, 1.0, 1.5, 2.0, 3.0)
_EDGE_DB = 0.0  # above it every grant is heard
_ENOUGH = 300  # slots of busy users below that edge
_ENOUGH_LOSSES = 10
_LINK_FAILED = "radio_link_failure"


def fit_control(runs: Sequence[Recorded], fitted: LteParameters) -> ControlChannel:
    """Edge of decoding, time until a link fails, time until its user has a cell again.

    Args:
        runs: what was recorded.
        fitted: with rates fitted.
    """
    lost = [_losses(run, fitted) for run in runs]
    spell_s, without_s = (np.array([x for run in lost for x in run[i]]) for i in (0, 1))
    update = _edge(runs, fitted)
    if len(spell_s) >= _ENOUGH_LOSSES:
        update["out_of_sync_s"] = float(np.median(spell_s))
    if len(without_s) >= _ENOUGH_LOSSES:
        update["lost_s"] = float(without_s.mean())
        update["lost_sd_s"] = float(without_s.std())
    return fitted.control.model_copy(update=update)


def _edge(runs: Sequence[Recorded], fitted: LteParameters) -> dict[str, float]:
    """Of a grid, the edge under which the bits of busy users' slots are missed least."""
    carried = [CarriedBits.of(run) for run in runs]
    sinr_db, heard, observed, predicted = (
        np.concatenate(column)
        for column in zip(*(_busy_slots(c, fitted) for c in carried), strict=True)
    )
    clean = predicted / np.maximum(heard, 1e-9)
    below = sinr_db < _EDGE_DB
    if np.count_nonzero(below) < _ENOUGH or not observed[~below].any():
        return {}
    clean *= observed[~below].sum() / clean[~below].sum()
    observed, clean, sinr_db = observed[below], clean[below], sinr_db[below]
    missed = {}
    for needed_db, slope_db in itertools.product(_NEEDED_DB, _SLOPES_DB):
        tried = fitted.control.model_copy(update={"needed_db": needed_db, "slope_db": slope_db})
        part = decoded_at(tried, sinr_db)
        missed[needed_db, slope_db] = float(((observed - clean * part) ** 2).sum())
    needed_db, slope_db = min(missed, key=missed.__getitem__)
    return {"needed_db": needed_db, "slope_db": slope_db}


def _busy_slots(c: CarriedBits, fitted: LteParameters) -> tuple[Floats, Floats, Floats, Floats]:
    """SINR, part of the grants heard by the parameters, bits observed and predicted."""
    predicted = c.clean_bits(fitted) * c.passing(fitted)
    columns = (
        control_sinr_db(fitted, c.rsrp_dbm, c.bs),
        decoded(fitted, c.rsrp_dbm, c.bs),
        c.bits,
        predicted,
    )
    sinr_db, heard, observed, predicted = (column[c.busy] for column in columns)
    return sinr_db, heard, observed, predicted


def _losses(run: Recorded, fitted: LteParameters) -> tuple[list[float], list[float]]:
    """Spells in one cell that have ended in a failed link, and times until the next cell."""
    table = run.table("radio_link")
    failed = np.flatnonzero(np.asarray(table["reason"]).astype(str) == _LINK_FAILED)
    time_s = run.field("time_s")[:, 0]
    bs = run.field("serving_bs").astype(np.int32)
    sinr_db = control_sinr_db(fitted, run.field("rsrp_dbm").astype(np.float64), bs)
    bad = (sinr_db < fitted.control.out_of_sync_db) & (bs >= 0)
    spells = list(_spells(table, failed, time_s, bad, bs, run.slot_s))
    without_s = np.asarray(table["restored_s"] - table["lost_s"], np.float64)[failed]
    return spells, without_s[np.isfinite(without_s)].tolist()


def _spells(
    table: Mapping[str, NDArray[np.generic]],
    failed: NDArray[np.intp],
    time_s: Floats,
    bad: NDArray[np.bool_],
    bs: NDArray[np.int32],
    slot_s: float,
) -> Iterator[float]:
    for i in failed:
        user = int(table["ue"][i])
        last = int(np.searchsorted(time_s, table["lost_s"][i])) - 1
        first = last
        while first > 0 and bad[first - 1, user]:
            first -= 1
        if bad[last, user] and (bs[first : last + 1, user] == bs[last, user]).all():
            yield (last - first + 1) * slot_s
