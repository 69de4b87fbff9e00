# SPDX-License-Identifier: MIT
"""How long a user without a cell will still be without one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from py_agent.radio.parameters import RadioParameters
from py_agent.twin.model.parameters import HandoverLaw

Floats = NDArray[np.float64]

_N_QUANTILES = 64


class GapTracker:
    """Time without a cell so far, and what is left of it by the law of handovers.

    A gap is an interruption by the log-normal law or, with the probability of failure, the outage
    of a failed handover or of a lost radio link, one as likely as the other. What is left is the
    mean over all three, given that the gap has lasted as long as it has.

    Args:
        law: of handovers.
        radio: how long lost links take, and the least that fails.
        n_ue: users.

    Example:
        >>> from py_agent.twin.environment.network import TwinNetwork
        >>> constants = TwinNetwork.of({"n_ue": 1, "n_bs": 2}).parameters
        >>> gaps = GapTracker(constants.handover, constants.radio, n_ue=1)
        >>> gaps.update(np.array([0]), np.array([1.0]), connected=np.array([False]))
        >>> left_s, sd_s = gaps.left(now_s=1.0)
        >>> bool(left_s[0] > 0)
        True
        >>> gaps.update(np.array([0]), np.array([1.1]), connected=np.array([True]))
        >>> gaps.left(now_s=1.1)[0].tolist()
        [0.0]
    """

    def __init__(self, law: HandoverLaw, radio: RadioParameters, n_ue: int) -> None:
        self._began_s = np.full(n_ue, np.nan)
        normal = ndtri((np.arange(_N_QUANTILES) + 0.5) / _N_QUANTILES)
        interruption = law.interruption_median_s * np.exp(law.interruption_sigma * normal)
        outage = np.maximum(law.outage_s + law.outage_sd_s * normal, 1e-3)
        lost_s, lost_sd_s = radio.lost_link_s
        lost = np.maximum(lost_s + lost_sd_s * normal, 1e-3)
        part = max(radio.least_failure, 0.01)  # without knowing where it went
        self._lengths_s = np.concatenate([interruption, outage, lost])
        self._weights = np.repeat([1 - part, part / 2, part / 2], _N_QUANTILES) / _N_QUANTILES
        self._latest_s = 0.5 * law.outage_s

    def update(self, users: NDArray[np.intp], time_s: Floats, connected: NDArray[np.bool_]) -> None:
        """Reports of users whether they have a cell, ``[n]`` each."""
        began = self._began_s[users]
        began = np.where(np.isnan(began), time_s, began)
        self._began_s[users] = np.where(connected, np.nan, began)

    def left(self, now_s: float) -> tuple[Floats, Floats]:
        """Mean and standard deviation of what is left, ``[n_ue]`` each; 0 with a cell."""
        mean, sd = np.zeros(len(self._began_s)), np.zeros(len(self._began_s))
        without = np.flatnonzero(~np.isnan(self._began_s))
        if not len(without):
            return mean, sd
        elapsed = np.maximum(now_s - self._began_s[without], 0.0)
        left = self._lengths_s - elapsed[:, None]
        weight = self._weights * (left > 0)
        total = weight.sum(axis=1)
        first = (weight * left).sum(axis=1) / np.maximum(total, 1e-12)
        square = (weight * left**2).sum(axis=1) / np.maximum(total, 1e-12)
        # Longer than anything predicted: as long again as half an outage.
        mean[without] = np.where(total > 0, first, self._latest_s)
        spread = np.sqrt(np.maximum(square - first**2, 0.0))
        sd[without] = np.where(total > 0, spread, self._latest_s)
        return mean, sd
