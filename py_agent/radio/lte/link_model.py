# SPDX-License-Identifier: MIT
"""LTE as a plug-in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Observation
from py_agent.engine import _engine
from py_agent.radio.link_model import LinkEstimator, Recorded, RolloutState
from py_agent.radio.lte.belief import SLOWEST_BPS
from py_agent.radio.lte.laws import curve_rate_bps, formula_sinr_db
from py_agent.radio.lte.parameters import LteParameters
from py_agent.radio.lte.prior import prior
from py_agent.radio.lte.reports import NOT_HEARD_DBM, sounded
from py_agent.radio.lte.rollout_fields import LteFields
from py_agent.radio.parameters import RadioParameters, RadioWithPrior

Floats = NDArray[np.float64]


class LteLinkModel(RadioWithPrior[LteParameters]):
    """LTE uplinks by RSRP reports and the SINR of sounding signals.

    Args:
        settings: of the scenario.
        parameters: constants; by default the prior of the settings.

    Example:
        >>> import ns3_scenarios
        >>> env = ns3_scenarios.make("cellular", {"n_ue": 1, "n_bs": 2})
        >>> model = LteLinkModel(env.settings.model_dump())
        >>> near_the_first = {"rsrp_dbm": np.array([[-75.0, -95.0]])}
        >>> rate_bps = model.rate_bps(near_the_first)
        >>> bool(rate_bps[0, 0] > rate_bps[0, 1])
        True
        >>> env.close()
    """

    name: ClassVar[str] = "lte"
    Parameters: ClassVar[type[RadioParameters]] = LteParameters
    weakest_db: ClassVar[float] = NOT_HEARD_DBM
    needed: ClassVar[tuple[str, ...]] = ("rsrp_dbm",)
    needed_serving: ClassVar[tuple[str, ...]] = ("rsrp_dbm", "sinr_ul_db")
    followed: ClassVar[tuple[str, ...]] = ("rsrp_dbm", "sinr_ul_db", "rb_used_ul")

    def _prior(self) -> LteParameters:
        return prior(self._settings)

    def strength_db(self, observation: Observation) -> NDArray[Any]:
        """RSRP in dBm, ``[..., n_ue, n_bs]``."""
        return observation["rsrp_dbm"]

    def rate_bps(self, observation: Observation) -> Floats:
        """Uplink rate of a user alone in each cell, ``[..., n_ue, n_bs]``."""
        rsrp_dbm = observation["rsrp_dbm"].astype(np.float64)
        cells = np.broadcast_to(np.arange(rsrp_dbm.shape[-1], dtype=np.int32), rsrp_dbm.shape)
        return self._alone_bps(formula_sinr_db(self.parameters, rsrp_dbm, cells))

    def serving_rate_bps(self, observation: Observation) -> Floats:
        """Uplink rate of a user alone in its cell by its sounded SINR, ``[..., n_ue]``."""
        cell = observation["serving_bs"]
        own = np.maximum(cell, 0)[..., None]
        rsrp_dbm = np.take_along_axis(observation["rsrp_dbm"], own, axis=-1)[..., 0]
        formula_db = formula_sinr_db(self.parameters, rsrp_dbm.astype(np.float64), cell)
        sounded_db = self.quality_db(observation)
        sinr_db = np.where(sounded(sounded_db), sounded_db, formula_db)
        return self._alone_bps(sinr_db)

    def quality_db(self, observation: Observation) -> Floats:
        """SINR of the sounding signal, ``[..., n_ue]``."""
        return observation["sinr_ul_db"].astype(np.float64)

    def granted(self, observation: Observation) -> Floats:
        """Part of the uplink's resource blocks in the last slot, ``[..., n_ue]``."""
        part: Floats = observation["rb_used_ul"] / self.parameters.uplink.bandwidth_rb
        return part

    def estimator(self, n_ue: int, bs_position_m: Floats, *, online: bool) -> LinkEstimator:
        """A twin's belief of all links."""
        from py_agent.radio.lte.estimator import LteEstimator  # scikit-learn is slow

        return LteEstimator(self.parameters, n_ue, bs_position_m, online=online)

    def rollout_model(self, bs_position_m: Floats, slot_s: float) -> _engine.Radio:
        """LTE of rollouts, in C++."""
        x_m, y_m = np.asarray(bs_position_m, np.float32).T.tolist()
        return _engine.lte.LteRadio(self.parameters.model_dump(), x_m, y_m, slot_s)

    def rebuilt(self, rollouts: RolloutState) -> Mapping[str, Callable[[], NDArray[Any]]]:
        """Functions that make LTE's observation fields of rollouts, by name."""
        return LteFields(self.parameters, rollouts).makers()

    def calibrated(self, runs: Sequence[Recorded]) -> LteParameters:
        """The parameters, fitted to recorded runs."""
        from py_agent.radio.lte.calibration import fit  # scikit-learn is slow

        return fit(runs, self.parameters)

    def _alone_bps(self, sinr_db: Floats) -> Floats:
        """Of a user alone in a cell by the SINR of its sounding signal, any shape."""
        return np.maximum(curve_rate_bps(self.parameters, sinr_db, 1.0), SLOWEST_BPS)
