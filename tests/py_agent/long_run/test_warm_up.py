"""MSER-5 finds where a warm-up ends, and says where none does."""

import numpy as np
import pytest

from py_agent.long_run.warm_up import LEAST_FRAMES, warm_up

FRAMES, DECAY = 120, 10.0  # frames, and frames in which the warm-up falls to 1/e


def noise(rng, memory):
    """A stationary first-order autoregression of unit variance, ``[FRAMES]``."""
    shocks = rng.normal(0, (1 - memory**2) ** 0.5, FRAMES)
    values = [rng.normal()]
    for shock in shocks[1:]:
        values.append(memory * values[-1] + shock)
    return np.array(values)


def found(memory, trend):
    rng = np.random.default_rng(1)
    return [warm_up(noise(rng, memory) + trend) for _ in range(400)]


@pytest.mark.parametrize("memory", [0.0, 0.6, 0.9])
def test_a_warm_up_is_cut_where_it_has_decayed_and_the_rest_is_kept(memory):
    start = 5 * np.exp(-np.arange(FRAMES) / DECAY)
    cuts = [own.cut for own in found(memory, start) if own.is_settled]
    assert len(cuts) > 0.85 * 400
    assert DECAY < np.median(cuts) < 3 * DECAY
    rng = np.random.default_rng(2)
    runs = [noise(rng, memory) + start for _ in range(400)]
    bias = np.mean([run[warm_up(run).cut :].mean() for run in runs])
    assert abs(bias) < 0.4 * np.mean([run.mean() for run in runs])


@pytest.mark.parametrize("memory", [0.0, 0.6, 0.9])
def test_a_stationary_series_is_settled_and_loses_little(memory):
    stationary = found(memory, 0.0)
    assert np.mean([own.is_settled for own in stationary]) > 0.85
    assert np.mean([own.cut for own in stationary]) < FRAMES / 8


def test_a_series_that_grows_is_not_settled_and_half_of_it_is_left():
    growing = found(0.6, 0.3 * np.arange(FRAMES))
    assert np.mean([own.is_settled for own in growing]) < 0.05
    assert max(own.cut for own in growing) == FRAMES // 2


def test_a_series_too_short_to_tell_is_left_whole():
    short = np.linspace(9, 1, LEAST_FRAMES - 1)
    assert (warm_up(short).cut, warm_up(short).is_settled) == (0, False)
    assert warm_up(np.ones(LEAST_FRAMES)).is_settled


def test_frames_beyond_the_last_whole_batch_do_not_count():
    series = np.concatenate([np.full(10, 9.0), np.tile([1.0, 2.0], 30)])
    assert warm_up(series) == warm_up(np.append(series, 1e6))
