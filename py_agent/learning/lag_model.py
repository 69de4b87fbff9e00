# SPDX-License-Identifier: MIT
"""How accuracy falls with drift and comes back with training: a model of two lags."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class LagModel:
    """A model lags behind its data: one part of the lag is soon trained away, the other is not.

    Per step of Δ seconds at drift rate r, with S samples trained at its end::

        F ← (F + φ r Δ) e^{−S/κf}        L ← (L + (1 − φ) r Δ) e^{−S/κs}
        acc = a / (1 + ((F + L)/l0)^w)

    The defaults are those of `RotatingDigits`, in degrees, as ``ns3-twin learning-curves`` fits
    them; another stream needs a fit of its own.

    Attributes:
        a: accuracy without lag.
        l0: lag that halves it.
        w: steepness.
        kappa_fast: κf, samples.
        kappa_slow: κs, samples.
        phi: part of new drift that is fast to learn.

    Example:
        >>> model = LagModel()
        >>> lags = model.drift(np.zeros(1), np.zeros(1), np.array([40.0]))  # 40 degrees behind
        >>> retrained = model.train(*lags, np.array([200.0]))
        >>> float(model.accuracy(*lags)[0]) < 0.5 < float(model.accuracy(*retrained)[0])
        True
    """

    a: float = 0.932
    l0: float = 31.3
    w: float = 1.75
    kappa_fast: float = 85.0
    kappa_slow: float = 1150.0
    phi: float = 0.71

    def drift(self, fast: Floats, slow: Floats, by: Floats) -> tuple[Floats, Floats]:
        """Lags after drifting by ``r Δ``."""
        return fast + self.phi * by, slow + (1 - self.phi) * by

    def train(self, fast: Floats, slow: Floats, samples: Floats) -> tuple[Floats, Floats]:
        """Lags after training on S samples."""
        return fast * np.exp(-samples / self.kappa_fast), slow * np.exp(-samples / self.kappa_slow)

    def accuracy(self, fast: Floats, slow: Floats) -> Floats:
        """Accuracy at these lags, of their shape."""
        accuracy: Floats = self.a / (1 + ((fast + slow) / self.l0) ** self.w)
        return accuracy

    def lag_at(self, accuracy: Floats) -> Floats:
        """Sum of both lags at which a model is so accurate; negative: it never is."""
        best = self.a / np.maximum(accuracy, 1e-6) - 1
        lag: Floats = np.sign(best) * self.l0 * np.abs(best) ** (1 / self.w)
        return lag
