# SPDX-License-Identifier: MIT
"""The accuracy constraint as a queue."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class VirtualQueue:
    """Turns ``acc ≥ A_min on average`` into a queue that must stay stable (Lyapunov).

    ``Z ← max(0, Z + A_min − acc)``, once per frame (Neely, "Stochastic Network Optimization", 2010,
    section 4.4: virtual queues).

    Args:
        n_users: number of queues, or the shape of many networks' queues.
        target: A_min.

    Attributes:
        length: Z, ``[n_users]``.

    Example:
        >>> queue = VirtualQueue(2, target=0.8)
        >>> queue.update(np.array([0.5, 0.9]))
        >>> queue.length.round(2).tolist()
        [0.3, 0.0]
    """

    def __init__(self, n_users: int | tuple[int, ...], target: float) -> None:
        self.length = np.zeros(n_users)
        self._target = target

    def update(
        self,
        accuracy: NDArray[np.float64],
        which: NDArray[np.intp] | NDArray[np.bool_] | slice = slice(None),
    ) -> None:
        """Let a frame pass with this accuracy, ``[n_users]``; for all or some of them."""
        longer = self.length[which] + self._target - accuracy[which]
        self.length[which] = np.maximum(0, longer)
