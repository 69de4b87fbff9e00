"""The test for a trend keeps its level, whatever the correlation, and finds what rises."""

import numpy as np
import pytest

from py_agent.long_run.trend import trend

REPETITIONS, LENGTH = 400, 120


def series(rng, n_seeds, correlation, skewed):
    """AR(1) processes in their stationary state, ``[REPETITIONS, n_seeds, LENGTH]``."""
    noise = rng.standard_normal((LENGTH, REPETITIONS, n_seeds))
    values = [noise[0]]
    for fresh in noise[1:]:
        values.append(correlation * values[-1] + np.sqrt(1 - correlation**2) * fresh)
    walks = np.moveaxis(np.array(values), 0, -1)
    return np.exp(walks) if skewed else walks


@pytest.mark.parametrize("n_seeds", [5, 20])
@pytest.mark.parametrize("correlation", [0.0, 0.9, 0.98])
@pytest.mark.parametrize("skewed", [False, True])
def test_a_stationary_process_seldom_rises(n_seeds, correlation, skewed):
    rng = np.random.default_rng(7)
    found = [trend(one, 1.0) for one in series(rng, n_seeds, correlation, skewed)]
    # One side of each level; four standard deviations of so many repetitions.
    for level, rises in (
        (0.05, [t.rise.ci_low > 0 for t in found]),
        (0.01, [t.is_upward for t in found]),
    ):
        side = level / 2
        assert np.mean(rises) < side + 4 * np.sqrt(side * (1 - side) / REPETITIONS)


def test_a_rise_is_found_with_its_slope():
    rng = np.random.default_rng(8)
    rising = 5.0 + series(rng, 10, 0.9, False) + 0.05 * np.arange(LENGTH)
    found = [trend(one, step_s=2.0) for one in rising]
    assert np.mean([t.is_upward for t in found]) > 0.95
    assert np.mean([t.slope_per_s for t in found]) == pytest.approx(0.025, rel=0.05)


@pytest.mark.parametrize(
    ("n_seeds", "rise", "least", "most"),
    [(5, 0.5, 0.2, 0.35), (5, 1.0, 0.85, 0.97), (20, 0.5, 0.97, 1.01)],
)
def test_seeds_of_different_level_show_their_common_rise(n_seeds, rise, least, most):
    rng = np.random.default_rng(9)
    level = np.exp(0.6 * rng.standard_normal((REPETITIONS, n_seeds, 1)))
    grown = 1 + rise * (np.arange(LENGTH) / (LENGTH - 1) - 0.5)
    noise = np.exp(0.3 * series(rng, n_seeds, 0.8, False))
    found = [trend(one, 1.0) for one in level * grown * noise]
    assert least < np.mean([t.is_upward for t in found]) < most


def test_a_sure_rise_that_does_not_matter_is_none():
    little = np.tile(100 + 0.01 * np.arange(LENGTH), (8, 1)) + np.arange(8)[:, None] / 8
    found = trend(little, 1.0)
    assert found.rise.ci_low > 1.0
    assert not found.is_upward
    grown = little - 100.0
    assert trend(grown, 1.0).is_upward
    assert not trend(grown, 1.0, notable=2.0).is_upward


def test_four_seeds_say_nothing():
    rising = np.tile(np.arange(50.0), (4, 1))
    assert not trend(rising, 1.0).is_upward
    assert trend(np.tile(np.arange(50.0), (5, 1)), 1.0).is_upward


@pytest.mark.parametrize(("growing", "doubles"), [(0, False), (4, True), (20, True)])
def test_it_is_told_where_the_mean_may_double(growing, doubles):
    rng = np.random.default_rng(10)
    values = 10.0 + series(rng, 20, 0.9, False)
    values[:, :growing] += 0.3 * np.arange(LENGTH)
    found = [trend(one, 1.0) for one in values]
    assert np.mean([t.may_double for t in found]) == doubles
    if growing == 4:  # nothing that the networks have in common
        assert not any(t.is_upward for t in found)
