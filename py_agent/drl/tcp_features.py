# SPDX-License-Identifier: MIT
"""What the agent of TCP flows sees of a flow, and what its decision does to the window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Observation

#: Observations that it is made of.
FIELDS = (
    *("rtt_s", "min_rtt_s", "delivery_rate_mbps", "loss_share", "cwnd_packets"),
    "inflight_packets",
)
N_FEATURES = 10
N_ACTIONS = 2

Floats = NDArray[np.float64]

_SEGMENT_MBIT = 1448 * 8e-6
_LOSS_MEMORY = 0.9  # per question
_RATE_MEMORY = 0.995  # likewise: a link may become slower
_WAITING_PACKETS = 4.0  # FAST TCP's alpha, of a decision of 0
_WAITING_RANGE = 16.0  # a decision of ±1 is so many times as much, or as little
_GAIN, _GAIN_RANGE = 0.55, 0.45
_LEAST_WINDOW_PACKETS = 2.0


class FlowFeatures:
    """Numbers without units, of all flows; those of the past belong to the flow that asks.

    Args:
        n_flows: how many.

    Example:
        >>> seen = {name: np.array([0.0, 0.04]) for name in FIELDS}
        >>> FlowFeatures(2).of(seen, np.array([1])).shape
        (1, 10)
    """

    def __init__(self, n_flows: int) -> None:
        self._queueing = np.zeros(n_flows)
        self._loss_share = np.zeros(n_flows)
        self._best_mbps = np.zeros(n_flows)

    def forget(self, flows: NDArray[np.intp]) -> None:
        """These flows begin anew."""
        for past in (self._queueing, self._loss_share, self._best_mbps):
            past[flows] = 0

    def of(self, observation: Observation, flows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Features ``[n_asking, N_FEATURES]`` of flows that ask, with round trips measured.

        Args:
            observation: of all flows.
            flows: numbers of those that ask.
        """
        rtt_s, least_s, rate_mbps, loss_share, window, in_flight = (
            np.asarray(observation[name], np.float64)[flows] for name in FIELDS
        )
        queueing = np.log(rtt_s / least_s)
        change = queueing - self._queueing[flows]
        kept = _LOSS_MEMORY * self._loss_share[flows]
        usual_loss_share = kept + (1 - _LOSS_MEMORY) * loss_share
        best_mbps = np.maximum(_RATE_MEMORY * self._best_mbps[flows], rate_mbps)
        best_mbps = np.maximum(best_mbps, 1e-3)
        self._queueing[flows], self._loss_share[flows] = queueing, usual_loss_share
        self._best_mbps[flows] = best_mbps
        pipe_packets = best_mbps * least_s / _SEGMENT_MBIT
        features = [
            queueing,
            change,
            10 * loss_share,
            10 * usual_loss_share,
            np.log(np.maximum(rate_mbps / best_mbps, 0.05)),
            np.log(window / np.maximum(pipe_packets, 1)),
            np.log(window) / 5 - 1,
            np.log1p(window * (1 - least_s / rtt_s)) / 3,
            np.log10(least_s) + 1.5,
            in_flight / window,
        ]
        clipped: NDArray[np.float32] = np.clip(np.stack(features, axis=1), -3, 3).astype(np.float32)
        return clipped


def next_windows(observation: Observation, flows: NDArray[np.intp], decided: Floats) -> Floats:
    """Windows of flows that ask, ``[n_asking]`` packets.

    The law of FAST TCP (Jin, Wei and Low 2004, equation 5), of which the agent decides both
    parameters: a flow goes with the gain towards a window of which so many packets wait.

    Args:
        observation: of all flows.
        flows: numbers of those that ask.
        decided: ``[n_asking, N_ACTIONS]`` between -1 and 1: how many packets shall wait, on a
            logarithmic scale from 1/4 to 64, and the gain, from 0.1 to 1.

    Example:
        >>> seen = {"rtt_s": np.array([0.05]), "min_rtt_s": np.array([0.04])}
        >>> seen["cwnd_packets"] = np.array([20.0])
        >>> next_windows(seen, np.array([0]), np.array([[0.0, 1.0]])).tolist()
        [20.0]
    """
    window = np.asarray(observation["cwnd_packets"], np.float64)[flows]
    rtt_s, least_s = observation["rtt_s"][flows], observation["min_rtt_s"][flows]
    waiting = _WAITING_PACKETS * _WAITING_RANGE ** decided[:, 0]
    gain = _GAIN + _GAIN_RANGE * decided[:, 1]
    towards = window * least_s / rtt_s + waiting
    moved = (1 - gain) * window + gain * towards
    windows: Floats = np.maximum(np.minimum(moved, 2 * window), _LEAST_WINDOW_PACKETS)
    return windows
