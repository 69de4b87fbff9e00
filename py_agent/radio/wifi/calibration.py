# SPDX-License-Identifier: MIT
"""Wi-Fi's constants from recorded runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Observation
from py_agent.radio.errors import NothingToLearn
from py_agent.radio.link_model import Recorded
from py_agent.radio.spread import robust_sd
from py_agent.radio.wifi.laws import log_distance
from py_agent.radio.wifi.parameters import RateCurve, SnrMap, WifiParameters
from py_agent.radio.wifi.prior import NO_SNR_DB

Floats = NDArray[np.float64]

_FEWEST_LINKS = 100
_FEWEST_SLOTS = 20  # of a knot
_BIN_DB = 3.0
_ENOUGH_SLOTS = 1.5  # of bits wait at the start of a slot that the channel is to fill


def fit(
    runs: Sequence[Recorded], parameters: WifiParameters, channel: NDArray[np.int64]
) -> WifiParameters:
    """The map of SNR by least squares, the rate curve by stations that are alone on their channel.

    Args:
        runs: recorded ones, of one network.
        parameters: what is not learned stays as it is.
        channel: which one each access point has, ``[n_bs]``.

    Raises:
        NothingToLearn: hardly any access point was ever heard.
    """
    return parameters.model_copy(
        update={
            "snr": _fit_map(runs, parameters.snr),
            "rate": _fit_rates(runs, parameters, channel),
        }
    )


def _fit_map(runs: Sequence[Recorded], snr: SnrMap) -> SnrMap:
    """Intercepts and one exponent; links that are not heard are left out."""
    n_bs = len(snr.at_1m_db)
    distance, bs, measured = [], [], []
    for run in runs:
        position_m, snr_db = run.field("position_m"), run.field("snr_db").astype(np.float64)
        heard = snr_db > NO_SNR_DB
        distance.append(log_distance(snr, position_m, run.field("bs_position_m")[0])[heard])
        bs.append(np.nonzero(heard)[2])
        measured.append(snr_db[heard])
    x, which, y = (np.concatenate(parts) for parts in (distance, bs, measured))
    if len(y) < _FEWEST_LINKS:
        raise NothingToLearn(f"access points were heard {len(y)} times, {_FEWEST_LINKS} are needed")
    columns = np.concatenate([np.eye(n_bs)[which], -10 * x[:, None]], axis=1)
    solution, *_ = np.linalg.lstsq(columns, y, rcond=None)
    residual_db = y - columns @ solution
    unseen = np.bincount(which, minlength=n_bs) == 0
    at_1m_db = np.where(unseen, solution[:-1][~unseen].mean(), solution[:-1])
    return snr.model_copy(
        update={
            "at_1m_db": tuple(at_1m_db.tolist()),
            "exponent": float(max(solution[-1], 0.1)),
            "residual_sd_db": float(max(residual_db.std(), 0.1)),
        }
    )


def _fit_rates(
    runs: Sequence[Recorded], parameters: WifiParameters, channel: NDArray[np.int64]
) -> RateCurve:
    """Means of delivered bits in bins of SNR; the curve of before where there is little."""
    rate, heard_db = parameters.rate, parameters.snr.heard_db
    quality, bps = (
        np.concatenate(parts)
        for parts in zip(*(_alone(run, rate, heard_db, channel) for run in runs), strict=True)
    )
    bins = np.round(quality / _BIN_DB)
    knots, rates = [], []
    for value in np.unique(bins):
        inside = bins == value
        if inside.sum() >= _FEWEST_SLOTS:
            knots.append(float(quality[inside].mean()))
            rates.append(float(bps[inside].mean()) / rate.width_hz)
    if len(knots) < 2:
        return rate
    smooth = np.maximum.accumulate(rates)
    curve = rate.model_copy(update={"snr_db": tuple(knots), "bps_per_hz": tuple(smooth.tolist())})
    delivers = bps > 0
    around = np.log(bps[delivers] / curve.rate_bps(quality[delivers]))
    spread = float(np.clip(robust_sd(around), 0.01, 1.0))
    return curve.model_copy(update={"relative_sd": spread}).cut_off(heard_db)


def _alone(
    run: Recorded, rate: RateCurve, heard_db: float, channel: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """SNR and rate of stations that had enough to send and their channel to themselves.

    Enough is said by what waited before, not by what is left: else only links that stall count.
    Who is not heard at one end of the slot delivers nothing, whatever its rate.
    """
    names = ("serving_bs", "upload_backlog_bit", "upload_unconfirmed_bit", "delivered_bit")
    fields: Observation = {name: run.field(name) for name in (*names, "snr_db")}
    before = {name: values[:-1] for name, values in fields.items()}
    after = {name: values[1:] for name, values in fields.items()}
    sends = (before["upload_backlog_bit"] > 0) | (after["upload_backlog_bit"] > 0)
    serving = before["serving_bs"]
    own = np.where(serving >= 0, channel[serving], -1)
    together = (own[:, :, None] == own[:, None, :]) & sends[:, None, :]
    own_db = _serving_db(before)
    left_bit = before["upload_backlog_bit"] - before["upload_unconfirmed_bit"]
    enough = left_bit >= _ENOUGH_SLOTS * rate.rate_bps(own_db) * run.slot_s
    stays = (serving == after["serving_bs"]) & (serving >= 0)
    heard = (own_db >= heard_db) & (_serving_db(after) >= heard_db)
    alone = enough & stays & heard & (together.sum(axis=2) == 1)
    bits = after["delivered_bit"] - before["delivered_bit"]
    return own_db[alone], bits[alone] / run.slot_s


def _serving_db(fields: Observation) -> Floats:
    """SNR of the access point that serves, ``[n_slots, n_ue]``."""
    own = np.maximum(fields["serving_bs"], 0)[..., None]
    own_db: Floats = np.take_along_axis(fields["snr_db"], own, axis=2)[..., 0].astype(np.float64)
    return own_db
