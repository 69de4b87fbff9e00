# SPDX-License-Identifier: MIT
"""What users that hardly hear their cell send in a frame: ns-3 beside the twin's rollouts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

import ns3_scenarios
from py_agent.benchmark.setting import benchmark_setting
from py_agent.contract import Network, Observation
from py_agent.driver import play
from py_agent.policies.fill import FillPolicy
from py_agent.radio.link_model import candidates, link_model_of, strongest
from py_agent.radio.lte.belief import LteBelief
from py_agent.radio.lte.laws import control_sinr_db
from py_agent.twin.estimation.twin import Twin
from py_agent.twin.rollout.start import rollouts_of

SEEDS = (8304, 8305)  # outside the benchmark's
SETTINGS = ("unequal-servers", "vehicles")
DURATION_S = 90.0
ROLLOUTS = 48
WINDOW_DB = 14.0  # stations that are heard so much weaker than the best are tried
HELD_FRAMES = 3
EDGES_DB = (-14.0, -12.0, -10.0, -8.0, -6.0, -4.0, 0.0, 40.0)

Floats = NDArray[np.float64]


class _RandomStations:
    """Any station within the window, for some frames; an `AssociationRule`."""

    batched = False

    def begin(self, network: Network) -> None:
        self._links = link_model_of(network)
        self._random = np.random.default_rng(1)
        self._frames = 0
        self._chosen = np.zeros(0, np.int32)

    def watch(self, observation: Observation) -> None:
        pass

    def associate(self, observation: Observation) -> NDArray[np.int32]:
        strength_db = self._links.strength_db(observation)
        allowed = candidates(strength_db, WINDOW_DB)
        if self._frames % HELD_FRAMES == 0:
            drawn = self._random.random(allowed.shape)
            self._chosen = np.where(allowed, drawn, -1.0).argmax(axis=1).astype(np.int32)
        self._frames += 1
        still = np.take_along_axis(allowed, self._chosen[:, None], axis=1)[:, 0]
        self._chosen = np.where(still, self._chosen, strongest(strength_db))
        return self._chosen


def measure() -> Table:
    """Tasks whose upload ended within a frame of 1 s, of users that had some waiting."""
    title = f"uploads in a frame, {', '.join(SETTINGS)}, {len(SEEDS)} seeds × {DURATION_S:g} s each"
    table = Table(title=title)
    columns = ("SINR of control channel", "user frames", "waiting", "ns-3 [standard error]", "twin")
    for column in columns:
        table.add_column(column, justify="right")
    rows = [row for name in SETTINGS for seed in SEEDS for row in _frames(name, seed)]
    sinr_db, waiting, real, expected = np.array(rows).T
    for low_db, high_db in itertools.pairwise(EDGES_DB):
        here = (sinr_db >= low_db) & (sinr_db < high_db)
        error = real[here].std() / np.sqrt(max(here.sum(), 1))
        table.add_row(
            f"{low_db:g} to {high_db:g} dB",
            str(here.sum()),
            f"{waiting[here].mean():.1f}",
            f"{real[here].mean():.2f} [{error:.2f}]",
            f"{expected[here].mean():.2f}",
        )
    return table


def _frames(setting: str, seed: int) -> Iterator[tuple[float, float, float, float]]:
    """SINR, tasks that waited, tasks sent in ns-3 and in the twin, of every user and frame."""
    settings = {**benchmark_setting(setting).run["settings"], "duration_s": DURATION_S}
    with ns3_scenarios.make("cellular", settings) as env:
        network = Network("cellular", env.settings.model_dump(), env.schema)
        policy, twin = FillPolicy(_RandomStations()), Twin(network)
        policy.begin(network, seed)
        observation, _ = env.reset(seed=seed)
        slots_per_frame = network.settings["slots_per_frame"]
        for number, slot in enumerate(play(env, policy, network, observation)):
            twin.observe(slot.before)
            if number % slots_per_frame == 0:
                chosen = slot.action["association"]
                waiting = slot.before["tasks_uploading"].astype(np.float64)
                created = slot.before["tasks_created"].astype(np.float64)
                sinr_db, expected = _expected(twin, network, chosen, seed=number)
            if (number + 1) % slots_per_frame == 0:
                came = slot.after["tasks_created"] - created
                sent = waiting + came - slot.after["tasks_uploading"]
                rows = np.stack([sinr_db, waiting, sent, expected], axis=1)
                yield from map(tuple, rows[waiting > 0].tolist())


def _expected(
    twin: Twin, network: Network, association: NDArray[np.int32], seed: int
) -> tuple[Floats, Floats]:
    """SINR of each user's control channel, and tasks that rollouts send in a frame, ``[n_ue]``."""
    estimate = twin.estimate()
    frame_s = network.settings["slot_s"] * network.settings["slots_per_frame"]
    rollouts = rollouts_of(estimate, network.settings, ROLLOUTS, frame_s, seed)
    before = rollouts.state["arrived"].astype(np.float64)
    rows = np.repeat(association[None], ROLLOUTS, axis=0)
    rollouts.fill_steps(rows, network.settings["slots_per_frame"])
    assert isinstance(estimate.links, LteBelief)
    sinr_db = control_sinr_db(estimate.links.parameters, estimate.strength_db(), association)
    return sinr_db, (rollouts.state["arrived"] - before).mean(axis=0)
