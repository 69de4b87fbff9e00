# SPDX-License-Identifier: MIT
"""What an estimate says of places, received powers and rates some time ahead, and how surely."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.twin.estimation.motion import position_variance
from py_agent.twin.model.estimate import NetworkEstimate
from py_agent.twin.model.radio_model import (
    curve_rate_bps,
    decoded,
    density_dbm_per_rb,
    formula_sinr_db,
    grant_width_rb,
    map_rsrp_dbm,
    success,
)

Floats = NDArray[np.float64]


def position_ahead(estimate: NetworkEstimate, ahead_s: float) -> tuple[Floats, Floats]:
    """Places ``[n_ue, 2]`` and their standard deviation per axis ``[n_ue]``."""
    place_m = estimate.position_m + ahead_s * estimate.velocity_mps
    min_x, min_y, max_x, max_y = estimate.parameters.mobility.area_m
    variance = position_variance(
        estimate.parameters.mobility, estimate.position_sd_m, estimate.velocity_sd_mps, ahead_s
    )
    return np.clip(place_m, [min_x, min_y], [max_x, max_y]), np.sqrt(variance)


def rsrp_ahead(estimate: NetworkEstimate, ahead_s: float) -> tuple[Floats, Floats]:
    """Received powers and their standard deviation, ``[n_ue, n_bs]`` each.

    The residual fades over the walk to come, what it leaves open is the map's spread. Not knowing
    the place costs what the path loss changes over its standard deviation.
    """
    channel = estimate.parameters.channel
    place_m, place_sd_m = position_ahead(estimate, ahead_s)
    walk_m = ahead_s * np.linalg.norm(estimate.velocity_mps, axis=1)[:, None]
    kept = np.exp(-walk_m / channel.decorrelation_m)
    map_dbm = map_rsrp_dbm(estimate.parameters, place_m, estimate.bs_position_m)
    flat_m = np.linalg.norm(place_m[:, None] - estimate.bs_position_m, axis=2)
    height_m = channel.bs_height_m - channel.ue_height_m
    slope_db_per_m = 4.343 * np.asarray(channel.exponent) / np.hypot(flat_m, max(height_m, 1.0))
    variance = (
        (kept * estimate.residual_sd_db) ** 2
        + (1 - kept**2) * channel.residual_sd_db**2
        + (slope_db_per_m * place_sd_m[:, None]) ** 2
    )
    return map_dbm + kept * estimate.residual_db, np.sqrt(variance)


def bps_per_rb(estimate: NetworkEstimate) -> tuple[Floats, Floats]:
    """Bits per second and resource block of every user now, and the sd of their logarithm.

    With the interference of whoever has been granted blocks in the last slot; ``[n_ue]`` each.
    """
    parameters, bs = estimate.parameters, estimate.serving_bs
    rsrp_dbm = estimate.rsrp_dbm()
    own_dbm = np.take_along_axis(rsrp_dbm, np.maximum(bs, 0)[:, None], axis=1)[:, 0]
    sinr_db = formula_sinr_db(parameters, own_dbm, bs) + estimate.sinr_correction_db
    used_rb = estimate.latest["rb_used_ul"].astype(np.float64)
    width_rb = grant_width_rb(parameters, used_rb, bs)
    density = density_dbm_per_rb(parameters, rsrp_dbm, bs, width_rb)
    passing = success(parameters, density, bs, used_rb, sinr_db)
    passing = passing * decoded(parameters, rsrp_dbm, bs)
    clean_bps = curve_rate_bps(parameters, sinr_db, 1 / parameters.uplink.bandwidth_rb)
    rate: Floats = clean_bps * passing * np.exp(estimate.rate_correction)
    return rate, np.hypot(estimate.rate_correction_sd, parameters.rate.relative_sd)
