# SPDX-License-Identifier: MIT
"""Wi-Fi as a plug-in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Observation
from py_agent.radio.link_model import LinkEstimator, Recorded, RolloutState
from py_agent.radio.parameters import RadioParameters, RadioWithPrior
from py_agent.radio.wifi.parameters import WifiParameters
from py_agent.radio.wifi.prior import (
    NO_RSSI_DBM,
    NO_SNR_DB,
    NOT_HEARD_DBM,
    channel_of_bs,
    noise_power_dbm,
    prior,
)

Floats = NDArray[np.float64]

NO_MCS = -1
_OUTCOMES = ("acked", "nacked", "unanswered", "retry_limit", "expired", "queue_full")
#: Rollouts know shares of the airtime, and no frames.
_FRAME_BY_FRAME = (
    *(f"mpdus_{outcome}_{way}" for outcome in _OUTCOMES for way in ("ul", "dl")),
    *("rate_ul_bps", "rate_dl_bps", "ampdu_ul_mpdus", "ampdu_dl_mpdus"),
    *("queue_ul_bit", "queue_dl_bit", "queue_age_ul_s", "queue_age_dl_s"),
    *("txops_ul", "bs_txops", "associated_s", "associations"),
)


class WifiLinkModel(RadioWithPrior[WifiParameters]):
    """Uplinks of stations by the SNR of access points.

    Args:
        settings: of the scenario.
        parameters: constants; by default the prior of the settings.

    Example:
        >>> import ns3_scenarios
        >>> env = ns3_scenarios.make("wifi", {"n_ue": 1, "n_bs": 2})
        >>> model = WifiLinkModel(env.settings.model_dump())
        >>> near_the_first = {"snr_db": np.array([[40.0, 15.0]])}
        >>> rate_bps = model.rate_bps(near_the_first)
        >>> bool(rate_bps[0, 0] > rate_bps[0, 1])
        True
        >>> env.close()
    """

    name: ClassVar[str] = "wifi"
    Parameters: ClassVar[type[RadioParameters]] = WifiParameters
    weakest_db: ClassVar[float] = NO_SNR_DB
    needed: ClassVar[tuple[str, ...]] = ("snr_db",)
    needed_serving: ClassVar[tuple[str, ...]] = ("snr_db",)
    followed: ClassVar[tuple[str, ...]] = ("snr_db",)

    def _prior(self) -> WifiParameters:
        return prior(self._settings)

    def strength_db(self, observation: Observation) -> NDArray[Any]:
        """SNR, ``[..., n_ue, n_bs]``."""
        return observation["snr_db"]

    def rate_bps(self, observation: Observation) -> Floats:
        """Uplink rate of a station alone at each access point, ``[..., n_ue, n_bs]``."""
        return self.parameters.rate.rate_bps(observation["snr_db"])

    def serving_rate_bps(self, observation: Observation) -> Floats:
        """Uplink rate of a station alone at its access point, ``[..., n_ue]``."""
        return self.parameters.rate.rate_bps(self.quality_db(observation))

    def quality_db(self, observation: Observation) -> Floats:
        """SNR of the access point that serves, ``[..., n_ue]``."""
        own = np.maximum(observation["serving_bs"], 0)[..., None]
        return np.take_along_axis(observation["snr_db"], own, axis=-1)[..., 0].astype(np.float64)

    def granted(self, observation: Observation) -> Floats:
        """Part of the channel's airtime in the last slot, ``[..., n_ue]``."""
        return observation["airtime_ul"].astype(np.float64)

    def estimator(self, n_ue: int, bs_position_m: Floats, *, online: bool) -> LinkEstimator:
        """A twin's belief of all links; the parameters stay as they are."""
        from py_agent.radio.wifi.estimator import WifiEstimator

        return WifiEstimator(self.parameters, n_ue, bs_position_m)

    def rollout_model(self, bs_position_m: Floats, slot_s: float) -> Any:
        """Links of rollouts."""
        from py_agent.radio.wifi.rollout import WifiRollout

        return WifiRollout(self.parameters, bs_position_m, channel_of_bs(self._settings), slot_s)

    def rebuilt(self, rollouts: RolloutState) -> Mapping[str, Callable[[], NDArray[Any]]]:
        """Functions that make Wi-Fi's observation fields of rollouts, by name."""
        radio = self._settings["radio"]
        noise_dbm = noise_power_dbm(radio)
        heard_db = NOT_HEARD_DBM - noise_dbm
        state = rollouts.state

        def where_heard(value: float, else_value: float) -> NDArray[Any]:
            strength_db = state["strength_db"]
            return np.where(strength_db >= heard_db, strength_db + value, else_value)

        return {
            "snr_db": lambda: where_heard(0.0, NO_SNR_DB),
            "rssi_dbm": lambda: where_heard(noise_dbm, NO_RSSI_DBM),
            "airtime_ul": lambda: state["band_s"] / rollouts.slot_s,
            "airtime_dl": lambda: state.get("download_band_s", np.zeros(())) / rollouts.slot_s,
            "airtime_others": lambda: _of_others(rollouts),
            "bs_airtime": lambda: _by_station(state["band_s"], rollouts) / rollouts.slot_s,
            "bs_users": lambda: _by_station(np.ones_like(state["cell"]), rollouts),
            **{name: lambda: np.array(NO_MCS) for name in ("mcs_ul", "mcs_dl")},
            **{name: lambda: np.zeros(()) for name in _FRAME_BY_FRAME},
        }

    def calibrated(self, runs: Sequence[Recorded]) -> WifiParameters:
        """The parameters, fitted to recorded runs.

        Raises:
            NothingToLearn: they hold too little.
        """
        from py_agent.radio.wifi.calibration import fit

        return fit(runs, self.parameters, channel_of_bs(self._settings))


def _by_station(of_users: NDArray[Any], rollouts: RolloutState) -> NDArray[Any]:
    """Sums over the users of each access point, ``[batch, n_bs]``."""
    here = rollouts.state["cell"][..., None] == np.arange(rollouts.n_bs)
    total: NDArray[Any] = (of_users[..., None] * here).sum(axis=1)
    return total


def _of_others(rollouts: RolloutState) -> NDArray[Any]:
    """Part of the slot in which others sent to the user's access point, ``[batch, n_ue]``."""
    band_s, cell = rollouts.state["band_s"], rollouts.state["cell"]
    all_s = np.take_along_axis(_by_station(band_s, rollouts), np.maximum(cell, 0), axis=1)
    return np.where(cell >= 0, all_s - band_s, 0.0) / rollouts.slot_s
