# SPDX-License-Identifier: MIT
"""What an agent of rate control remembers of a link."""

from __future__ import annotations

import dataclasses
import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

N_MCS = 12  # IEEE 802.11ax-2021, 27.5
_EXCHANGES = 6
_PER_EXCHANGE = 6
_MEMORY_S = (0.03, 0.3)  # of means of the SNR
_OUTCOME_MEMORY_S = 0.2
_SNR_SCALE_DB = 40.0
_WINDOW_MPDUS = 64.0
#: Numbers of `LinkHistory.features`.
FEATURES = _EXCHANGES * _PER_EXCHANGE + 3 * len(_MEMORY_S) + 2 * N_MCS + 1


@dataclasses.dataclass(frozen=True)
class Exchange:
    """A frame and what came back.

    Attributes:
        time_s: when the next one is due.
        mcs: of the frame; -1: of none.
        sent_mpdus: data frames in it; 0: it asked for a block acknowledgement.
        acknowledged_mpdus: of them.
        ack_snr_db: of the answer; None: none came.

    Example:
        >>> Exchange(1.0, 5, 42, 40, 21.0).answered
        True
    """

    time_s: float
    mcs: int
    sent_mpdus: int
    acknowledged_mpdus: int
    ack_snr_db: float | None

    @property
    def answered(self) -> bool:
        """Whether an acknowledgement came."""
        return self.ack_snr_db is not None


class LinkHistory:
    """The last frames of a link, means of its SNR, and what became of each MCS lately.

    Example:
        >>> history = LinkHistory(rate_of_mcs_0_mbps=8.6)
        >>> history.add(Exchange(1.0, 5, 42, 40, 21.0))
        >>> history.features().shape == (FEATURES,)
        True
    """

    def __init__(self, rate_of_mcs_0_mbps: float) -> None:
        self._log_width = math.log2(rate_of_mcs_0_mbps / 8.6)
        self._exchanges: deque[tuple[float, ...]] = deque(maxlen=_EXCHANGES)
        self._time_s: float | None = None
        self._snr = np.zeros((len(_MEMORY_S), 3))  # weight, sum, sum of squares
        self._outcomes = np.zeros((2, N_MCS))  # sent, acknowledged
        self.last: Exchange | None = None

    def add(self, exchange: Exchange) -> None:
        """A frame and its answer have passed."""
        passed_s = 0.0 if self._time_s is None else exchange.time_s - self._time_s
        self._time_s = exchange.time_s
        self.last = exchange
        self._snr *= np.exp(-passed_s / np.array(_MEMORY_S))[:, None]
        self._outcomes *= math.exp(-passed_s / _OUTCOME_MEMORY_S)
        snr = 0.0
        if exchange.ack_snr_db is not None:
            snr = exchange.ack_snr_db / _SNR_SCALE_DB
            self._snr += (1.0, snr, snr * snr)
        share = 0.0
        if exchange.sent_mpdus > 0:
            share = min(exchange.acknowledged_mpdus / exchange.sent_mpdus, 1.0)
            if exchange.mcs >= 0:
                self._outcomes[:, exchange.mcs] += (1.0, share)
        self._exchanges.append(
            (
                snr,
                float(exchange.answered),
                share,
                exchange.mcs / N_MCS,
                exchange.sent_mpdus / _WINDOW_MPDUS,
                math.log10(max(passed_s, 1e-4)) + 3,
            )
        )

    def mean_snr_db(self) -> float:
        """Mean of the last acknowledgements; 0 before the first one."""
        weight, total, _ = self._snr[0]
        return _SNR_SCALE_DB * float(total) / max(float(weight), 1e-9)

    def features(self) -> NDArray[np.float32]:
        """What the agent observes, ``[FEATURES]``; zeros stand for what has not been yet."""
        recent = np.zeros((_EXCHANGES, _PER_EXCHANGE))
        if self._exchanges:
            recent[-len(self._exchanges) :] = self._exchanges
        weight, total, squares = self._snr.T
        mean = total / np.maximum(weight, 1e-9)
        deviation = np.sqrt(np.maximum(squares / np.maximum(weight, 1e-9) - mean**2, 0))
        sent, acknowledged = self._outcomes
        return np.concatenate(
            [
                recent.ravel(),
                mean,
                4 * deviation,
                weight / (weight + 3),
                acknowledged / (sent + 0.3),
                sent / (sent + 1),
                [self._log_width],
            ]
        ).astype(np.float32)
