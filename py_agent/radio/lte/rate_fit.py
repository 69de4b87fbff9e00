# SPDX-License-Identifier: MIT
"""Fits the rate curve, the interference of data, and the spread of rates to recorded runs."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from py_agent.radio.busy import ENOUGH_BIT, WINDOW_SLOTS, busy_users
from py_agent.radio.errors import NothingToLearn
from py_agent.radio.link_model import Recorded
from py_agent.radio.lte.laws import (
    curve_rate_bps,
    decoded,
    density_dbm_per_rb,
    grant_width_rb,
    success,
)
from py_agent.radio.lte.parameters import DataInterference, LteParameters, RateCurve
from py_agent.radio.lte.rate_curve import RateCorrection, RateCurveLearner
from py_agent.radio.spread import robust_sd

Floats = NDArray[np.float64]

_MARGINS_DB = (-9.0, -7.0, -5.0, -3.0)
_SLOPES_DB = (0.7, 1.5, 3.0)
_MEMORIES_S = (0.1, 0.2, 0.3, 0.6, 1.2)
_SMALLEST_RATIO = 0.05
_USUAL_SPREAD = 0.3  # where nothing was measured
_BOTH_ENDS = (slice(None, -1), slice(1, None))  # of slots, in fields that are recorded at these


@dataclasses.dataclass(frozen=True)
class CarriedBits:
    """What users with enough to send were granted and delivered, slot by slot.

    Attributes:
        busy: users that had enough before and after the slot, in one cell, ``[n, n_ue]``.
        bits: delivered, ``[n, n_ue]``.
        used_rb: resource blocks, mean per TTI, ``[n, n_ue]``.
        bs: serving, ``[n, n_ue]``.
        sounded_db: SINR of the sounding signal before the slot, ``[n, n_ue]``.
        rsrp_dbm: before the slot, ``[n, n_ue, n_bs]``.
        slot_s: length of a slot.

    Example:
        >>> class TwoSlots:  # of one user and one cell, as they are recorded
        ...     slot_s = 0.02
        ...
        ...     def field(self, name):
        ...         shape = (2, 1, 1) if name == "rsrp_dbm" else (2, 1)
        ...         return np.full(shape, {"upload_backlog_bit": 1e6}.get(name, 0.0))
        >>> carried = CarriedBits.of(TwoSlots())
        >>> carried.busy.shape, carried.rsrp_dbm.shape
        ((1, 1), (1, 1, 1))
    """

    busy: NDArray[np.bool_]
    bits: Floats
    used_rb: Floats
    bs: NDArray[np.int32]
    sounded_db: Floats
    rsrp_dbm: Floats
    slot_s: float

    @classmethod
    def of(cls, run: Recorded) -> CarriedBits:
        """Take it from a run."""
        names = ("upload_backlog_bit", "upload_unconfirmed_bit", "serving_bs")
        before, after = ({name: run.field(name)[at] for name in names} for at in _BOTH_ENDS)
        return cls(
            busy=busy_users(before, after),
            bits=np.diff(run.field("delivered_bit"), axis=0).astype(np.float64),
            used_rb=run.field("rb_used_ul")[1:].astype(np.float64),
            bs=after["serving_bs"].astype(np.int32),
            sounded_db=run.field("sinr_ul_db")[:-1].astype(np.float64),
            rsrp_dbm=run.field("rsrp_dbm")[:-1].astype(np.float64),
            slot_s=run.slot_s,
        )

    def passing(self, parameters: LteParameters) -> Floats:
        """Part of the clean rate that gets through, ``[n, n_ue]``."""
        width_rb = grant_width_rb(parameters, self.used_rb, self.bs)
        density = density_dbm_per_rb(parameters, self.rsrp_dbm, self.bs, width_rb)
        passing = success(parameters, density, self.bs, self.used_rb, self.sounded_db)
        return passing * decoded(parameters, self.rsrp_dbm, self.bs)

    def clean_bits(self, parameters: LteParameters) -> Floats:
        """What the granted blocks would carry without interference, ``[n, n_ue]``."""
        share = self.used_rb / parameters.uplink.bandwidth_rb
        return curve_rate_bps(parameters, self.sounded_db, share) * self.slot_s

    def windows(self, values: Floats) -> Floats:
        """Sums over windows in which a user was busy all the time, ``[n_windows]``."""
        sums: Floats = _by_window(values)[_by_window(self.busy).all(axis=1)].sum(axis=1)
        return sums


def fit_rates(runs: Sequence[Recorded], prior: LteParameters) -> tuple[RateCurve, DataInterference]:
    """Curve, interference, spread and memory of rates.

    Margin and slope are those, of a grid, under which the curve that they imply misses the bits
    of windows of 0.2 s least, in absolute sum.

    Raises:
        NothingToLearn: hardly anything was uploaded.
    """
    carried = [CarriedBits.of(run) for run in runs]
    if sum(int(c.busy.sum()) for c in carried) < 50:
        raise NothingToLearn("hardly anything was uploaded: fewer than 50 slots of busy users")
    best: tuple[float, LteParameters] | None = None
    for margin_db, slope_db in itertools.product(_MARGINS_DB, _SLOPES_DB):
        law = prior.interference.model_copy(update={"margin_db": margin_db, "slope_db": slope_db})
        tried = _with_curve(carried, prior.model_copy(update={"interference": law}))
        missed = _missed(carried, [c.clean_bits(tried) * c.passing(tried) for c in carried])
        if best is None or missed < best[0]:
            best = missed, tried
    assert best is not None
    fitted = best[1]
    rate = _with_memory(carried, fitted)
    return rate, fitted.interference


def _with_curve(carried: Sequence[CarriedBits], parameters: LteParameters) -> LteParameters:
    learner = RateCurveLearner(parameters.rate)
    fastest = 0.0
    for c in carried:
        able = c.used_rb * c.slot_s * c.passing(parameters)
        learner.update(c.sounded_db[c.busy], c.bits[c.busy], able[c.busy])
        fastest = max(fastest, float(c.bits.max(initial=0.0)) / c.slot_s)
    curve = learner.curve().model_copy(update={"largest_bps": max(fastest, 1e5)})
    return parameters.model_copy(update={"rate": curve})


def _with_memory(carried: Sequence[CarriedBits], fitted: LteParameters) -> RateCurve:
    predicted = [c.clean_bits(fitted) * c.passing(fitted) for c in carried]
    tried: list[tuple[float, float, list[Floats]]] = []
    for memory_s in _MEMORIES_S:
        curve = fitted.rate.model_copy(update={"correction_correlation_s": memory_s})
        corrected = [_corrected(c, p, curve) for c, p in zip(carried, predicted, strict=True)]
        tried.append((_missed(carried, corrected), memory_s, corrected))
    _, memory_s, corrected = min(tried, key=lambda entry: entry[0])
    return fitted.rate.model_copy(
        update={
            "correction_correlation_s": memory_s,
            "correction_sd": _log_spread(carried, predicted),
            "relative_sd": _log_spread(carried, corrected),
        }
    )


def _corrected(c: CarriedBits, predicted: Floats, curve: RateCurve) -> Floats:
    """One slot ahead, with what users' rates were until then."""
    users = np.arange(predicted.shape[1])
    filtered = RateCorrection(curve, len(users))
    out = np.empty_like(predicted)
    for slot in range(len(predicted)):
        out[slot] = predicted[slot] * np.exp(filtered.log_factor)
        filtered.fade(c.slot_s)
        if slot:
            filtered.forget(np.flatnonzero(c.bs[slot] != c.bs[slot - 1]))
        busy = users[c.busy[slot]]
        filtered.update(busy, c.bits[slot, busy], predicted[slot, busy])
    return out


def _missed(carried: Sequence[CarriedBits], predicted: Sequence[Floats]) -> float:
    pairs = list(zip(carried, predicted, strict=True))
    observed = np.concatenate([c.windows(c.bits) for c, _ in pairs])
    predicted_bit = np.concatenate([c.windows(p) for c, p in pairs])
    return float(np.abs(observed - predicted_bit).sum() / max(observed.sum(), 1.0))


def _log_spread(carried: Sequence[CarriedBits], predicted: Sequence[Floats]) -> float:
    pairs = list(zip(carried, predicted, strict=True))
    observed = np.concatenate([c.windows(c.bits) for c, _ in pairs])
    predicted_bit = np.concatenate([c.windows(p) for c, p in pairs])
    kept = predicted_bit >= ENOUGH_BIT
    ratio = np.maximum(observed[kept] / predicted_bit[kept], _SMALLEST_RATIO)
    spread = robust_sd(np.log(ratio)) if kept.any() else _USUAL_SPREAD  # tails are no Gaussian's
    return float(np.clip(spread, 0.02, 0.4))


def _by_window(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """Whole windows, ``[n_windows, WINDOW_SLOTS, n_ue]`` swapped to windows and users first."""
    whole = len(values) // WINDOW_SLOTS * WINDOW_SLOTS
    split = values[:whole].reshape(-1, WINDOW_SLOTS, values.shape[1])
    return np.swapaxes(split, 1, 2).reshape(-1, WINDOW_SLOTS)
