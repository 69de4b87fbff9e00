# SPDX-License-Identifier: MIT
"""The plug-in of the radio that is a formula: all that Python must know of another radio."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Observation
from py_agent.radio.link_model import LinkReport, Recorded, RolloutState
from py_agent.radio.parameters import NotNegative, Positive, RadioParameters

Floats = NDArray[np.float64]


class FormulaParameters(RadioParameters):
    """SNR falls with ``a − 37.6 log10(d)`` dB, the rate is Shannon's."""

    name: Literal["formula"] = "formula"
    stations: int
    band_hz: Positive
    snr_at_1_km_db: float
    interruption_s: NotNegative

    @property
    def n_bs(self) -> int:
        return self.stations

    @property
    def least_failure(self) -> float:
        return 0.0

    @property
    def lost_link_s(self) -> tuple[float, float]:
        return self.interruption_s, 0.0

    def described(self) -> Sequence[tuple[str, str]]:
        return (("SNR at 1 km", f"{self.snr_at_1_km_db:.1f} dB"),)

    def rate_bps(self, snr_db: NDArray[Any]) -> Floats:
        rate: Floats = self.band_hz * np.log2(1 + 10 ** (snr_db.astype(np.float64) / 10))
        return rate


class FormulaLinkModel:
    """Users know the SNR to every station."""

    name = "formula"
    Parameters = FormulaParameters
    weakest_db = -200.0
    needed = ("snr_db",)
    needed_serving = ("snr_db",)
    followed = ("snr_db",)

    def __init__(
        self, settings: Mapping[str, Any], parameters: FormulaParameters | None = None
    ) -> None:
        radio = settings["radio"]
        noise_dbm = -174 + 10 * np.log10(radio["band_hz"]) + 5
        self.parameters = parameters or FormulaParameters(
            stations=settings["n_bs"],
            band_hz=radio["band_hz"],
            snr_at_1_km_db=radio["power_dbm"] - 128.1 - noise_dbm,
            interruption_s=radio["interruption_s"],
        )

    def strength_db(self, observation: Observation) -> NDArray[Any]:
        return observation["snr_db"]

    def rate_bps(self, observation: Observation) -> Floats:
        return self.parameters.rate_bps(observation["snr_db"])

    def serving_rate_bps(self, observation: Observation) -> Floats:
        return self.parameters.rate_bps(self.quality_db(observation))

    def quality_db(self, observation: Observation) -> Floats:
        own = np.maximum(observation["serving_bs"], 0)[..., None]
        return np.take_along_axis(observation["snr_db"], own, axis=-1)[..., 0].astype(np.float64)

    def granted(self, observation: Observation) -> Floats:
        """Nobody observes it; users with something to send at a station have about as much each."""
        sends = observation["upload_backlog_bit"] > 0
        cell = observation["serving_bs"]
        together = (cell[..., :, None] == cell[..., None, :]) & sends[..., None, :]
        return sends / np.maximum(together.sum(axis=-1), 1)

    def estimator(self, n_ue: int, bs_position_m: Floats, *, online: bool) -> FormulaEstimator:
        return FormulaEstimator(self.parameters, bs_position_m)

    def rollout_model(self, bs_position_m: Floats, slot_s: float) -> FormulaRollout:
        return FormulaRollout(FormulaBelief(self.parameters, bs_position_m))

    def rebuilt(self, rollouts: RolloutState) -> Mapping[str, Callable[[], NDArray[Any]]]:
        return {"snr_db": lambda: rollouts.state["strength_db"]}

    def calibrated(self, runs: Sequence[Recorded]) -> FormulaParameters:
        """Is told everything by the settings."""
        return self.parameters


class FormulaEstimator:
    """A formula has no memory: where users are is all that counts."""

    def __init__(self, parameters: FormulaParameters, bs_position_m: Floats) -> None:
        self.parameters = parameters
        self._bs_position_m = bs_position_m

    def advance(self, by_s: float) -> None:
        """Nothing fades."""

    def observe(self, report: LinkReport) -> None:
        """Nothing is learned."""

    def refresh(self) -> None:
        """Nothing is learned."""

    def belief(self, age_s: Floats, walked_m: Floats) -> FormulaBelief:
        return FormulaBelief(self.parameters, self._bs_position_m)


@dataclasses.dataclass(frozen=True)
class FormulaBelief:
    """What follows from users' places."""

    parameters: FormulaParameters
    bs_position_m: Floats

    def uncertain(self) -> Mapping[str, tuple[Floats, Floats]]:
        return {}

    def strength_db(self, position_m: Floats) -> Floats:
        distance_m = np.linalg.norm(position_m[:, None] - self.bs_position_m, axis=2)
        loss_db = 37.6 * np.log10(np.maximum(np.hypot(distance_m, _HEIGHT_M), 10.0) / 1000)
        snr_db: Floats = self.parameters.snr_at_1_km_db - loss_db
        return snr_db

    def strength_ahead_db(
        self, position_m: Floats, position_sd_m: Floats, walked_m: Floats
    ) -> tuple[Floats, Floats]:
        strength_db = self.strength_db(position_m)
        return strength_db, np.broadcast_to(0.1 + 0.1 * position_sd_m[:, None], strength_db.shape)

    def rate_ahead_bps(self, position_m: Floats, walked_m: Floats) -> Floats:
        return self.parameters.rate_bps(self.strength_db(position_m))

    def serving_rate_bps(
        self, position_m: Floats, serving_bs: NDArray[np.int32], latest: Observation
    ) -> tuple[Floats, Floats]:
        rates_bps = self.rate_ahead_bps(position_m, np.zeros(len(position_m)))
        own_bps = np.take_along_axis(rates_bps, np.maximum(serving_bs, 0)[:, None], axis=1)[:, 0]
        return own_bps, np.full(len(own_bps), 0.05)

    def failure(self, position_m: Floats, serving_bs: NDArray[np.int32]) -> Floats:
        return np.zeros((len(position_m), len(self.bs_position_m)))


class FormulaRollout:
    """Links of many rollouts; a `py_agent.twin.rollout.radio.RadioModel`."""

    links: Mapping[str, NDArray[Any]] = {}  # nothing of them is drawn

    def __init__(self, belief: FormulaBelief) -> None:
        self._belief = belief
        self.largest_bps = 40 * belief.parameters.band_hz  # at 120 dB

    def resize(self, batch: int, n_ue: int) -> None:
        self._strength_db = np.zeros((batch, n_ue, len(self._belief.bs_position_m)), np.float32)

    def start(self, rows: Any, seeds: Any, position_m: NDArray[Any]) -> NDArray[Any]:
        return self._measured(rows, position_m)

    def advance(
        self,
        rows: Any,
        seeds: Any,
        slots: Any,
        position_m: NDArray[Any],
        walked_m: Any,
        by_s: float,
    ) -> NDArray[Any]:
        return self._measured(rows, position_m)

    def measure(self, position_m: NDArray[Any]) -> NDArray[Any]:
        return self._measured(slice(None), position_m)

    def outages_s(self, rows: Any, cell: NDArray[Any], by_s: float) -> NDArray[Any]:
        return np.zeros(cell.shape, np.float32)

    def failure_probability(self, user: NDArray[Any], cell: Any, target: Any) -> NDArray[Any]:
        return np.zeros(len(user), np.float32)

    def moved(self, user: int, cell: int) -> None:
        """A link has no history."""

    def rates_bps(self, user: NDArray[Any], cell: NDArray[Any]) -> NDArray[Any]:
        links_db = self._strength_db.reshape(-1, self._strength_db.shape[-1])
        rate_bps = self._belief.parameters.rate_bps(links_db[user, cell])
        return rate_bps.astype(np.float32)

    def sent(self, user: Any, cell: Any, band_s: Any) -> None:
        """Nobody disturbs the others."""

    def copy_from(self, row: int, other: FormulaRollout, other_row: int) -> None:
        self._strength_db[row] = other._strength_db[other_row]

    def _measured(self, rows: Any, position_m: NDArray[Any]) -> NDArray[Any]:
        strength_db = self._belief.strength_db(position_m.reshape(-1, 2))
        self._strength_db[rows] = strength_db.reshape(*position_m.shape[:2], -1)
        return self._strength_db[rows]


_HEIGHT_M = 23.5  # of stations above users
