# SPDX-License-Identifier: MIT
"""Notices from right and wrong answers that a user's data have drifted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from river import drift

DetectorName = Literal["adwin", "kswin", "page-hinkley"]

_DETECTORS: Mapping[DetectorName, Callable[[int], Any]] = {
    "adwin": lambda seed: drift.ADWIN(),  # type: ignore[no-untyped-call]
    "kswin": lambda seed: drift.KSWIN(seed=seed),
    "page-hinkley": lambda seed: drift.PageHinkley(),
}


class DriftDetectors:
    """One of river's drift detectors per user, on its stream of errors (0 right, 1 wrong).

    Args:
        n_users: number of users.
        name: ``adwin`` (Bifet and Gavaldà, SDM 2007), ``kswin`` or ``page-hinkley``.
        seed: of KSWIN's sampling.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> answers = rng.random((2, 400)) < 0.9
        >>> detectors = DriftDetectors(n_users=2)
        >>> detectors.update(answers).tolist()
        [False, False]
        >>> answers[1] = rng.random(400) < 0.3
        >>> detectors.update(answers).tolist()
        [False, True]
    """

    def __init__(self, n_users: int, name: DetectorName = "adwin", seed: int = 0) -> None:
        self._detectors = [_DETECTORS[name](seed + user) for user in range(n_users)]

    def update(
        self, correct: NDArray[np.bool_], present: NDArray[np.bool_] | None = None
    ) -> NDArray[np.bool_]:
        """Feed answers and say who has drifted during them.

        Args:
            correct: ``[n_users, n]``, in the order of time.
            present: whose count, ``[n_users]``; None: everybody's.

        Returns:
            ``[n_users]``.
        """
        flags = np.zeros(len(self._detectors), bool)
        for user, (detector, answers) in enumerate(zip(self._detectors, correct, strict=True)):
            if present is not None and not present[user]:
                continue
            for right in answers.tolist():
                detector.update(0.0 if right else 1.0)
                flags[user] |= detector.drift_detected
        return flags
