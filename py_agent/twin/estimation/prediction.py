# SPDX-License-Identifier: MIT
"""What an estimate predicts of places, links and rates, and how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from py_agent import former_names
from py_agent.twin.estimation.motion import position_variance
from py_agent.twin.model.estimate import NetworkEstimate

Floats = NDArray[np.float64]


def position_ahead(estimate: NetworkEstimate, ahead_s: float) -> tuple[Floats, Floats]:
    """Places ``[n_ue, 2]`` and their standard deviation per axis ``[n_ue]``."""
    place_m = estimate.position_m + ahead_s * estimate.velocity_mps
    min_x, min_y, max_x, max_y = estimate.parameters.mobility.area_m
    variance = position_variance(
        estimate.parameters.mobility, estimate.position_sd_m, estimate.velocity_sd_mps, ahead_s
    )
    return np.clip(place_m, [min_x, min_y], [max_x, max_y]), np.sqrt(variance)


def strength_ahead(estimate: NetworkEstimate, ahead_s: float) -> tuple[Floats, Floats]:
    """Strength of every link and its standard deviation, ``[n_ue, n_bs]`` each, in dB."""
    place_m, place_sd_m = position_ahead(estimate, ahead_s)
    walked_m = ahead_s * np.linalg.norm(estimate.velocity_mps, axis=1)
    return estimate.links.strength_ahead_db(place_m, place_sd_m, walked_m)


def serving_rate(estimate: NetworkEstimate) -> tuple[Floats, Floats]:
    """Rate that a whole band would give every user now in bit/s, and the sd of its logarithm.

    ``[n_ue]`` each.
    """
    return estimate.links.serving_rate_bps(
        estimate.position_m, estimate.serving_bs, estimate.latest
    )


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
