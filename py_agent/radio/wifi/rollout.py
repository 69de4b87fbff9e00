# SPDX-License-Identifier: MIT
"""Wi-Fi links of the twin's rollouts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.engine import _engine
from py_agent.radio.wifi.laws import failure_probability, map_snr_db
from py_agent.radio.wifi.parameters import WifiParameters

Array = NDArray[Any]

# As the engine counts its random numbers (py_agent/twin/rollout/random_streams.py).
_RESIDUAL_START = 3
_RESIDUAL = 4


class WifiRollout:
    """Links of many rollouts; a `py_agent.twin.rollout.radio.RadioModel`.

    Args:
        parameters: constants.
        bs_position_m: ``[n_bs, 2]``.
        channel: which one each access point has, ``[n_bs]``.
        slot_s: length of a slot.

    Example:
        >>> from py_agent.twin.environment.network import TwinNetwork
        >>> network = TwinNetwork.of({"n_ue": 2, "n_bs": 3}, scenario="wifi")
        >>> links = WifiRollout(network.parameters.radio, np.zeros((3, 2)), np.arange(3), 0.02)
        >>> links.resize(batch=4, n_ue=2)
        >>> links.start(np.arange(4), np.arange(4), np.zeros((4, 2, 2))).shape
        (4, 2, 3)
    """

    def __init__(
        self, parameters: WifiParameters, bs_position_m: Array, channel: Array, slot_s: float
    ) -> None:
        self._parameters = parameters
        self._bs_position_m = np.asarray(bs_position_m, np.float64)
        self._n_bs = len(self._bs_position_m)
        self._slot_s = slot_s
        self._same_channel = (channel[:, None] == channel) & ~np.eye(self._n_bs, dtype=np.bool_)
        rate = parameters.rate
        self.largest_bps = float(max(rate.bps_per_hz) * rate.width_hz)
        self.links: Mapping[str, Array] = {}
        self._silent_s = np.zeros((0, 0), np.float32)  # without a beacon, [batch, n_ue]
        self._busy = np.zeros((0, 0), np.float32)  # part of the last slot, [batch, n_bs]

    def resize(self, batch: int, n_ue: int) -> None:
        """So many rollouts of so many users are about to start."""
        shape = (batch, n_ue, self._n_bs)
        self.links = {"residual_db": np.zeros(shape, np.float32)}
        self._strength_db = np.zeros(shape, np.float32)
        self._silent_s = np.zeros((batch, n_ue), np.float32)
        self._busy = np.zeros((batch, self._n_bs), np.float32)

    def start(self, rows: Array, seeds: Array, position_m: Array) -> Array:
        """Links of which nothing is known but the law."""
        self._silent_s[rows] = self._busy[rows] = 0
        self.links["residual_db"][rows] = self._parameters.snr.residual_sd_db * self._normal(
            seeds, _RESIDUAL_START, np.zeros(len(rows), np.int64), position_m.shape[1]
        )
        return self._measured(rows, position_m)

    def measure(self, position_m: Array) -> Array:
        """The same of all rollouts, of links as they are now."""
        return self._measured(np.arange(len(position_m)), position_m)

    def advance(
        self,
        rows: Array,
        seeds: Array,
        slots: Array,
        position_m: Array,
        walked_m: Array,
        by_s: float,
    ) -> Array:
        """The users have walked: residuals fade and are drawn anew as far (Gudmundson 1991)."""
        snr = self._parameters.snr
        kept = np.exp(-walked_m / snr.decorrelation_m)[..., None]
        fresh = self._normal(seeds, _RESIDUAL, slots, position_m.shape[1])
        residual = self.links["residual_db"]
        residual[rows] = kept * residual[rows] + np.sqrt(1 - kept**2) * snr.residual_sd_db * fresh
        return self._measured(rows, position_m)

    def outages_s(self, rows: Array, cell: Array, by_s: float) -> Array:
        """Who has not heard its access point for a while has lost it, and searches."""
        served = np.maximum(cell, 0)[..., None]
        own_db = np.take_along_axis(self._strength_db[rows], served, axis=-1)[..., 0]
        association = self._parameters.association
        silent = (cell >= 0) & (own_db < self._parameters.snr.beacon_db)
        silent_s = np.where(silent, self._silent_s[rows] + by_s, 0.0)
        lost = silent_s > association.patience_s
        self._silent_s[rows] = np.where(lost, 0.0, silent_s)
        outage_s: Array = np.where(lost, association.lost_s, 0.0)
        return outage_s.astype(np.float32)

    def failure_probability(self, user: Array, cell: Array, target: Array) -> Array:
        """Of re-associations to a target, float32 ``[n]``."""
        target_db = self._links_db()[user, target]
        return failure_probability(self._parameters, target_db).astype(np.float32)

    def moved(self, user: int, cell: int) -> None:
        """Another access point has been heard."""
        self._silent_s.reshape(-1)[user] = 0

    def rates_bps(self, user: Array, cell: Array) -> Array:
        """Of users that send in this slot, with the channel to their access point, ``[n]``.

        Access points on one channel that hear each other have it in turn: who is busy all the time
        takes as much of it as oneself.
        """
        snr_db = self._links_db()
        rate_bps = self._parameters.rate.rate_bps(snr_db[user, cell])
        if self._same_channel.any():
            heard = self._same_channel[cell] & (snr_db[user] >= self._parameters.snr.heard_db)
            rate_bps /= 1 + (heard * self._busy[user // self._strength_db.shape[1]]).sum(axis=1)
        return rate_bps.astype(np.float32)

    def download_rates_bps(self, user: Array, cell: Array) -> Array:
        """Of users that download, with the channel to their access point, float32 ``[n]``."""
        return self.rates_bps(user, cell)

    def sent(self, user: Array, cell: Array, band_s: Array) -> None:
        """How busy access points are; without senders a rollout keeps what it had before."""
        if self._same_channel.any():
            row = user // self._strength_db.shape[1]
            self._busy[row] = 0
            np.add.at(self._busy, (row, cell), band_s / self._slot_s)

    def copy_from(self, row: int, other: WifiRollout, other_row: int) -> None:
        """Put a rollout of another batch in the place of one of this."""
        self.links["residual_db"][row] = other.links["residual_db"][other_row]
        self._strength_db[row] = other._strength_db[other_row]
        self._silent_s[row] = other._silent_s[other_row]
        self._busy[row] = other._busy[other_row]

    def _links_db(self) -> Array:
        return self._strength_db.reshape(-1, self._n_bs)

    def _measured(self, rows: Array, position_m: Array) -> Array:
        expected_db = map_snr_db(self._parameters.snr, position_m, self._bs_position_m)
        self._strength_db[rows] = expected_db + self.links["residual_db"][rows]
        return self._strength_db[rows]

    def _normal(self, seeds: Array, stream: int, slots: Array, n_ue: int) -> Array:
        """Standard normal numbers of each rollout and slot alone, ``[n, n_ue, n_bs]``."""
        numbers = np.empty((len(seeds), n_ue, self._n_bs), np.float32)
        for slot in np.unique(slots):
            now = slots == slot
            drawn = _engine.normal(seeds[now], stream, int(slot), n_ue * self._n_bs)
            numbers[now] = drawn.reshape(-1, n_ue, self._n_bs)
        return numbers
