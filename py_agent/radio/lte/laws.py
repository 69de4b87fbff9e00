# SPDX-License-Identifier: MIT
"""The formulas between a place, a rate and a handover; `LteParameters` has their constants.

They are written once, in C++ beside this file, where rollouts compute them in single precision;
here they are open to arrays, in double.
"""

from __future__ import annotations

import collections
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from py_agent.engine import _engine
from py_agent.radio.lte.parameters import ControlChannel, FailureLaw, LteParameters

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]


def map_rsrp_dbm(parameters: LteParameters, position_m: Floats, bs_position_m: Floats) -> Floats:
    """What the channel map says without residual.

    Args:
        parameters: with `ChannelMap`, whose docstring has the formula.
        position_m: of users, ``[..., n_ue, 2]``.
        bs_position_m: ``[n_bs, 2]``.

    Returns:
        ``[..., n_ue, n_bs]``.
    """
    return _of_places(_laws(parameters).map_rsrp_dbm, position_m, bs_position_m)


def antenna_gain_db(parameters: LteParameters, position_m: Floats, bs_position_m: Floats) -> Floats:
    """Gain of the cells' antennas towards places, see `ChannelMap`; 0 if omnidirectional.

    Returns:
        ``[..., n_ue, n_bs]``.
    """
    return _of_places(_laws(parameters).antenna_gain_db, position_m, bs_position_m)


def log_distance(parameters: LteParameters, position_m: Floats, bs_position_m: Floats) -> Floats:
    """``log10`` of the 3D distance in metres, ``[..., n_ue, n_bs]``."""
    return _of_places(_laws(parameters).log_distance, position_m, bs_position_m)


def formula_sinr_db(parameters: LteParameters, rsrp_dbm: Floats, bs: Integers) -> Floats:
    """SINR of the sounding signal by `UplinkSinr`, without correction.

    Args:
        parameters: constants.
        rsrp_dbm: received from the serving base station, any shape.
        bs: that base station, of the same shape; -1 counts as 0.
    """
    cells = np.ascontiguousarray(bs, np.int32).ravel()
    return _laws(parameters).sounded_db(_flat(rsrp_dbm), cells).reshape(np.shape(rsrp_dbm))


def curve_rate_bps(parameters: LteParameters, sinr_db: Floats, share: Floats | float) -> Floats:
    """Application rate by `RateCurve` without interference or correction; shapes broadcast."""
    bps_per_rb = _laws(parameters).bps_per_rb(_flat(sinr_db)).reshape(np.shape(sinr_db))
    whole: Floats = share * parameters.uplink.bandwidth_rb * bps_per_rb
    return np.minimum(whole, parameters.rate.largest_bps)


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
    own_dbm = np.take_along_axis(rsrp_dbm, np.maximum(bs, 0)[..., None], axis=-1)[..., 0]
    over_db = _laws(parameters).density_over_rsrp_db(_flat(own_dbm), _flat(width_rb))
    density: Floats = rsrp_dbm + over_db.reshape(own_dbm.shape)[..., None]
    return density


def grant_width_rb(parameters: LteParameters, used_rb: Floats, bs: Integers) -> Floats:
    """How wide grants are, of which only the mean per TTI is observed, ``[..., n_ue]``.

    Users of a cell that send at once share its band.

    Args:
        parameters: constants.
        used_rb: mean resource blocks per TTI that each user is granted, ``[..., n_ue]``.
        bs: serving base stations, ``[..., n_ue]``; -1: none.
    """
    band_rb = parameters.uplink.bandwidth_rb
    serves = bs[..., None] == np.arange(parameters.n_bs)
    sending = serves & (used_rb > 0.5)[..., None]
    together = (serves * sending.sum(axis=-2, keepdims=True)).sum(axis=-1)
    width: Floats = np.clip(band_rb / np.maximum(together, 1), used_rb, band_rb)
    return width


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
    uplink = parameters.uplink
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
    wanted_dbm, of_user_db = (
        np.broadcast_to(x, heard_dbm.shape) for x in (wanted_dbm, sounded_db[..., None])
    )
    everywhere = np.broadcast_to(busy[..., None, :], heard_dbm.shape)
    part = _laws(parameters).survives(
        _flat(wanted_dbm), _flat(heard_dbm), _flat(everywhere), _flat(of_user_db)
    )
    survives = np.where(serves, 1.0, part.reshape(heard_dbm.shape))
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
    cells = np.ascontiguousarray(bs, np.int32).ravel()
    return _laws(parameters).control_sinr_db(_flat(rsrp_dbm), cells).reshape(np.shape(bs))


def decoded(parameters: LteParameters, rsrp_dbm: Floats, bs: Integers) -> Floats:
    """Part of the grants that users hear, ``[..., n_ue]``; arguments as of `control_sinr_db`."""
    return decoded_at(parameters.control, control_sinr_db(parameters, rsrp_dbm, bs))


def decoded_at(control: ControlChannel, sinr_db: Floats) -> Floats:
    """Part of the grants that are heard at an SINR of the control channel, any shape."""
    return _engine.lte.decoded(control.model_dump(), _flat(sinr_db)).reshape(np.shape(sinr_db))


def failure_probability(law: FailureLaw, excess_db: Floats) -> Floats:
    """Probability that a handover fails, any shape.

    Args:
        law: constants.
        excess_db: by how much the serving cell is heard better than the target.
    """
    found = _engine.lte.failure_probability(law.model_dump(), _flat(excess_db))
    return found.reshape(np.shape(excess_db))


# Constants change with what is learned, slot by slot; each is asked for several laws.
_recent: collections.deque[tuple[LteParameters, _engine.lte.Laws]] = collections.deque(maxlen=4)


def _laws(parameters: LteParameters) -> _engine.lte.Laws:
    for known, laws in tuple(_recent):  # policies that look ahead ask from several threads
        if known is parameters:
            return laws
    laws = _engine.lte.Laws(parameters.model_dump())
    _recent.append((parameters, laws))
    return laws


def _of_places(
    law: Callable[[Floats, Floats], Floats], position_m: Floats, bs_position_m: Floats
) -> Floats:
    places = np.ascontiguousarray(position_m, np.float64)
    found = law(places.reshape(-1, 2), np.ascontiguousarray(bs_position_m, np.float64))
    return found.reshape(*places.shape[:-1], len(bs_position_m))


def _flat(values: Floats | float) -> Floats:
    return np.ascontiguousarray(values, np.float64).ravel()
