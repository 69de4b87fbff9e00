from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from py_agent.learning.errors import InfeasibleBounds, InvalidJob
from py_agent.learning.incremental_data import (
    PADDING,
    IncrementalData,
    apportion,
    task_norm_samples,
)
from py_agent.learning.streams import RotatingDigits

UNIFORM = np.full((2, 10), 0.1)


def source(p_min: float = 0.02, seed: int = 1) -> IncrementalData:
    return IncrementalData(RotatingDigits(4, 1), p_min, np.random.default_rng(seed))


def test_every_job_has_its_size_and_its_mix():
    prior = np.array([[0.91, *[0.01] * 9], [0.1] * 10])
    made = source().make(np.array([3, 0]), np.array([100, 40]), prior, 0.0)
    assert made.x.shape == (2, 100, 64)
    assert (made.y[1, 40:] == PADDING).all()
    counts = [np.bincount(y[y != PADDING], minlength=10) for y in made.y]
    assert counts[0].sum() == 100
    assert counts[0].min() == 2  # p_min · S
    assert counts[1].tolist() == [4] * 10


def test_the_same_seed_gives_the_same_bits():
    made = [
        source(seed=5).make(np.array([1, 2]), np.array([9, 30]), UNIFORM, 2.0) for _ in range(2)
    ]
    assert made[0].x.tobytes() == made[1].x.tobytes()
    assert made[0].y.tobytes() == made[1].y.tobytes()


@pytest.mark.parametrize("samples", [0, -3])
def test_a_job_without_samples_is_an_error(samples: int):
    with pytest.raises(InvalidJob, match=f"job of {samples} samples"):
        source().make(np.array([0, 1]), np.array([10, samples]), UNIFORM, 0.0)


def test_too_large_a_p_min_is_told_at_once():
    with pytest.raises(InfeasibleBounds, match=r"p_min may be at most 0\.1"):
        source(p_min=0.11)


def test_a_job_larger_than_the_pool_is_an_error():
    with pytest.raises(InfeasibleBounds, match="largest shares"):
        source().mix(np.ones(10), 5000)


def test_the_norm_of_the_tasks():
    norm = task_norm_samples([[3e5, 0], [4e5, 0], [0, 0]], sample_bit=1000)
    assert norm.tolist() == pytest.approx([500, 0])


@given(
    hnp.arrays(float, st.integers(1, 12), elements=st.floats(0.001, 1)),
    st.integers(0, 10_000),
)
def test_apportioned_counts_are_whole_and_complete(weights: np.ndarray, total: int):
    shares = weights / weights.sum()
    counts = apportion(shares, total)
    assert counts.sum() == total
    assert np.abs(counts - shares * total).max() <= 1 + 1e-6
