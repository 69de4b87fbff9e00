# SPDX-License-Identifier: MIT
"""Fits the channel map and the SINR of the sounding signal to recorded runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from py_agent.radio.link_model import Recorded
from py_agent.radio.lte.channel_map import ChannelMapEstimator
from py_agent.radio.lte.laws import (
    antenna_gain_db,
    formula_sinr_db,
    log_distance,
    map_rsrp_dbm,
)
from py_agent.radio.lte.parameters import ChannelMap, LteParameters, UplinkSinr
from py_agent.radio.lte.reports import heard, sounded

Floats = NDArray[np.float64]

_STEP_S = 0.2  # ns-3 reports received power so often
_LAGS_M = (5.0, 10.0, 20.0, 40.0)
_LAG_S = 1.0


def fit_channel(runs: Sequence[Recorded], prior: LteParameters) -> ChannelMap:
    """Map, spread and decorrelation of received power.

    The map is that of the estimator which learns online, fed with all runs. The correlation of
    residuals over walks of some lengths gives the decorrelation distance: the median of
    ``−Δ/ln ρ(Δ)``.
    """
    n_ue = runs[0].field("rsrp_dbm").shape[1]
    estimator = ChannelMapEstimator(prior.channel, n_ue * len(runs))
    for number, run in enumerate(runs):
        place_m, rsrp_dbm = _sampled(run)
        bs_m = run.field("bs_position_m")[0].astype(np.float64)
        users = np.arange(n_ue) + number * n_ue
        walked_m = np.zeros(n_ue)
        for step in range(len(place_m)):
            if step:
                walked_m = np.linalg.norm(place_m[step] - place_m[step - 1], axis=1)
            distance = log_distance(prior, place_m[step], bs_m)
            gain_db = antenna_gain_db(prior, place_m[step], bs_m)
            estimator.update(users, distance, rsrp_dbm[step] - gain_db, walked_m)
    channel = estimator.channel_map()
    fitted = prior.model_copy(update={"channel": channel})
    lengths_m = _decorrelation_m(runs, fitted)
    return channel.model_copy(update={"decorrelation_m": lengths_m})


def fit_uplink(runs: Sequence[Recorded], prior: LteParameters) -> UplinkSinr:
    """Rise of the noise by cell, offset, spread and memory of the sounding signal's SINR.

    Args:
        runs: what was recorded.
        prior: with the channel fitted.
    """
    errors: list[list[Floats]] = [[] for _ in range(prior.n_bs)]
    now, later, top_db = [], [], prior.uplink.ceiling_db
    for run in runs:
        step = max(1, round(_STEP_S / run.slot_s))
        bs = run.field("serving_bs")[::step].astype(np.int32)
        rsrp_dbm = run.field("rsrp_dbm")[::step].astype(np.float64)
        sinr_db = run.field("sinr_ul_db")[::step].astype(np.float64)
        own = np.take_along_axis(rsrp_dbm, np.maximum(bs, 0)[..., None], axis=2)[..., 0]
        error_db = sinr_db - formula_sinr_db(prior, own, bs)
        known = (bs >= 0) & heard(own) & sounded(sinr_db)
        for m in range(prior.n_bs):
            errors[m].append(error_db[known & (bs == m)])
        lag = max(1, round(_LAG_S / (step * run.slot_s)))
        stays = known[lag:] & known[:-lag] & (bs[lag:] == bs[:-lag])
        now.append(error_db[:-lag][stays])
        later.append(error_db[lag:][stays])
    by_cell = [np.concatenate(e) for e in errors]
    everywhere = np.concatenate(by_cell)
    mean_db = np.array([e.mean() if len(e) > 20 else everywhere.mean() for e in by_cell])
    rise_db = np.asarray(prior.uplink.interference_rise_db) - mean_db
    offset_db = max(0.0, -float(rise_db.min()))  # a rise is none below 0
    spread = np.concatenate([e - m for e, m in zip(by_cell, mean_db, strict=True)])
    mean = everywhere.mean()
    logarithm = log_correlation(np.concatenate(now) - mean, np.concatenate(later) - mean)
    return prior.uplink.model_copy(
        update={
            "interference_rise_db": tuple((rise_db + offset_db).tolist()),
            "offset_db": prior.uplink.offset_db + offset_db,
            "sd_db": max(float(spread.std()), 0.5),
            "correlation_s": float(np.clip(-_LAG_S / min(logarithm, -1e-3), 0.1, 60.0)),
            "ceiling_db": top_db,
        }
    )


def _sampled(run: Recorded) -> tuple[Floats, Floats]:
    """Places ``[n, n_ue, 2]`` and received powers ``[n, n_ue, n_bs]``; NaN: not heard."""
    step = max(1, round(_STEP_S / run.slot_s))
    rsrp_dbm = run.field("rsrp_dbm")[::step].astype(np.float64)
    place_m = run.field("position_m")[::step].astype(np.float64)
    return place_m, np.where(heard(rsrp_dbm), rsrp_dbm, np.nan)


def _decorrelation_m(runs: Sequence[Recorded], fitted: LteParameters) -> float:
    found = []
    for length_m in _LAGS_M:
        now, later, walks_m = [], [], []
        for run in runs:
            place_m, rsrp_dbm = _sampled(run)
            bs_m = run.field("bs_position_m")[0].astype(np.float64)
            residual = rsrp_dbm - map_rsrp_dbm(fitted, place_m, bs_m)
            steps_m = np.linalg.norm(np.diff(place_m, axis=0), axis=2)
            for user in range(place_m.shape[1]):
                mean_m = float(steps_m[:, user].mean())
                lag = round(length_m / mean_m) if mean_m > 0.01 else 0
                if 0 < lag < len(place_m):
                    pair = residual[:-lag, user], residual[lag:, user]
                    there = np.isfinite(pair[0]) & np.isfinite(pair[1])
                    now.append(pair[0][there])
                    later.append(pair[1][there])
                    walks_m.append(lag * mean_m)
        if now and sum(map(len, now)) > 50:
            logarithm = log_correlation(np.concatenate(now), np.concatenate(later))
            found.append(-float(np.mean(walks_m)) / min(logarithm, -1e-3))
    if not found:
        return fitted.channel.decorrelation_m
    return float(np.clip(np.median(found), 1.0, 500.0))


def log_correlation(values: Floats, lagged: Floats) -> float:
    """Logarithm of the correlation of two samples of mean 0, at most 0."""
    scale = np.sqrt((values**2).mean() * (lagged**2).mean())
    return float(np.log(np.clip((values * lagged).mean() / max(scale, 1e-12), 1e-3, 1.0)))
