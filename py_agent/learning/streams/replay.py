# SPDX-License-Identifier: MIT
"""Data of one's own, replayed in its order; it can run dry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.learning.errors import StreamExhausted
from py_agent.learning.streams.base import Features, Floats, Labels, Samples
from py_agent.learning.streams.class_pools import draw_from_windows


class Replay:
    """Recorded samples: users meet them in their order, training draws from those before.

    At time t user n stands at sample ``⌊t · samples_per_s⌋`` of its recording: `draw` returns the
    following ones, `draw_classes` chooses among the `window` samples before it (the labelled past).

    Args:
        x: features, ``[n_users, n_recorded, n_features]``.
        y: classes from 0, ``[n_users, n_recorded]``.
        samples_per_s: how fast users go through their recordings.
        window: how many past samples can be trained on.

    Example:
        >>> x = np.arange(8, dtype=np.float32).reshape(1, 8, 1)
        >>> stream = Replay(x, np.tile([0, 1], 4)[None], samples_per_s=2.0, window=4)
        >>> stream.draw(time_s=1.5, n=2, rng=np.random.default_rng(1)).x.ravel().tolist()
        [3.0, 4.0]
    """

    def __init__(self, x: Features, y: Labels, samples_per_s: float, window: int) -> None:
        self.n_users, self._length, self.n_features = x.shape
        self.n_classes = int(y.max()) + 1
        self.drift_rate: Floats = np.full(self.n_users, samples_per_s)
        self.pool_size: Labels = np.full(self.n_classes, window)
        self._recorded = Samples(x.astype(np.float32), y.astype(np.int64))
        self._window = window

    def draw(self, time_s: Floats | float, n: int, rng: np.random.Generator) -> Samples:
        """See `DriftStream.draw`; raises `StreamExhausted` at the end of the recording."""
        users = np.arange(self.n_users)
        start = self._position(time_s, users)
        last = int(start.max()) + n
        if last > self._length:
            raise StreamExhausted(
                f"sample {last} is asked for at {np.max(time_s):g} s; "
                f"the recording ends after {self._length}"
            )
        return self._recorded.at(users, start[:, None] + np.arange(n))

    def draw_classes(
        self,
        users: NDArray[np.intp],
        time_s: Floats | float,
        labels: Labels,
        rng: np.random.Generator,
    ) -> Features:
        """See `DriftStream.draw_classes`; raises `MissingClass` if the window lacks a class."""
        ends = np.minimum(self._position(time_s, users), self._length).tolist()
        windows = (
            (user, np.arange(max(0, end - self._window), end))
            for user, end in zip(users.tolist(), ends, strict=True)
        )
        return draw_from_windows(self._recorded, windows, labels, self.n_classes, rng)

    def _position(self, time_s: Floats | float, users: NDArray[np.intp]) -> NDArray[np.intp]:
        position: NDArray[np.intp] = np.floor(self.drift_rate[users] * time_s).astype(np.intp)
        return np.maximum(position, 0)
