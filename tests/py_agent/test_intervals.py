# SPDX-License-Identifier: MIT
"""Intervals of few seeds keep their coverage."""

import numpy as np
import pytest

from py_agent.intervals import LEAST_SEEDS, mean_over_seeds, paired_ratio

RESAMPLES = 400


def draw(rng, law, count):
    """Samples of mean 1: as skewed as delays of runs are, or not at all."""
    return rng.normal(1, 0.3, count) if law == "normal" else rng.gamma(4, 1 / 4, count)


def coverage(interval, law, seeds, samples):
    rng = np.random.default_rng(seeds)
    ends = (interval(draw(rng, law, seeds)) for _ in range(samples))
    return np.mean([low <= 1 <= high for low, high in ends])


def student(sample):
    found = mean_over_seeds(sample.tolist())
    return found.ci_low, found.ci_high


def percentiles(sample):
    """Of resampled means."""
    index = np.random.default_rng(0).integers(0, len(sample), (RESAMPLES, len(sample)))
    return np.percentile(sample[index].mean(axis=1), [2.5, 97.5])


@pytest.mark.parametrize("law", ["normal", "skewed"])
@pytest.mark.parametrize("seeds", [5, 10, 20])
def test_an_interval_holds_the_mean_as_often_as_it_says(law, seeds):
    # 4,000 samples: ± 0.011 at three standard errors.
    assert 0.92 < coverage(student, law, seeds, 4000) < 0.965


def test_percentiles_of_few_seeds_would_not():
    assert coverage(percentiles, "normal", 5, 1000) < 0.9


@pytest.mark.parametrize("seeds", range(1, LEAST_SEEDS))
def test_fewer_than_five_seeds_have_no_interval(seeds):
    estimate = mean_over_seeds([0.5] * seeds)
    assert (estimate.mean, estimate.ci_low, estimate.ci_high) == (0.5, None, None)
    assert str(estimate) == "0.500"


# Two-sided 95 %, from the table of Student's t (e.g. NIST/SEMATECH e-Handbook, 1.3.6.7.2).
@pytest.mark.parametrize(("seeds", "t"), [(5, 2.776), (6, 2.571), (11, 2.228), (101, 1.984)])
def test_the_interval_has_the_width_that_tables_say(seeds, t):
    sample = np.random.default_rng(1).normal(0, 1, seeds)
    found = mean_over_seeds(sample.tolist())
    half = t * sample.std(ddof=1) / seeds**0.5
    assert found.ci_high - found.mean == pytest.approx(half, rel=3e-4)
    assert found.mean - found.ci_low == pytest.approx(half, rel=3e-4)


def test_pairing_takes_out_what_both_share():
    hardness = np.random.default_rng(1).uniform(1, 10, 20)
    ratio = paired_ratio((0.9 * hardness).tolist(), hardness.tolist())
    assert ratio.mean == pytest.approx(0.9)
    assert ratio.ci_high == pytest.approx(0.9)
