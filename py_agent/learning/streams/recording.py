# SPDX-License-Identifier: MIT
"""Samples of one's own from a file: users go through them round and round."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from py_agent.learning.errors import LearningError
from py_agent.learning.streams.base import Features, Floats, Labels, Samples
from py_agent.learning.streams.class_pools import draw_from_windows
from py_agent.learning.streams.drift import DriftKind

_LABEL = "label"
_SAMPLES_PER_S = 10.0  # at which a user goes through the recording, with drift_speed 1
_WINDOW = 1000  # past samples that can be trained on, at most half of those for training
_MEASURED = 1 / 3  # of the recording: samples that users meet, and nobody trains on
_CHOICE = 1  # seed of which ones, the same for all users and runs


class Recording:
    r"""A CSV file of samples in their order: whatever drifts in it drifts here.

    Each user starts somewhere else and goes through the file at 10 samples per second times
    `drift_speed`, again from the start where it ends. A third of the samples, chosen at random, is
    what users meet; accuracy is measured on the last of these, three seconds and a third of each
    ten: fewer `evaluated_samples` follow a drift faster, more are less noisy. Training draws from
    the 1000 others before. So nothing is measured on samples that a model was trained on, however
    often a user comes by. Features are standardised over the file.

    Args:
        n_users: number of users.
        seed: of where they start.
        kind: ``gradual``: the file has its own drift.
        drift_speed: factor on the speed.
        recording: the file: a line of names, then samples; the column ``label`` has classes, any
            texts, the others numbers.

    Raises:
        LearningError: the file is not of this form, or another kind of drift is asked for.

    Example:
        >>> import tempfile
        >>> file = tempfile.NamedTemporaryFile("w+", suffix=".csv")
        >>> _ = file.write("x,y,label\n" + "1,2,up\n3,4,down\n" * 30)
        >>> file.flush()
        >>> stream = Recording(n_users=2, seed=1, recording=file.name)
        >>> stream.draw(time_s=1.0, n=4, rng=np.random.default_rng(1)).x.shape
        (2, 4, 2)
    """

    def __init__(
        self,
        n_users: int,
        seed: int,
        kind: DriftKind = "gradual",
        drift_speed: float = 1.0,
        recording: str = "",
    ) -> None:
        if kind != "gradual":
            raise LearningError(f"learning.drift = {kind}: a recording has its own drift, gradual")
        x, y, self.n_classes = _read(Path(recording))
        self._recorded = Samples(
            np.broadcast_to(x, (n_users, *x.shape)), np.broadcast_to(y, (n_users, *y.shape))
        )
        self._length = len(y)
        is_measured = np.random.default_rng(_CHOICE).random(len(y)) < _MEASURED
        self._measured, self._trained = np.flatnonzero(is_measured), np.flatnonzero(~is_measured)
        if not (len(self._measured) and len(self._trained) > 1):
            raise LearningError(f"learning.recording = {recording}: {len(y)} samples are too few")
        self.n_users = n_users
        self.n_features = x.shape[1]
        self.drift_rate: Floats = np.full(n_users, drift_speed * _SAMPLES_PER_S)
        self._window = min(_WINDOW, len(self._trained) // 2)
        self.pool_size: Labels = np.full(self.n_classes, self._window)
        self._start = np.random.default_rng(seed).integers(self._length, size=n_users)

    def draw(self, time_s: Floats | float, n: int, rng: np.random.Generator) -> Samples:
        """See `DriftStream.draw`; never runs dry."""
        users = np.arange(self.n_users)
        rows = self._rows(self._measured, time_s, users, np.arange(-n, 0))
        return self._recorded.at(users, rows)

    def draw_classes(
        self,
        users: NDArray[np.intp],
        time_s: Floats | float,
        labels: Labels,
        rng: np.random.Generator,
    ) -> Features:
        """See `DriftStream.draw_classes`; raises `MissingClass` if the window lacks a class."""
        past = self._rows(self._trained, time_s, users, np.arange(-self._window, 0))
        windows = zip(users.tolist(), past, strict=True)
        return draw_from_windows(self._recorded, windows, labels, self.n_classes, rng)

    def _rows(
        self,
        of: NDArray[np.intp],
        time_s: Floats | float,
        users: NDArray[np.intp],
        around: NDArray[np.intp],
    ) -> NDArray[np.intp]:
        """Samples of a kind around where users stand, ``[n_users, n]``."""
        position = self._start[users] + np.floor(self.drift_rate[users] * time_s).astype(np.intp)
        first = np.searchsorted(of, position % self._length)
        rows: NDArray[np.intp] = of[(first[:, None] + around) % len(of)]
        return rows


def _read(file: Path) -> tuple[Features, Labels, int]:
    """Features ``[n, n_features]``, classes ``[n]`` and their number."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            names, *samples = csv.reader(lines)
        at = names.index(_LABEL)
        labels = [sample.pop(at) for sample in samples]
        x = np.array(samples, np.float64)
    except (OSError, UnicodeDecodeError, ValueError, IndexError, csv.Error) as error:
        raise LearningError(
            f"learning.recording = {file}: {error}; expected a CSV file whose first line has "
            f"names, among them {_LABEL!r}, and numbers in the columns beside it"
        ) from None
    classes, y = np.unique(labels, return_inverse=True)
    if len(classes) < 2 or x.ndim != 2 or x.shape[1] < 1 or not np.isfinite(x).all():
        raise LearningError(
            f"learning.recording = {file}: {len(classes)} classes in {len(x)} samples of shape "
            f"{x.shape[1:]}; expected two classes at least, and finite features"
        )
    spread = x.std(axis=0)
    standardised = (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1)
    return standardised.astype(np.float32), y.astype(np.int64), len(classes)
