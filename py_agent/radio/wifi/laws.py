# SPDX-License-Identifier: MIT
"""The formulas between a place, an SNR and the outcome of a re-association."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.radio.wifi.parameters import SnrMap, WifiParameters

Floats = NDArray[np.float64]

_EDGE_DB = 2.0  # over the SNR at which nothing is heard half of the attempts succeed
_EDGE_SLOPE_DB = 1.0


def log_distance(snr: SnrMap, position_m: NDArray[Any], bs_position_m: NDArray[Any]) -> Floats:
    """``log10`` of the distance from antenna to antenna in m, ``[..., n_ue, n_bs]``."""
    flat_m = np.linalg.norm(position_m[..., None, :] - bs_position_m, axis=-1)
    distance: Floats = np.log10(np.maximum(np.hypot(flat_m, snr.height_m), 1.0))
    return distance


def map_snr_db(snr: SnrMap, position_m: NDArray[Any], bs_position_m: NDArray[Any]) -> Floats:
    """What the map says without residual, ``[..., n_ue, n_bs]``."""
    expected: Floats = np.asarray(snr.at_1m_db) - 10 * snr.exponent * log_distance(
        snr, position_m, bs_position_m
    )
    return expected


def failure_probability(parameters: WifiParameters, target_db: NDArray[Any]) -> Floats:
    """That an access point with this SNR does not answer; one that is not heard never does."""
    over_db = target_db - parameters.snr.heard_db - _EDGE_DB
    unheard = 1 / (1 + np.exp(np.clip(over_db / _EDGE_SLOPE_DB, -50, 50)))
    failure: Floats = unheard + (1 - unheard) * parameters.association.failure
    return failure
