# SPDX-License-Identifier: MIT
"""The side of LTE in rollouts: links in the engine, and the observation fields made of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.radio.link_model import LinkBelief
from py_agent.radio.lte.belief import LteBelief
from py_agent.radio.lte.parameters import LteParameters
from py_agent.twin._engine import Engine, LteRadio
from py_agent.twin.rollout.radio import About, Array, Makers
from py_agent.twin.rollout.random_streams import Seeds

_SUBCARRIER_HZ = 15e3
_SUBCARRIERS_PER_RB = 12
_THERMAL_DBM_PER_HZ = -174.0
_SHANNON_GAP_DB = 7.42  # -ln(5 BER)/1.5 at 5e-5 (Piro et al. 2010), as ns-3 adapts uplinks
# Spectral efficiency of each CQI, TS 36.213 Table 7.2.3-1.
_CQI_EFFICIENCY = (
    0.1523, 0.2344, 0.3770, 0.6016, 0.8770, 1.1758, 1.4766, 1.9141,
    2.4063, 2.7305, 3.3223, 3.9023, 4.5234, 5.1152, 5.5547,
)  # fmt: skip
_HIGHEST_MCS = 28


class LteSide:
    """`RadioSide` of LTE.

    What a slot's dynamics do not hold is left at what is usual: block errors at 0, the downlink,
    which carries acknowledgements only, unused.

    Args:
        parameters: constants.
        bs_position_m: ``[n_bs, 2]``.
        slot_s: length of a slot.
        ue_noise_figure_db: of users.
        pipeline_s: mean time from a bit's grant to its delivery.

    Attributes:
        links: the engine's arrays, ``[batch, n_ue]`` or ``[batch, n_ue, n_bs]``.
    """

    def __init__(
        self,
        parameters: LteParameters,
        bs_position_m: NDArray[Any],
        slot_s: float,
        ue_noise_figure_db: float,
        pipeline_s: float,
    ) -> None:
        x_m, y_m = np.asarray(bs_position_m, np.float32).T.tolist()
        self.engine_radio = LteRadio(parameters.model_dump(), x_m, y_m, slot_s)
        self._n_bs = len(x_m)
        self._slot_s = slot_s
        self._band_rb = float(parameters.uplink.bandwidth_rb)
        noise_dbm = _THERMAL_DBM_PER_HZ + ue_noise_figure_db + 10 * np.log10(_SUBCARRIER_HZ)
        self._noise_dbm = float(noise_dbm)  # of a user, per subcarrier
        self._delay_s = pipeline_s + slot_s / 2

    def attach(self, engine: Engine) -> None:
        """The engine has taken the radio."""
        self._engine = engine
        self._state = engine.arrays()
        self.links = self.engine_radio.arrays(engine)

    def measure(self) -> None:
        """Received power of all users where they are now."""
        self.engine_radio.measure(self._engine)

    def serve(self) -> None:
        """SINR and rates of all users at the cells that serve them now."""
        self.engine_radio.serve(self._engine)

    def resume(self, belief: LinkBelief, seeds: Seeds, position_m: Array, about: About) -> None:
        """Put in what is believed of the links."""
        if not isinstance(belief, LteBelief):
            raise TypeError(f"{type(belief).__name__} is no belief of LTE's links")
        links = self.links
        links["residual_db"][:] = about(belief.residual_db, belief.residual_sd_db)
        links["sinr_correction_db"][:] = about(
            belief.sinr_correction_db, belief.sinr_correction_sd_db
        )
        links["rate_correction"][:] = about(belief.rate_correction, belief.rate_correction_sd)
        self.measure()

    def fields(self) -> Makers:
        """Observation fields of the radio."""
        state, links = self._state, self.links
        return {
            "rsrp_dbm": lambda: state["strength_db"],
            "rsrq_db": self._rsrq_db,
            "sinr_dl_db": self._sinr_dl_db,
            "sinr_ul_db": lambda: np.where(state["cell"] >= 0, links["sinr_ul_db"], -30.0),
            "cqi_dl": lambda: _cqi(self._sinr_dl_db()),
            "mcs_dl": lambda: _mcs(self._sinr_dl_db()),
            "cqi_ul": lambda: _cqi(links["sinr_ul_db"]),
            "mcs_ul": lambda: _mcs(links["sinr_ul_db"]),
            "rb_used_ul": self._rb_used_ul,
            "cell_rb_used_ul": self._cell_rb_used_ul,
            "cell_rb_available": lambda: np.array(self._band_rb),
            "pdcp_delay_ul_s": lambda: np.where(state["sent_bit"] > 0, self._delay_s, 0.0),
            "pdcp_throughput_ul_bps": lambda: state["sent_bit"] / self._slot_s,
            **dict.fromkeys(
                (
                    "rb_used_dl", "tbler_dl", "cell_rb_used_dl", "tbler_ul", "queue_dl_bit",
                    "pdcp_delay_dl_s", "pdcp_throughput_dl_bps",
                ),
                lambda: np.zeros(()),
            ),
        }  # fmt: skip

    def _rsrq_db(self) -> Array:
        """``N · RSRP / RSSI`` (TS 36.214, 5.1.3), every cell sending on all its subcarriers."""
        rsrp_mw = 10 ** (self._state["strength_db"] / 10)
        all_mw = rsrp_mw.sum(axis=-1, keepdims=True) + 10 ** (self._noise_dbm / 10)
        rsrq_db: Array = 10 * np.log10(rsrp_mw / (_SUBCARRIERS_PER_RB * all_mw))
        return rsrq_db

    def _sinr_dl_db(self) -> Array:
        """Without interference: the data channel of the neighbours is next to empty."""
        cell = self._state["cell"]
        own = np.maximum(cell, 0)[..., None]
        rsrp_dbm = np.take_along_axis(self._state["strength_db"], own, axis=-1)[..., 0]
        return np.where(cell >= 0, rsrp_dbm - self._noise_dbm, -30.0)

    def _rb_used_ul(self) -> Array:
        used_rb: Array = self._state["band_s"] * (self._band_rb / self._slot_s)
        return used_rb

    def _cell_rb_used_ul(self) -> Array:
        here = self._state["cell"][..., None] == np.arange(self._n_bs)
        used_rb: Array = (self._rb_used_ul()[..., None] * here).sum(axis=1)
        return used_rb


def _cqi(sinr_db: Array) -> Array:
    efficiency = np.log2(1 + 10 ** ((sinr_db - _SHANNON_GAP_DB) / 10))
    return np.searchsorted(_CQI_EFFICIENCY, efficiency, side="right")


def _mcs(sinr_db: Array) -> Array:
    mcs: Array = np.clip(2 * _cqi(sinr_db) - 2, 0, _HIGHEST_MCS)
    return mcs
