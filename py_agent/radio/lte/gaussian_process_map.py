# SPDX-License-Identifier: MIT
"""A radio map over the plane: what others have received where one goes. Optional."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from py_agent.radio.lte.parameters import ChannelMap

Floats = NDArray[np.float64]


class GaussianProcessMap:
    """Residuals of received power as a Gaussian process of the place, one kernel for all sites.

    ``cov = sd² exp(−Δ/decorrelation)``, Matérn with ν = 1/2: the same law as the Gauss-Markov
    residual of a link (Gudmundson 1991), but over the plane instead of along one walk. Since
    shadowing belongs to the place, a user profits from what all have received.

    Args:
        channel: spread and decorrelation distance.
        most_places: that are kept, the newest; fitting costs their third power.

    Example:
        >>> shadowing = GaussianProcessMap(ChannelMap(intercept_dbm=(-30.0,), exponent=(3.5,)))
        >>> shadowing.add(np.array([[0.0, 0.0]]), np.array([[6.0]]))
        >>> shadowing.fit()
        >>> residual_db, sd_db = shadowing.residual_db(np.array([[1.0, 0.0], [500.0, 0.0]]))
        >>> bool(residual_db[0, 0] > 5 and abs(residual_db[1, 0]) < 0.1)  # near, and far away
        True
    """

    def __init__(self, channel: ChannelMap, most_places: int = 600) -> None:
        self._sd_db = channel.residual_sd_db
        kernel = ConstantKernel(1.0, "fixed") * Matern(
            channel.decorrelation_m, "fixed", nu=0.5
        ) + WhiteKernel((channel.measurement_sd_db / channel.residual_sd_db) ** 2, "fixed")
        self._process = GaussianProcessRegressor(kernel, optimizer=None)
        self._most = most_places
        self._places_m = np.empty((0, 2))
        self._residuals_db = np.empty((0, len(channel.exponent)))

    def add(self, places_m: Floats, residuals_db: Floats) -> None:
        """What was received where.

        Args:
            places_m: ``[n, 2]``.
            residuals_db: over the channel map, ``[n, n_bs]``, finite.
        """
        self._places_m = np.concatenate([self._places_m, places_m])[-self._most :]
        self._residuals_db = np.concatenate([self._residuals_db, residuals_db])[-self._most :]

    def fit(self) -> None:
        """Take over what was added; call it once in a while."""
        self._process.fit(self._places_m, self._residuals_db / self._sd_db)

    def residual_db(self, places_m: Floats) -> tuple[Floats, Floats]:
        """Mean and standard deviation of the residual at places ``[n, 2]``, ``[n, n_bs]`` each."""
        mean, sd = self._process.predict(places_m, return_std=True)
        shape = (len(places_m), -1)
        return mean.reshape(shape) * self._sd_db, sd.reshape(shape) * self._sd_db
