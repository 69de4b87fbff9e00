# SPDX-License-Identifier: MIT
"""Predicts received power by several radio maps side by side, and waits for what is observed."""

from __future__ import annotations

import collections
import time

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from py_agent.policies import Observation
from py_agent.radio.link_model import LinkModel
from py_agent.radio.lte.belief import LteBelief
from py_agent.radio.lte.gaussian_process_map import GaussianProcessMap
from py_agent.twin.estimation.prediction import position_ahead, strength_ahead
from py_agent.twin.model.estimate import NetworkEstimate
from py_agent.view.measurement import Measurement

Floats = NDArray[np.float64]

AHEAD_S = (0.2, 1.0, 2.0, 5.0)
_ALONE, _MARKOV, _PROCESS = "map alone", "Gauss-Markov", "Gaussian process"


class RadioMaps:
    """What the maps predict, until that time has come.

    Args:
        link: tells what is received.
    """

    def __init__(self, link: LinkModel) -> None:
        self._link = link
        self._errors: dict[tuple[str, float], list[Floats]] = collections.defaultdict(list)
        self._due: list[tuple[float, float, dict[str, Floats]]] = []
        self._seen: list[tuple[Floats, Floats]] = []
        self._cpu_s = {_MARKOV: 0.0, _PROCESS: 0.0}
        self._frames = 0

    def sample(self, observation: Observation) -> None:
        """Remember what is received where."""
        place_m = observation["position_m"].astype(np.float64)
        self._seen.append((place_m, self._link.strength_db(observation).astype(np.float64)))

    def predict(self, estimate: NetworkEstimate) -> None:
        """A frame begins."""
        self._frames += 1
        links = estimate.links
        if not isinstance(links, LteBelief):
            raise TypeError("radio maps are compared on LTE alone")
        begin_s = time.process_time()
        process = GaussianProcessMap(links.parameters.channel)
        for place_m, power_dbm in self._seen:
            heard = (power_dbm > self._link.weakest_db).all(axis=1)
            residual_db = power_dbm - links.map_dbm(place_m)
            process.add(place_m[heard], residual_db[heard])
        process.fit()
        self._cpu_s[_PROCESS] += time.process_time() - begin_s
        for ahead_s in AHEAD_S:
            place_m, _ = position_ahead(estimate, ahead_s)
            map_dbm = links.map_dbm(place_m)
            begin_s = time.process_time()
            markov_dbm, _ = strength_ahead(estimate, ahead_s)
            middle_s = time.process_time()
            residual_db, _ = process.residual_db(place_m)
            self._cpu_s[_MARKOV] += middle_s - begin_s
            self._cpu_s[_PROCESS] += time.process_time() - middle_s
            predicted = {_ALONE: map_dbm, _MARKOV: markov_dbm, _PROCESS: map_dbm + residual_db}
            self._due.append((estimate.time_s + ahead_s, ahead_s, predicted))

    def compare(self, observation: Observation) -> None:
        """A time has come."""
        now_s = float(observation["time_s"][0]) + 1e-6
        received_dbm = self._link.strength_db(observation)
        heard = received_dbm > self._link.weakest_db
        for _, ahead_s, predicted in [entry for entry in self._due if entry[0] <= now_s]:
            for name, power_dbm in predicted.items():
                error_db = power_dbm - received_dbm
                self._errors[name, ahead_s].append(error_db[heard])
        self._due = [entry for entry in self._due if entry[0] > now_s]

    def report(self) -> Measurement:
        """Errors by map and horizon."""
        table = Table(title="Root mean square error of received power (dB)")
        for column in ("", *(f"{ahead_s:g} s ahead" for ahead_s in AHEAD_S), "CPU per frame"):
            table.add_column(column, justify="right")
        numbers: dict[str, dict[str, float]] = {}
        for name in (_ALONE, _MARKOV, _PROCESS):
            rmse_db = [
                float(np.sqrt(np.mean(np.concatenate(self._errors[name, ahead_s]) ** 2)))
                for ahead_s in AHEAD_S
            ]
            cpu_ms = 1e3 * self._cpu_s.get(name, 0.0) / self._frames
            table.add_row(name, *(f"{e:.2f}" for e in rmse_db), f"{cpu_ms:.1f} ms")
            numbers[name] = {
                f"rmse_db_{ahead_s:g}_s": round(e, 4)
                for ahead_s, e in zip(AHEAD_S, rmse_db, strict=True)
            }
        return Measurement([table], numbers)
