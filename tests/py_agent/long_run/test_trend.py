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
    # One side of a 95 % interval; four standard deviations of so many repetitions.
    most = 0.025 + 4 * np.sqrt(0.025 * 0.975 / REPETITIONS)
    assert np.mean([t.rise.ci_low > 0 for t in found]) < most
    assert np.mean([t.is_upward for t in found]) < most


def test_a_rise_is_found_with_its_slope():
    rng = np.random.default_rng(8)
    rising = 5.0 + series(rng, 10, 0.9, False) + 0.05 * np.arange(LENGTH)
    found = [trend(one, step_s=2.0) for one in rising]
    assert np.mean([t.is_upward for t in found]) > 0.95
    assert np.mean([t.slope_per_s for t in found]) == pytest.approx(0.025, rel=0.05)


@pytest.mark.parametrize(("rise", "least", "most"), [(1 / 3, 0.2, 0.4), (0.5, 0.6, 0.8)])
def test_five_seeds_of_different_level_show_their_common_rise(rise, least, most):
    rng = np.random.default_rng(9)
    level = np.exp(0.6 * rng.standard_normal((REPETITIONS, 5, 1)))
    grown = 1 + rise * (np.arange(LENGTH) / (LENGTH - 1) - 0.5)
    found = [trend(one, 1.0) for one in level * grown * np.exp(0.3 * series(rng, 5, 0.8, False))]
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
