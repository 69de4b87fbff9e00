# SPDX-License-Identifier: MIT
"""Gathers what a twin in step with ns-3 says beside what ns-3 shows."""

from __future__ import annotations

import collections
import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from py_agent import former_names
from py_agent.contract import present as there
from py_agent.fidelity.scores import Z_90, coverage, mape, nmse
from py_agent.radio.busy import WINDOW_SLOTS, busy_users
from py_agent.radio.link_model import LinkModel
from py_agent.twin.estimation.prediction import position_ahead, serving_rate, strength_ahead
from py_agent.twin.model.estimate import NetworkEstimate

Floats = NDArray[np.float64]

HORIZONS_S = (0.2, 0.5, 1.0, 2.0)
QUALITY_EDGES_DB = (-30.0, 0.0, 10.0, 20.0, 80.0)
LEAST_BIT = 55_000.0  # five packets: fewer, and the size of a packet is what is measured


class Tracking:
    """Errors of places, strengths and rates along runs.

    **Rate**: what the twin predicts after every slot, for the part of the band that the user is
    granted in the next one, beside what it then delivers; both summed over the slots of a frame in
    which the user has more to send than it can. A frame counts if five packets came: one packet,
    11 kbit, is more than a slow user sends in a slot.

    **Places and strengths**: predicted once a frame, for each of `HORIZONS_S`.

    Args:
        link: of the network.

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> from py_agent.contract import Network
        >>> from py_agent.radio.link_model import link_model_of
        >>> from py_agent.twin.estimation.twin import Twin
        >>> env = without_ns3.make({"n_ue": 2, "n_bs": 2})
        >>> network = Network("cellular", env.settings.model_dump(), env.schema)
        >>> observation, _ = env.reset(seed=1)
        >>> twin, tracking = Twin(network), Tracking(link_model_of(network))
        >>> tracking.start(observation)
        >>> for _ in range(60):  # slots of 0.02 s
        ...     twin.observe(observation)
        ...     estimate = twin.estimate()
        ...     observation, *_ = env.step(env.action_space.sample())
        ...     tracking.slot(estimate, observation)
        >>> len(tracking.samples()["position_m_error_1_s"])  # two users, x and y
        4
        >>> env.close()
    """

    def __init__(self, link: LinkModel) -> None:
        self._link = link
        self._position: dict[float, list[tuple[Floats, Floats]]] = collections.defaultdict(list)
        self._strength: dict[float, list[tuple[Floats, Floats]]] = collections.defaultdict(list)
        self._rates: list[tuple[Floats, Floats, Floats, Floats]] = []
        self._due: list[tuple[float, float, NetworkEstimate]] = []
        self._before: Mapping[str, NDArray[Any]] = {}
        self._begin_frame(0)

    def start(self, observation: Mapping[str, NDArray[Any]]) -> None:
        """Another run begins."""
        self._due.clear()
        self._before = observation
        self._begin_frame(0)

    def slot(self, estimate: NetworkEstimate, observation: Mapping[str, NDArray[Any]]) -> None:
        """A slot has ended.

        Args:
            estimate: of the twin, from before this slot.
            observation: after it.
        """
        if estimate.slot_in_frame == 0:
            self._begin_frame(estimate.n_ue)
            self._due += [(estimate.time_s + h, h, estimate) for h in HORIZONS_S]
        now_s = float(observation["time_s"][0])
        due = [entry for entry in self._due if entry[0] <= now_s + 1e-6]
        self._due = [entry for entry in self._due if entry[0] > now_s + 1e-6]
        for _, horizon_s, earlier in due:
            self._compare_ahead(horizon_s, earlier, observation)
        self._add_rates(estimate, observation)
        if estimate.slot_in_frame == estimate.parameters.timing.slots_per_frame - 1:
            self._end_frame()

    def samples(self) -> dict[str, Floats]:
        """What was predicted and observed, by name, ``[n]`` each; `scores` makes measures of it."""
        names = ("rate_predicted_bit", "rate_observed_bit", "rate_sd", "rate_quality_db")
        samples = dict(zip(names, _columns(self._rates, 4), strict=True))
        for horizon_s in HORIZONS_S:
            for name, pairs in (("position_m", self._position), ("strength_db", self._strength)):
                error, error_sd = _columns(pairs[horizon_s], 2)
                samples[f"{name}_error_{horizon_s:g}_s"] = error
                samples[f"{name}_sd_{horizon_s:g}_s"] = error_sd
        return samples

    def _begin_frame(self, n_ue: int) -> None:
        self._predicted, self._observed, self._sd, self._quality, self._slots = (
            np.zeros(n_ue) for _ in range(5)
        )

    def _end_frame(self) -> None:
        counts = self._observed >= LEAST_BIT
        if counts.any():
            slots = self._slots[counts]
            self._rates.append(
                (
                    self._predicted[counts],
                    self._observed[counts],
                    # Windows of 0.2 s count as independent, as they do in calibration.
                    self._sd[counts] / slots / np.sqrt(np.maximum(slots / WINDOW_SLOTS, 1)),
                    self._quality[counts] / slots,
                )
            )

    def _add_rates(
        self, estimate: NetworkEstimate, observation: Mapping[str, NDArray[Any]]
    ) -> None:
        before, self._before = self._before, observation
        if len(self._predicted) != estimate.n_ue:
            return
        busy = busy_users(before, observation)
        if not busy.any():
            return
        rate_bps, rate_sd = serving_rate(estimate)
        slot_s = estimate.parameters.timing.slot_s
        bits = (observation["delivered_bit"] - before["delivered_bit"]).astype(np.float64)
        self._predicted[busy] += (rate_bps * self._link.granted(observation) * slot_s)[busy]
        self._observed[busy] += bits[busy]
        self._sd[busy] += rate_sd[busy]
        self._quality[busy] += self._link.quality_db(before)[busy]
        self._slots[busy] += 1

    def _compare_ahead(
        self, horizon_s: float, earlier: NetworkEstimate, now: Mapping[str, NDArray[Any]]
    ) -> None:
        present = earlier.present & ~earlier.away & there(now)
        place_m, place_sd_m = position_ahead(earlier, horizon_s)
        error_m = (now["position_m"] - place_m)[present]
        spread_m = np.repeat(place_sd_m[present, None], 2, axis=1)
        self._position[horizon_s].append((error_m.ravel(), spread_m.ravel()))
        strength_db, strength_sd_db = strength_ahead(earlier, horizon_s)
        observed_db = self._link.strength_db(now)
        heard = present[:, None] & (observed_db > self._link.weakest_db)
        error_db = (observed_db - strength_db)[heard]
        self._strength[horizon_s].append((error_db, strength_sd_db[heard]))


def scores(samples: Mapping[str, Floats]) -> dict[str, float]:
    """All measures of `Tracking.samples`, by name; NaN where nothing was seen."""
    predicted, observed, sd, quality_db = (
        samples[name]
        for name in ("rate_predicted_bit", "rate_observed_bit", "rate_sd", "rate_quality_db")
    )
    found = {
        "rate_mape": mape(predicted, observed),
        "rate_nmse": nmse(predicted, observed),
        "rate_samples": float(len(observed)),
        "rate_coverage_90": coverage(
            predicted * np.exp(-Z_90 * sd), predicted * np.exp(Z_90 * sd), observed
        ),
    }
    for low, high in itertools.pairwise(QUALITY_EDGES_DB):
        inside = (quality_db >= low) & (quality_db < high)
        found[f"rate_mape_quality_{low:g}_to_{high:g}_db"] = mape(
            predicted[inside], observed[inside]
        )
    for horizon_s in HORIZONS_S:
        suffix = f"_{horizon_s:g}_s"
        error_m, error_db = (samples[f"{n}_error{suffix}"] for n in ("position_m", "strength_db"))
        sd_m, sd_db = (samples[f"{n}_sd{suffix}"] for n in ("position_m", "strength_db"))
        found[f"position_error_m{suffix}"] = _rms(error_m) * np.sqrt(2)
        found[f"position_coverage_90{suffix}"] = _within(error_m, sd_m)
        found[f"strength_rmse_db{suffix}"] = _rms(error_db)
        found[f"strength_coverage_90{suffix}"] = _within(error_db, sd_db)
    return found


def _columns(rows: Sequence[tuple[Floats, ...]], n: int) -> list[Floats]:
    if not rows:
        return [np.empty(0)] * n
    return [np.concatenate(column) for column in zip(*rows, strict=True)]


def _rms(error: Floats) -> float:
    return float(np.sqrt(np.mean(error**2))) if len(error) else float("nan")


def _within(error: Floats, sd: Floats) -> float:
    return coverage(-Z_90 * sd, Z_90 * sd, error)


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
