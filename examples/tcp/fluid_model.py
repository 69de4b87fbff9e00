# SPDX-License-Identifier: MIT
"""A model of flows through one bottleneck, a round trip at a time: what the agent learns in.

Windows and queue are in balance in every round trip (as in Mo and Walrand 2000): without a queue a
flow gets its window per round trip; what is more than the link carries waits, and what does not fit
into the buffer is lost. What a flow sees of it is a round trip late, as acknowledgements are, and a
little wrong. Random losses do not change the window of an agent, in ns-3 neither.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.drl.tcp_features import FlowFeatures, next_windows

PACKET_BIT = 1502 * 8
PAYLOAD_MBIT = 1448 * 8e-6
FIRST_WINDOW_PACKETS = 10.0
MOST_FLOWS = 4
EPISODE_S = 10.0

Floats = NDArray[np.float64]


@dataclasses.dataclass
class Networks:
    """The training distribution: what many networks are like, ``[n_networks]`` each."""

    n_flows: NDArray[np.int64]
    packets_per_s: Floats
    rtt_s: Floats
    buffer_packets: Floats
    loss_rate: Floats
    cross_share: Floats
    cross_on_s: Floats
    cross_off_s: Floats
    starts_s: Floats  # [n_networks, MOST_FLOWS]

    @classmethod
    def draw(cls, count: int, generator: np.random.Generator) -> Networks:
        """Rates of 4 to 40 Mbit/s, round trips of 20 to 120 ms, buffers of 0.5 to 5 products.

        1 to 4 flows; in three of ten losses of up to 1 %, in three of ten cross traffic.
        """

        def between(low: float, high: float) -> Floats:
            return np.exp(generator.uniform(np.log(low), np.log(high), count))

        def sometimes(low: float, high: float) -> Floats:
            return generator.uniform(low, high, count) * (generator.random(count) < 0.3)

        packets_per_s = between(4e6, 40e6) / PACKET_BIT
        rtt_s = between(0.02, 0.12)
        return cls(
            n_flows=generator.integers(1, MOST_FLOWS + 1, count),
            packets_per_s=packets_per_s,
            rtt_s=rtt_s,
            buffer_packets=np.maximum(2, between(0.5, 5) * packets_per_s * rtt_s),
            loss_rate=sometimes(0, 0.01),
            cross_share=sometimes(0.2, 0.5),
            cross_on_s=between(0.3, 2),
            cross_off_s=between(0.3, 2),
            starts_s=generator.uniform(0, 2, (count, MOST_FLOWS)),
        )


class FluidModel:
    """Many networks at once; each flow asks once per round trip without a queue.

    Args:
        count: how many networks.
        seed: of what they are like and of noise.
        draw: what they are like.
    """

    def __init__(
        self,
        count: int,
        seed: int,
        draw: Callable[[int, np.random.Generator], Networks] = Networks.draw,
    ) -> None:
        self.shape = (count, MOST_FLOWS)
        self._generator = np.random.default_rng(seed)
        self._draw = draw
        self.networks = draw(count, self._generator)
        self._time_s = np.zeros(count)
        self._window = np.zeros(self.shape)
        self._seen_window = np.zeros(self.shape)  # that what is acknowledged now was sent with
        self._least_s = np.full(self.shape, np.inf)
        self._is_cross_on = np.zeros(count, bool)
        self._all = np.arange(count * MOST_FLOWS)
        self._features = FlowFeatures(count * MOST_FLOWS)
        self._begin(np.ones(count, bool))

    def step(self, decided: Floats) -> tuple[NDArray[np.float32], Floats, NDArray[np.bool_]]:
        """A round trip.

        Args:
            decided: ``[n_networks * MOST_FLOWS, N_ACTIONS]``, as `next_windows` takes it.

        Returns:
            Features ``[n_networks * MOST_FLOWS, N_FEATURES]`` of what is seen then, the mean
            utility of the flows ``[n_networks]``, and which episodes have ended: they begin again.
        """
        windows = next_windows(self._observed, self._all, decided).reshape(self.shape)
        has_begun = self._has_begun
        self._seen_window = self._window
        self._window = np.where(has_begun, windows, 0.0)
        self._time_s = self._time_s + self.networks.rtt_s
        starting = self._has_begun & ~has_begun
        self._window = np.where(starting, FIRST_WINDOW_PACKETS, self._window)
        self._seen_window = np.where(starting, FIRST_WINDOW_PACKETS, self._seen_window)
        self._switch_cross_traffic()
        utility = self._observe()
        is_over = self._time_s >= EPISODE_S
        if is_over.any():
            self._begin(is_over)
        return self.features(), utility, is_over

    def features(self) -> NDArray[np.float32]:
        """What flows see now; of those that have not begun zeros."""
        seen = self._features.of(self._observed, self._all)
        return np.where(self._has_begun.reshape(-1, 1), seen, 0).astype(np.float32)

    @property
    def _has_begun(self) -> NDArray[np.bool_]:
        number = np.arange(MOST_FLOWS)
        there = number < self.networks.n_flows[:, None]
        return there & (self._time_s[:, None] >= self.networks.starts_s)

    def _begin(self, which: NDArray[np.bool_]) -> None:
        drawn = self._draw(len(which), self._generator)
        drawn.starts_s -= np.min(
            np.where(np.arange(MOST_FLOWS) < drawn.n_flows[:, None], drawn.starts_s, np.inf),
            axis=1,
            keepdims=True,
        )
        for field in dataclasses.fields(Networks):
            values = getattr(self.networks, field.name)
            values[which] = getattr(drawn, field.name)[which]
        self._time_s[which] = 0
        self._window[which] = np.where(self._has_begun, FIRST_WINDOW_PACKETS, 0)[which]
        self._seen_window[which] = self._window[which]
        self._least_s[which] = np.inf
        self._is_cross_on[which] = False
        self._features.forget(np.flatnonzero(np.repeat(which, MOST_FLOWS)))
        self._observe()

    def _switch_cross_traffic(self) -> None:
        networks = self.networks
        mean_s = np.where(self._is_cross_on, networks.cross_on_s, networks.cross_off_s)
        switches = self._generator.random(len(mean_s)) < 1 - np.exp(-networks.rtt_s / mean_s)
        self._is_cross_on = self._is_cross_on ^ switches

    def _observe(self) -> Floats:
        """Fill what flows see; the mean utility of the flows, ``[n_networks]``."""
        networks, window = self.networks, self._seen_window
        total = window.sum(axis=1)
        rate = networks.packets_per_s * (1 - networks.cross_share * self._is_cross_on)
        queue = np.clip(total - rate * networks.rtt_s, 0, networks.buffer_packets)
        round_trip_s = networks.rtt_s + (queue + 1) / rate
        sent = total / round_trip_s
        arriving = np.minimum(1, rate / np.maximum(sent, 1e-9))
        lost = 1 - arriving * (1 - networks.loss_rate)
        own_rate = window / round_trip_s[:, None] * (1 - lost)[:, None]
        noise = self._generator.normal(size=(3, *self.shape))
        rtt_s = round_trip_s[:, None] + np.abs(noise[0]) / rate[:, None]
        self._least_s = np.where(self._has_begun, np.minimum(self._least_s, rtt_s), self._least_s)
        count = np.maximum(window, 1)
        seen_lost = np.clip(
            lost[:, None] + noise[2] * np.sqrt(lost * (1 - lost))[:, None] / np.sqrt(count), 0, 1
        )
        self._observed: dict[str, Any] = {
            "rtt_s": rtt_s.ravel(),
            "min_rtt_s": np.minimum(self._least_s, rtt_s).ravel(),
            "delivery_rate_mbps": (own_rate * (1 + 0.03 * noise[1])).clip(0).ravel() * PAYLOAD_MBIT,
            "loss_share": seen_lost.ravel(),
            "cwnd_packets": np.maximum(self._window, 1).ravel(),
            "inflight_packets": np.maximum(self._window, 1).ravel(),
        }
        begun = self._has_begun
        n_begun = np.maximum(begun.sum(axis=1), 1)
        fair = networks.packets_per_s / n_begun
        without_s = networks.rtt_s + 1 / networks.packets_per_s
        of_flow = np.log(np.maximum(own_rate / fair[:, None], 0.01)) - lost[:, None]
        of_flow -= np.log(round_trip_s / without_s)[:, None]
        return np.where(begun, of_flow, 0).sum(axis=1) / n_begun
