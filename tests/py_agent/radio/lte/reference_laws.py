# SPDX-License-Identifier: MIT
"""LTE's formulas written out in NumPy: what the compiled laws are held to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.radio.lte.parameters import ControlChannel, FailureLaw, LteParameters

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]

# TR 36.814, Table A.2.1.1-2.
HORIZONTAL_BEAMWIDTH_DEG = 70.0
VERTICAL_BEAMWIDTH_DEG = 10.0
FRONT_TO_BACK_DB = 25.0
SIDE_LOBE_DB = 20.0

SMALLEST_GRANT_RB = 3.0  # of the share scheduler, unless there is less to send


def map_rsrp_dbm(parameters: LteParameters, position_m: Floats, bs_position_m: Floats) -> Floats:
    """What the channel map says without residual.

    Args:
        parameters: with `ChannelMap`, whose docstring has the formula.
        position_m: of users, ``[..., n_ue, 2]``.
        bs_position_m: ``[n_bs, 2]``.

    Returns:
        ``[..., n_ue, n_bs]``.
    """
    channel = parameters.channel
    intercept_dbm = np.asarray(channel.intercept_dbm)
    exponent = np.asarray(channel.exponent)
    loss_db = 10 * exponent * log_distance(parameters, position_m, bs_position_m)
    rsrp: Floats = intercept_dbm + antenna_gain_db(parameters, position_m, bs_position_m) - loss_db
    return rsrp


def antenna_gain_db(
    parameters: LteParameters, position_m: Floats, bs_position_m: Floats
) -> Floats | float:
    """Gain of the cells' antennas towards places, see `ChannelMap`; 0 if omnidirectional.

    Returns:
        ``[..., n_ue, n_bs]``.
    """
    channel = parameters.channel
    if not channel.azimuth_deg:
        return 0.0
    flat_m = position_m[..., :, None, :] - bs_position_m
    height_m = channel.bs_height_m - channel.ue_height_m
    azimuth_deg = np.degrees(np.arctan2(flat_m[..., 1], flat_m[..., 0]))
    off_deg = (azimuth_deg - channel.azimuth_deg + 180) % 360 - 180
    below_deg = np.degrees(np.arctan2(height_m, np.hypot(flat_m[..., 0], flat_m[..., 1])))
    tilt_deg = below_deg - channel.sector_downtilt_deg
    loss_db = np.minimum(12 * (off_deg / HORIZONTAL_BEAMWIDTH_DEG) ** 2, FRONT_TO_BACK_DB)
    loss_db = loss_db + np.minimum(12 * (tilt_deg / VERTICAL_BEAMWIDTH_DEG) ** 2, SIDE_LOBE_DB)
    gain_db: Floats = channel.sector_gain_dbi - np.minimum(loss_db, FRONT_TO_BACK_DB)
    return gain_db


def log_distance(parameters: LteParameters, position_m: Floats, bs_position_m: Floats) -> Floats:
    """``log10`` of the 3D distance in metres, ``[..., n_ue, n_bs]``."""
    channel = parameters.channel
    flat_m = position_m[..., :, None, :] - bs_position_m
    height_m = channel.bs_height_m - channel.ue_height_m
    distance_m = np.sqrt((flat_m**2).sum(axis=-1) + height_m**2)
    logarithm: Floats = np.log10(np.maximum(distance_m, 1.0))
    return logarithm


def formula_sinr_db(parameters: LteParameters, rsrp_dbm: Floats, bs: Integers) -> Floats:
    """SINR of the sounding signal by `UplinkSinr`, without correction.

    Args:
        parameters: constants.
        rsrp_dbm: received from the serving base station, any shape.
        bs: that base station, of the same shape; -1 counts as 0.
    """
    uplink = parameters.uplink
    band_db = 10 * np.log10(uplink.bandwidth_rb)
    path_loss_db = uplink.reference_power_dbm - rsrp_dbm
    power_dbm = np.minimum(uplink.max_power_dbm, uplink.p0_dbm + band_db + path_loss_db)
    rise_db = np.asarray(uplink.interference_rise_db)[np.maximum(bs, 0)]
    sinr_db = power_dbm - path_loss_db - uplink.noise_dbm - rise_db + uplink.offset_db
    capped: Floats = np.minimum(sinr_db, uplink.ceiling_db)
    return capped


def curve_rate_bps(parameters: LteParameters, sinr_db: Floats, share: Floats | float) -> Floats:
    """Application rate by `RateCurve` without interference or correction; shapes broadcast."""
    rate = parameters.rate
    bps_per_rb = np.interp(sinr_db, rate.sinr_db, rate.bps_per_rb)
    whole: Floats = share * parameters.uplink.bandwidth_rb * bps_per_rb
    return np.minimum(whole, rate.largest_bps)


def density_dbm_per_rb(
    parameters: LteParameters, rsrp_dbm: Floats, bs: Integers, width_rb: Floats
) -> Floats:
    """What each base station receives of a user that sends data, per resource block of its grant.

    Args:
        parameters: constants of `UplinkSinr`.
        rsrp_dbm: of every link, ``[..., n_ue, n_bs]``.
        bs: that serves the user and controls its power, ``[..., n_ue]``; -1 counts as 0.
        width_rb: of the user's grants, ``[..., n_ue]``.

    Returns:
        ``[..., n_ue, n_bs]``.
    """
    uplink = parameters.uplink
    path_loss_db = uplink.reference_power_dbm - rsrp_dbm
    own = np.take_along_axis(path_loss_db, np.maximum(bs, 0)[..., None], axis=-1)[..., 0]
    width_db = 10 * np.log10(np.maximum(width_rb, SMALLEST_GRANT_RB))
    power_dbm = np.minimum(uplink.max_power_dbm, uplink.p0_dbm + width_db + own)
    density: Floats = (power_dbm - width_db)[..., None] - path_loss_db
    return density


def success(
    parameters: LteParameters,
    density_dbm: Floats,
    bs: Integers,
    used_rb: Floats,
    sounded_db: Floats,
) -> Floats:
    """Part of the clean rate that gets through the interference of other cells' data.

    The formula is that of `DataInterference`.

    Args:
        parameters: constants.
        density_dbm: of `density_dbm_per_rb`, ``[..., n_ue, n_bs]``.
        bs: serving base stations, -1: none, ``[..., n_ue]``.
        used_rb: mean resource blocks that each user is granted, ``[..., n_ue]``.
        sounded_db: SINR of the sounding signal, which has chosen the MCS, ``[..., n_ue]``.

    Returns:
        from 0 to 1, ``[..., n_ue]``.
    """
    law, uplink = parameters.interference, parameters.uplink
    n_bs = density_dbm.shape[-1]
    serves = bs[..., None] == np.arange(n_bs)  # [..., n_ue, n_bs]
    used = np.where(serves, used_rb[..., None], 0.0)
    cell_rb = used.sum(axis=-2)  # [..., n_bs]
    busy = np.minimum(cell_rb / uplink.bandwidth_rb, 1.0)
    # What the users of cell c are heard with at m, on average over the blocks that they use.
    mean_dbm = np.swapaxes(used, -1, -2) @ density_dbm / np.maximum(cell_rb, 1e-9)[..., None]
    heard_dbm = np.swapaxes(mean_dbm, -1, -2)  # [..., m, c]
    own = np.maximum(bs, 0)[..., None]
    wanted_dbm = np.take_along_axis(density_dbm, own, axis=-1)  # [..., n_ue, 1]
    heard_dbm = np.take_along_axis(heard_dbm, own, axis=-2)  # [..., n_ue, c]
    noise_dbm = uplink.noise_dbm - 10 * np.log10(uplink.bandwidth_rb)
    sinr_db = wanted_dbm - 10 * np.log10(10 ** (noise_dbm / 10) + 10 ** (heard_dbm / 10))
    needed_db = np.clip(sounded_db, law.needed_min_db, law.needed_max_db)[..., None]
    steps = (sinr_db - needed_db - law.margin_db) / law.slope_db
    passes = _logistic(steps)
    survives = np.where(serves, 1.0, 1 - busy[..., None, :] * (1 - passes))
    product: Floats = survives.prod(axis=-1)
    return product


def control_sinr_db(parameters: LteParameters, rsrp_dbm: Floats, bs: Integers) -> Floats:
    """SINR of the serving cell's control channel, see `ControlChannel`.

    Args:
        parameters: constants.
        rsrp_dbm: of every link, ``[..., n_ue, n_bs]``.
        bs: serving base stations, ``[..., n_ue]``; -1 counts as 0.

    Returns:
        ``[..., n_ue]``.
    """
    own_dbm = np.take_along_axis(rsrp_dbm, np.maximum(bs, 0)[..., None], axis=-1)[..., 0]
    others_mw = (10 ** (rsrp_dbm / 10)).sum(axis=-1) - 10 ** (own_dbm / 10)
    noise_mw = 10 ** (parameters.control.noise_dbm / 10)
    sinr_db: Floats = own_dbm - 10 * np.log10(np.maximum(others_mw, 0.0) + noise_mw)
    return sinr_db


def decoded_at(control: ControlChannel, sinr_db: Floats) -> Floats:
    """Part of the grants that are heard at an SINR of the control channel, any shape."""
    return _logistic((sinr_db - control.needed_db) / control.slope_db)


def failure_probability(law: FailureLaw, excess_db: Floats) -> Floats:
    """Probability that a handover fails, any shape.

    Args:
        law: constants.
        excess_db: by how much the serving cell is heard better than the target.
    """
    chance: Floats = law.floor + (1 - law.floor) * _logistic(
        (excess_db - law.margin_db) / law.slope_db
    )
    return chance


def _logistic(steps: Floats) -> Floats:
    part: Floats = 1 / (1 + np.exp(-np.clip(steps, -50, 50)))
    return part
