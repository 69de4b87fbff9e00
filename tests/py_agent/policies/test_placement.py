from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from py_agent.policies.placement import Placement, assign_places, steepest_moves


def placement(seed, n_ue=6, n_bs=3, load=0.5):
    rng = np.random.default_rng(seed)
    allowed = rng.uniform(size=(n_ue, n_bs)) < 0.7
    allowed[np.arange(n_ue), rng.integers(0, n_bs, n_ue)] = True
    return Placement(
        radio_load=rng.uniform(0.02, load, (n_ue, n_bs)),
        compute_load=rng.uniform(0.02, load, (n_ue, n_bs)),
        compute_held=rng.uniform(0, 0.3, n_bs),
        move_cost=rng.uniform(0, 0.2, (n_ue, n_bs)),
        allowed=allowed,
    )


def random_association(seed, n_ue=6, n_bs=3):
    return np.random.default_rng(seed).integers(0, n_bs, n_ue).astype(np.int32)


@given(st.integers(0, 10_000))
def test_a_gain_is_the_difference_of_two_costs(seed):
    problem = placement(seed)
    start = random_association(seed + 1)
    gains = problem.gains(start)
    for ue, bs in itertools.product(range(6), range(3)):
        moved = start.copy()
        moved[ue] = bs
        expected = problem.cost(start) - problem.cost(moved)
        assert gains[ue, bs] == (
            pytest.approx(expected, abs=1e-9) if problem.allowed[ue, bs] else -np.inf
        )


@given(st.integers(0, 10_000))
def test_the_search_ends_where_no_single_move_gains(seed):
    problem = placement(seed)
    found = steepest_moves(problem, random_association(seed + 1), least_gain=1e-9)
    assert problem.allowed[np.arange(6), found].all()
    assert problem.gains(found).max() <= 1e-9


def test_the_search_comes_near_the_best_of_all():
    ratios = []
    for seed in range(30):
        problem = placement(seed, load=0.25)
        found = problem.cost(steepest_moves(problem, random_association(seed), 1e-9))
        everything = (
            np.array(a, np.int32)
            for a in itertools.product(range(3), repeat=6)
            if problem.allowed[np.arange(6), np.array(a)].all()
        )
        ratios.append(found / min(problem.cost(a) for a in everything))
    assert min(ratios) >= 1 - 1e-9
    assert np.median(ratios) < 1.02


def test_hysteresis_keeps_users_where_they_are():
    problem = placement(3)
    start = steepest_moves(problem, random_association(3), 1e-9)
    problem.move_cost[:] = 0
    best = problem.gains(start).max()
    assert (steepest_moves(problem, start, least_gain=best + 1e-9) == start).all()


def test_places_are_assigned_at_the_least_cost():
    cost = np.random.default_rng(5).uniform(size=(5, 3))
    places = np.array([2, 2, 1], np.int32)
    found = assign_places(cost, places)
    assert (np.bincount(found, minlength=3) <= places).all()
    users = np.arange(5)
    best = min(
        cost[users, np.array(a)].sum()
        for a in itertools.product(range(3), repeat=5)
        if (np.bincount(a, minlength=3) <= places).all()
    )
    assert cost[users, found].sum() == pytest.approx(best)
