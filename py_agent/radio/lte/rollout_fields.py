# SPDX-License-Identifier: MIT
"""LTE's observation fields, rebuilt from the state of the twin's rollouts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.radio.link_model import RolloutState
from py_agent.radio.lte.parameters import LteParameters
from py_agent.radio.lte.prior import SHANNON_GAP_DB, SUBCARRIERS_PER_RB
from py_agent.radio.lte.reports import NOT_SOUNDED_DB

Array = NDArray[Any]

# Spectral efficiency of each CQI, TS 36.213 Table 7.2.3-1.
_CQI_EFFICIENCY = (
    0.1523, 0.2344, 0.3770, 0.6016, 0.8770, 1.1758, 1.4766, 1.9141,
    2.4063, 2.7305, 3.3223, 3.9023, 4.5234, 5.1152, 5.5547,
)  # fmt: skip
_HIGHEST_MCS = 28


class LteFields:
    """What a slot's dynamics do not hold is left at what is usual.

    Block errors are at 0; the downlink carries results only, no acknowledgements.

    Args:
        parameters: of the radio.
        rollouts: whose fields are asked for.

    Example:
        >>> from py_agent.twin.environment.network import TwinNetwork
        >>> network = TwinNetwork.of({"n_ue": 2, "n_bs": 2})
        >>> from py_agent.twin.rollout.random_streams import seed_array
        >>> rollout = network.rollout(batch=4)
        >>> rollout.start(seed_array(range(4)))
        >>> makers = LteFields(network.parameters.radio, rollout).makers()
        >>> makers["rsrp_dbm"]().shape, makers["cell_users"]().shape
        ((4, 2, 2), (4, 2))
    """

    def __init__(self, parameters: LteParameters, rollouts: RolloutState) -> None:
        self._band_rb = float(parameters.uplink.bandwidth_rb)
        self._noise_dbm = parameters.control.noise_dbm  # of a user, per subcarrier
        self._rollouts = rollouts
        self._state, self._links = rollouts.state, rollouts.links

    def makers(self) -> Mapping[str, Callable[[], Array]]:
        """Functions that make each field now, ``[batch, *shape]``."""
        state, links = self._state, self._links
        return {
            "rsrp_dbm": lambda: state["strength_db"],
            "rsrq_db": self._rsrq_db,
            "sinr_dl_db": self._sinr_dl_db,
            "sinr_ul_db": lambda: np.where(state["cell"] >= 0, links["sinr_ul_db"], NOT_SOUNDED_DB),
            "cqi_dl": lambda: _cqi(self._sinr_dl_db()),
            "mcs_dl": lambda: _mcs(self._sinr_dl_db()),
            "rb_used_dl": self._rb_used_dl,
            "tbler_dl": _zero,
            "cell_rb_used_dl": self._cell_rb_used_dl,
            "cqi_ul": lambda: _cqi(links["sinr_ul_db"]),
            "mcs_ul": lambda: _mcs(links["sinr_ul_db"]),
            "rb_used_ul": self._rb_used_ul,
            "tbler_ul": _zero,
            "cell_rb_used_ul": lambda: (self._rb_used_ul()[..., None] * self._here()).sum(axis=1),
            "cell_rb_available": lambda: np.array(self._band_rb),
            "cell_users": lambda: self._here().sum(axis=1),
            "queue_dl_bit": lambda: state.get("download_queue_bit", _zero()),
            "pdcp_delay_dl_s": _zero,
            "pdcp_throughput_dl_bps": lambda: (
                state.get("download_sent_bit", _zero()) / self._rollouts.slot_s
            ),
            "queue_ul_bit": lambda: state["queue_bit"],
            "pdcp_delay_ul_s": self._delay_s,
            "pdcp_throughput_ul_bps": lambda: state["sent_bit"] / self._rollouts.slot_s,
        }

    def _here(self) -> NDArray[np.bool_]:
        """Who is served by whom, ``[batch, n_ue, n_bs]``."""
        here: NDArray[np.bool_] = self._state["cell"][..., None] == np.arange(self._rollouts.n_bs)
        return here

    def _rsrq_db(self) -> Array:
        """``N · RSRP / RSSI`` (TS 36.214, 5.1.3), every cell sending on all its subcarriers."""
        rsrp_mw = 10 ** (self._state["strength_db"] / 10)
        all_mw = rsrp_mw.sum(axis=-1, keepdims=True) + 10 ** (self._noise_dbm / 10)
        rsrq_db: Array = 10 * np.log10(rsrp_mw / (SUBCARRIERS_PER_RB * all_mw))
        return rsrq_db

    def _sinr_dl_db(self) -> Array:
        """Without interference but for users that download: the others hear no data."""
        cell = self._state["cell"]
        own = np.maximum(cell, 0)[..., None]
        rsrp_dbm = np.take_along_axis(self._state["strength_db"], own, axis=-1)[..., 0]
        rise_db = self._interference_rise_db() if "download_band_s" in self._state else 0.0
        return np.where(cell >= 0, rsrp_dbm - self._noise_dbm - rise_db, NOT_SOUNDED_DB)

    def _interference_rise_db(self) -> Array:
        """Of users that download, by the busy parts of the other cells, ``[batch, n_ue]``."""
        busy = np.minimum(self._cell_rb_used_dl() / self._band_rb, 1.0)[:, None]
        others = ~self._here()
        others_mw = (others * busy * 10 ** (self._state["strength_db"] / 10)).sum(axis=-1)
        rise_db = 10 * np.log10(1 + others_mw / 10 ** (self._noise_dbm / 10))
        rise_of_own_db: Array = np.where(self._state["download_band_s"] > 0, rise_db, 0.0)
        return rise_of_own_db

    def _rb_used_dl(self) -> Array:
        band_s = self._state.get("download_band_s", _zero())
        used_rb: Array = band_s * (self._band_rb / self._rollouts.slot_s)
        return used_rb

    def _cell_rb_used_dl(self) -> Array:
        used_rb = np.broadcast_to(self._rb_used_dl(), self._state["cell"].shape)
        by_cell_rb: Array = (used_rb[..., None] * self._here()).sum(axis=1)
        return by_cell_rb

    def _rb_used_ul(self) -> Array:
        used_rb: Array = self._state["band_s"] * (self._band_rb / self._rollouts.slot_s)
        return used_rb

    def _delay_s(self) -> Array:
        delay_s = self._rollouts.pipeline_s + self._rollouts.slot_s / 2
        return np.where(self._state["sent_bit"] > 0, delay_s, 0.0)


def _zero() -> Array:
    return np.zeros(())


def _cqi(sinr_db: Array) -> Array:
    efficiency = np.log2(1 + 10 ** ((sinr_db - SHANNON_GAP_DB) / 10))
    cqi: Array = np.searchsorted(_CQI_EFFICIENCY, efficiency, side="right")
    return cqi


def _mcs(sinr_db: Array) -> Array:
    mcs: Array = np.clip(2 * _cqi(sinr_db) - 2, 0, _HIGHEST_MCS)
    return mcs
