# SPDX-License-Identifier: MIT
"""A first-order Gauss-Markov quantity per entry, followed by a Kalman filter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class GaussMarkov:
    """``x ← ρ x + √(1 − ρ²)·sd·noise``, measured with noise: one scalar filter per entry.

    Shadowing over the walk (Gudmundson 1991) and corrections that fade with time are such
    quantities. Without measurements an entry returns to 0 and its standard deviation to `sd`.

    Args:
        shape: of the entries.
        sd: stationary standard deviation.
        length: after which the correlation has fallen to 1/e, in the unit of `advance`.

    Attributes:
        mean: belief, of `shape`.
        variance: of the belief.
        sd: stationary standard deviation; may be set anew.

    Example:
        >>> shadowing = GaussMarkov((1,), sd=8.0, length=50.0)
        >>> shadowing.update(np.array([0]), np.array([6.0]), noise_sd=1.0)
        >>> shadowing.mean.round(1)
        array([5.9])
        >>> shadowing.advance(np.array([0]), np.array([100.0]))  # twice the length later
        >>> shadowing.mean.round(1), np.sqrt(shadowing.variance).round(1)
        (array([0.8]), array([7.9]))
    """

    def __init__(self, shape: tuple[int, ...], sd: float, length: float) -> None:
        self.mean = np.zeros(shape)
        self.variance = np.full(shape, sd**2)
        self.sd = sd
        self._length = length

    def advance(self, which: NDArray[np.intp], by: Floats) -> None:
        """Entries move on.

        Args:
            which: of the first axis, ``[n]``.
            by: ``[n]``, in the unit of `length`.
        """
        self.mean[which], self.variance[which] = self.ahead(which, by)

    def ahead(self, which: NDArray[np.intp], by: Floats) -> tuple[Floats, Floats]:
        """Mean and variance after moving on; the filter stays where it is."""
        rho = np.exp(-np.asarray(by) / self._length)
        rho = rho.reshape(rho.shape + (1,) * (self.mean.ndim - 1))
        mean = rho * self.mean[which]
        variance = rho**2 * self.variance[which] + (1 - rho**2) * self.sd**2
        return mean, variance

    def update(self, which: NDArray[np.intp], measured: Floats, noise_sd: float | Floats) -> None:
        """Measurements, NaN: none.

        Args:
            which: of the first axis, ``[n]``, each once.
            measured: ``[n, ...]``.
            noise_sd: of the measurements.
        """
        is_there = np.isfinite(measured)
        variance = self.variance[which]
        gain = np.where(is_there, variance / (variance + np.asarray(noise_sd) ** 2), 0.0)
        error = np.where(is_there, measured - self.mean[which], 0.0)
        self.mean[which] += gain * error
        self.variance[which] = (1 - gain) * variance

    def forget(self, which: NDArray[np.intp]) -> None:
        """Nothing is known any more of these entries."""
        self.mean[which] = 0.0
        self.variance[which] = self.sd**2
