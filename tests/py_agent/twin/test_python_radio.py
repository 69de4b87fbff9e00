# SPDX-License-Identifier: MIT
"""A radio of a few formulas, in Python, in the twin's rollouts."""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np
import pytest

from py_agent.radio.parameters import RadioParameters
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.errors import UnsuitableNetwork
from py_agent.twin.rollout import rollout as rollout_module
from py_agent.twin.rollout.random_streams import spread_seeds

N_UE, BATCH, SLOTS = 5, 6, 120
LOST_S = 0.3


class ToyParameters(RadioParameters):
    name: Literal["toy"] = "toy"

    @property
    def n_bs(self):
        return 3

    @property
    def least_failure(self):
        return 0.0

    @property
    def lost_link_s(self):
        return LOST_S, 0.0

    def described(self):
        return []


class ToyModel:
    """Log-distance path loss; rates by Shannon; every other handover to a weaker station fails."""

    largest_bps = 5e7

    def __init__(self, bs_position_m):
        self._bs_m = np.asarray(bs_position_m, np.float32)
        self.busy_s = 0.0
        self.moves = 0
        self.links = {}

    def resize(self, batch, n_ue):
        self._strength_db = np.zeros((batch, n_ue, len(self._bs_m)), np.float32)

    def start(self, rows, seeds, position_m):
        return self._measured(rows, position_m)

    def advance(self, rows, seeds, slots, position_m, walked_m, by_s):
        assert (slots % 10 == 0).all()
        assert (walked_m >= 0).all()
        return self._measured(rows, position_m)

    def _measured(self, rows, position_m):
        distance_m = np.linalg.norm(position_m[:, :, None] - self._bs_m, axis=-1)
        self._strength_db[rows] = 100 - 35 * np.log10(np.maximum(distance_m, 1.0))
        return self._strength_db[rows]

    def outages_s(self, rows, cell, by_s):
        strength_db = self._of(np.arange(cell.size), cell.ravel()).reshape(cell.shape)
        return np.where(strength_db < 0, LOST_S, 0).astype(np.float32)

    def failure_probability(self, user, cell, target):
        weaker = self._of(user, target) < self._of(user, cell)
        return (weaker / 2).astype(np.float32)

    def moved(self, user, cell):
        self.moves += 1

    def rates_bps(self, user, cell):
        snr = 10 ** (self._of(user, cell) / 10)
        return (1e7 * np.log2(1 + snr)).astype(np.float32)

    def sent(self, user, cell, band_s):
        self.busy_s += float(band_s.sum())

    def measure(self, position_m):
        return self._measured(slice(None), position_m)

    def copy_from(self, row, other, other_row):
        self._strength_db[row] = other._strength_db[other_row]

    def _of(self, user, cell):
        links_db = self._strength_db.reshape(-1, len(self._bs_m))
        return links_db[user, np.maximum(cell, 0)]


class ToyRadio:
    def __init__(self, settings, parameters=None):
        pass

    def rollout_model(self, bs_position_m, slot_s):
        return ToyModel(bs_position_m)


class RadioWithoutRollouts:
    def __init__(self, settings, parameters=None):
        pass


@pytest.fixture
def network(monkeypatch):
    monkeypatch.setattr(rollout_module, "load_radio", lambda name: {"toy": ToyRadio}[name])
    lte = TwinNetwork.of({"n_ue": N_UE, "duration_s": 4.0, "traffic": {"rate_hz": 4.0}})
    parameters = lte.parameters.model_copy(update={"radio": ToyParameters()})
    return dataclasses.replace(lte, parameters=parameters)


def started(network, seeds):
    rollout = network.rollout(len(seeds))
    rollout.start(seeds)
    return rollout


def cells(slot, batch):
    return np.random.default_rng(slot // 50).integers(3, size=(batch, N_UE))


def played(rollout, rows=slice(None)):
    share = np.full((rollout.batch, N_UE), 0.2)
    rewards = []
    for slot in range(SLOTS):
        association = cells(slot, BATCH)[rows]
        rewards.append(rollout.step({"association": association, "compute_share": share}))
    return np.array(rewards)


def test_tasks_are_done_over_it(network):
    rollout = started(network, spread_seeds(1, BATCH))
    played(rollout)
    model, tasks = rollout.radio.model, rollout.tasks()
    assert np.isfinite(tasks["done_s"]).sum() > 20
    assert 0 < model.busy_s < 3 * BATCH * SLOTS * rollout.slot_s
    assert model.moves > 0
    state = rollout.state
    failed = state["commanded"] == 4
    assert failed.any()
    assert (state["losses"][failed] > 0).all()


def test_rollouts_over_it_are_alone_what_they_are_together(network):
    seeds = spread_seeds(1, BATCH)
    together = started(network, seeds)
    rewards = played(together)
    for i in range(BATCH):
        alone = started(network, seeds[i : i + 1])
        assert np.array_equal(played(alone, slice(i, i + 1))[:, 0], rewards[:, i])


def test_a_copy_takes_its_links_along(network):
    rollout = started(network, spread_seeds(2, BATCH))
    played(rollout)
    copied = rollout.copy()
    assert np.array_equal(played(rollout), played(copied))


def test_a_wrong_answer_is_told(network, monkeypatch):
    rollout = started(network, spread_seeds(1, BATCH))
    monkeypatch.setattr(ToyModel, "rates_bps", lambda self, user, cell: np.ones(1, np.float32))
    with pytest.raises(ValueError, match="rates_bps has 1 numbers"):
        played(rollout)


def test_a_radio_that_cannot_be_rolled_out_is_told(network, monkeypatch):
    monkeypatch.setattr(rollout_module, "load_radio", lambda name: RadioWithoutRollouts)
    with pytest.raises(UnsuitableNetwork, match="toy has no rollout_model"):
        network.rollout(1)
