# SPDX-License-Identifier: MIT
"""Where users are and where they go: a Kalman filter of position and velocity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.twin.model.parameters import MobilityLaw

Floats = NDArray[np.float64]


class MotionFilter:
    """Straight motion with a turn now and then; both axes of all users at once.

    State per axis ``(x, v)``, ``F = [[1, Δ], [0, 1]]``, white acceleration of density
    ``q = 2 v²/turn_s``, v the root mean square speed per axis: a turn, on average after turn_s,
    replaces a velocity by another one. Both axes are measured alike, so one covariance serves both.

    Args:
        law: how users walk.
        n_ue: users.

    Attributes:
        position_m: at each user's last report, ``[n_ue, 2]``.
        velocity_mps: ``[n_ue, 2]``.
        covariance: of (position, velocity), ``[n_ue, 2, 2]``.
        known: users that have been located, ``[n_ue]``.

    Example:
        >>> motion = MotionFilter(MobilityLaw(), n_ue=2)
        >>> motion.known.tolist(), motion.covariance.shape
        ([False, False], (2, 2, 2))
    """

    def __init__(self, law: MobilityLaw, n_ue: int) -> None:
        self._law = law
        self._velocity_variance = velocity_variance(law)
        self._density = acceleration_density(law)
        self.position_m = np.zeros((n_ue, 2))
        self.velocity_mps = np.zeros((n_ue, 2))
        self.covariance = np.tile(np.diag([1e6, self._velocity_variance]), (n_ue, 1, 1))
        self.known = np.zeros(n_ue, bool)

    def ahead(self, users: NDArray[np.intp], by_s: Floats) -> tuple[Floats, Floats, Floats]:
        """Position, velocity ``[n, 2]``, covariance ``[n, 2, 2]`` so long after the last report.

        Positions stay within the law's area.
        """
        step = np.asarray(by_s)[:, None]
        position_m = self.position_m[users] + step * self.velocity_mps[users]
        min_x, min_y, max_x, max_y = self._law.area_m
        position_m = np.clip(position_m, [min_x, min_y], [max_x, max_y])
        s, before = np.asarray(by_s, np.float64), self.covariance[users]
        covariance = before.copy()  # F P Fᵀ + Q, written out
        mixed = before[:, 0, 1] + s * before[:, 1, 1] + self._density * s**2 / 2
        covariance[:, 0, 0] += s * (2 * before[:, 0, 1] + s * before[:, 1, 1])
        covariance[:, 0, 0] += self._density * s**3 / 3
        covariance[:, 0, 1] = covariance[:, 1, 0] = mixed
        covariance[:, 1, 1] += self._density * s
        return position_m, self.velocity_mps[users], covariance

    def advance(self, users: NDArray[np.intp], by_s: Floats) -> None:
        """Time passes for these users."""
        self.position_m[users], _, self.covariance[users] = self.ahead(users, by_s)

    def update(self, users: NDArray[np.intp], position_m: Floats, velocity_mps: Floats) -> None:
        """Reports of users, each once; NaN: not reported.

        Args:
            users: ``[n]``.
            position_m: ``[n, 2]``.
            velocity_mps: ``[n, 2]``.
        """
        located = np.isfinite(position_m).all(axis=1)
        new = located & ~self.known[users]
        self.position_m[users[new]] = position_m[new]
        self.covariance[users[new]] = np.diag([self._law.position_sd_m**2, self._velocity_variance])
        self.known[users[new]] = True
        self._measure(users, position_m, 0, self._law.position_sd_m)
        self._measure(users, velocity_mps, 1, self._law.velocity_sd_mps)

    def _measure(
        self, users: NDArray[np.intp], measured: Floats, what: int, noise_sd: float
    ) -> None:
        """One scalar measurement per axis: of position (0) or velocity (1)."""
        there = np.isfinite(measured).all(axis=1)
        users = users[there]
        covariance = self.covariance[users]
        believed = (self.position_m, self.velocity_mps)[what]
        error = measured[there] - believed[users]
        gain = covariance[:, :, what] / (covariance[:, what, what] + noise_sd**2)[:, None]
        self.position_m[users] += gain[:, :1] * error
        self.velocity_mps[users] += gain[:, 1:] * error
        self.covariance[users] = covariance - gain[:, :, None] * covariance[:, what, None, :]


def velocity_variance(law: MobilityLaw) -> float:
    """Mean square of a velocity per axis, speeds being uniform, in m²/s²."""
    low, high = law.speed_min_mps, law.speed_max_mps
    return (low**2 + low * high + high**2) / 3 / 2


def acceleration_density(law: MobilityLaw) -> float:
    """Density of the white acceleration that stands for turns, in m²/s³."""
    return 2 * velocity_variance(law) / law.turn_s


def position_variance(
    law: MobilityLaw, position_sd_m: Floats, velocity_sd_mps: Floats, ahead_s: float
) -> Floats:
    """Of a place some time ahead, per axis, ``[n]``."""
    turns = acceleration_density(law) * ahead_s**3 / 3
    variance: Floats = position_sd_m**2 + (ahead_s * velocity_sd_mps) ** 2 + turns
    return variance
