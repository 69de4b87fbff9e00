# SPDX-License-Identifier: MIT
"""What the twin of a policy expects of the end of the frame that has just begun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Network, Observation
from py_agent.radio.link_model import link_model_of
from py_agent.twin.estimation.prediction import position_ahead, strength_ahead
from py_agent.twin.estimation.twin import Twin
from py_agent.twin.model.estimate import ModelState

Floats = NDArray[np.float64]
Forecast = Mapping[str, tuple[Floats, Floats]]


class Forecasts:
    """Means and standard deviations, by the field that will be observed.

    Places and strengths are those of `py_agent.twin.estimation.prediction`; accuracy follows from
    the lags of the models and the drift of a frame, without training.

    Args:
        twin: of the policy; it is not changed.
        network: that it follows.

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> env = without_ns3.make({"n_ue": 3, "n_bs": 2})
        >>> observation, _ = env.reset(seed=1)
        >>> network = Network("cellular", env.settings.model_dump(), env.schema)
        >>> twin = Twin(network)
        >>> twin.observe(observation)
        >>> made = Forecasts(twin, network).of(observation)
        >>> {name: mean.shape for name, (mean, sd) in made.items()}
        {'position_m': (3, 2), 'rsrp_dbm': (3, 2)}
        >>> env.close()
    """

    def __init__(self, twin: Twin, network: Network) -> None:
        self._twin = twin
        self._link = link_model_of(network)
        self.frame_s: float = network.settings["slot_s"] * network.settings["slots_per_frame"]

    def of(self, observation: Observation) -> Forecast:
        """For the end of the frame that began with an observation, which the twin has had."""
        estimate = self._twin.estimate()
        there = (estimate.present & ~estimate.away)[:, None]
        place_m, sd_m = position_ahead(estimate, self.frame_s)
        values: dict[str, tuple[Floats, Floats]] = {
            "position_m": (np.where(there, place_m, np.nan), sd_m)
        }
        strength = self._link.strength_db(observation)
        if (name := _name_of(strength, observation)) is not None:
            mean_db, sd_db = strength_ahead(estimate, self.frame_s)
            heard = there & (strength > self._link.weakest_db)
            values[name] = (np.where(heard, mean_db, np.nan), sd_db)
        if estimate.models is not None:
            mean, sd = _accuracy_ahead(estimate.models, self.frame_s)
            values["accuracy"] = (np.where(there[:, 0], mean, np.nan), sd)
        return values


def twin_of(policy: Any) -> Twin | None:
    """The twin by which a policy decides; None: it has none, or it has seen nothing yet."""
    twin = getattr(policy, "twin", None)
    return twin if isinstance(twin, Twin) else None


def _accuracy_ahead(models: ModelState, ahead_s: float) -> tuple[Floats, Floats]:
    lags = models.model.drift(models.lag_fast, models.lag_slow, models.drift_rate * ahead_s)
    return np.clip(models.model.accuracy(*lags) - models.bias, 0.0, 1.0), models.accuracy_sd


def _name_of(values: NDArray[Any], observation: Observation) -> str | None:
    """The field that a radio takes as the strength of its links; None: it computes it."""
    return next((name for name, seen in observation.items() if seen is values), None)
