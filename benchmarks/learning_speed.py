# SPDX-License-Identifier: MIT
"""What one frame of users' models costs beside the ns-3 frame that it belongs to."""

from __future__ import annotations

import time

import numpy as np
from rich.table import Table

import ns3_scenarios
from ns3_bridge import Channel
from py_agent.learning.drift_detection import DriftDetectors
from py_agent.learning.incremental_data import IncrementalData
from py_agent.learning.streams import RotatingDigits
from py_agent.learning.user_models import UserModels

N_UE = 200
ROUNDS = 2  # interleaved: every round measures all, so that noise hits all
EVALUATED = 100  # samples per user and frame
TRAINED = 100  # samples per user and frame: every model is retrained
SETTINGS = {"n_ue": N_UE, "n_bs": 7, "duration_s": ROUNDS + 1, "radio.bandwidth_rb": 50}
SLOTS_PER_FRAME = 50


def measure() -> Table:
    """Wall time of one second of ns-3, and of training and evaluating all models once."""
    command = [ns3_scenarios.program("cellular"), "--RngRun=1"]
    command += [f"--{name}={value}" for name, value in SETTINGS.items()]
    channel = Channel(command)  # the simulator presets every action with its default
    frame = _LearningFrame()
    rounds = np.array([(_ns3_frame_s(channel), *frame.seconds()) for _ in range(ROUNDS)])
    channel.close()
    table = Table(
        title=f"{N_UE} users, one frame (1 s), {TRAINED} samples trained and {EVALUATED} evaluated "
        f"per user, {ROUNDS} interleaved rounds"
    )
    for column in ("", "median", "part of ns-3's time"):
        table.add_column(column, justify="right", no_wrap=True)
    labels = ("ns-3, 7 base stations", "evaluation, drift detection", "data, training")
    for label, times_s in zip(labels, rounds.T, strict=True):
        part = np.median(times_s / rounds[:, 0])
        table.add_row(label, f"{np.median(times_s):.3f} s", f"{100 * part:.1f} %")
    return table


def _ns3_frame_s(channel: Channel) -> float:
    start_s = time.perf_counter()
    for _ in range(SLOTS_PER_FRAME):
        channel.exchange()
    return time.perf_counter() - start_s


class _LearningFrame:
    """All that the learning plant does for 200 users in one frame."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(1)
        self._stream = RotatingDigits(N_UE, 1)
        self._models = UserModels(N_UE, self._stream.n_features, self._stream.n_classes, 1)
        self._data = IncrementalData(self._stream, 0.02, self._rng)
        self._detectors = DriftDetectors(N_UE)
        self._time_s = 0.0

    def seconds(self) -> tuple[float, float]:
        """Wall time of evaluation and of training."""
        self._time_s += 1
        start_s = time.perf_counter()
        fresh = self._stream.draw(self._time_s, EVALUATED, self._rng)
        self._detectors.update(self._models.correct(fresh))
        evaluated_s = time.perf_counter()
        users = np.arange(N_UE)
        prior = np.ones((N_UE, self._stream.n_classes))
        self._models.train(self._data.make(users, np.full(N_UE, TRAINED), prior, self._time_s))
        return evaluated_s - start_s, time.perf_counter() - evaluated_s
