"""Loads of bands and servers, and the least that any association can make of them."""

import itertools

import numpy as np
import pytest

from py_agent.capacity.load import Demand, least_load, load


def demand(band, task_hz, capacity_hz, association, training_hz=0.0):
    n_ue = len(task_hz)
    return Demand(
        band=np.array(band, np.float64),
        task_hz=np.array(task_hz, np.float64),
        training_hz=np.full(n_ue, training_hz),
        capacity_hz=np.array(capacity_hz, np.float64),
        association=np.array(association, np.int32),
    )


def test_totals_weigh_servers_by_their_capacity():
    one = demand([[0.2, 0.4]] * 3, [1.0, 2.0, 3.0], [4.0, 8.0], [0, 0, 1], training_hz=1.0)
    found = load([one])
    assert found.band == pytest.approx([0.4, 0.4])
    assert found.tasks == pytest.approx([3 / 4, 3 / 8])
    assert found.training == pytest.approx([2 / 4, 1 / 8])
    assert found.total["tasks"] == pytest.approx(6 / 12)
    assert found.servers == pytest.approx(9 / 12)


def test_the_bound_is_below_every_association():
    rng = np.random.default_rng(3)
    band, work = rng.uniform(0.1, 0.6, (4, 2)), rng.uniform(0.5, 2.0, 4)
    bound = least_load([demand(band, work, [3.0, 5.0], [0] * 4)])
    loads = [
        load([demand(band, work, [3.0, 5.0], chosen)])
        for chosen in itertools.product(range(2), repeat=4)
    ]
    best = min(max(*found.band, *found.tasks) for found in loads)
    assert bound.load <= best + 1e-9
    assert bound.load > 0.5 * best


def test_alike_users_share_servers_evenly():
    bound = least_load([demand([[0.01, 0.01]] * 3, [2.0] * 3, [4.0, 8.0], [0] * 3)])
    assert bound.load == pytest.approx(0.5)
    assert bound.binds == "servers"


def test_a_band_binds_where_links_are_slow():
    bound = least_load([demand([[0.9, 0.9]] * 3, [0.1] * 3, [4.0, 8.0], [0] * 3)])
    assert bound.load == pytest.approx(1.35)
    assert bound.binds == "band"


def test_other_networks_make_up_for_a_full_one():
    full = demand([[0.5, 0.5]] * 4, [0.1] * 4, [4.0, 4.0], [0] * 4)
    idle = demand([[0.1, 0.1]] * 4, [0.1] * 4, [4.0, 4.0], [0] * 4)
    assert least_load([full, idle]).load == pytest.approx((1.0 + 0.2) / 2)
