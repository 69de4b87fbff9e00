# SPDX-License-Identifier: MIT
"""Intervals of few seeds keep their coverage."""

import numpy as np
import pytest

from py_agent.intervals import (
    LEAST_SEEDS,
    holm,
    mean_over_seeds,
    paired_p_value,
    paired_ratio,
)

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
    assert paired_ratio([2.0, 3.0], [1.0, 4.0]).mean == pytest.approx(
        1 / paired_ratio([1.0, 4.0], [2.0, 3.0]).mean
    )


def delays(rng, law, seeds):
    """Of two policies under the same seeds, of which neither is better, ``[seeds]`` each."""
    if law == "hard seeds":  # what both share, and a skewed effect of the policy
        hardness = rng.lognormal(0, 0.8, seeds)
        return hardness * rng.lognormal(0, 0.6, seeds), hardness
    if law == "queues":  # 1 / (1 − load), the load being another under each seed
        rho = rng.uniform(0.5, 0.95, seeds)
        return tuple(rng.gamma(20, 1 / 20, seeds) / (1 - rho) for _ in range(2))
    return rng.gamma(2, 1 / 2, seeds), rng.gamma(2, 1 / 2, seeds)


def ratio_coverage(interval, law, seeds, samples):
    rng = np.random.default_rng(seeds)
    ends = [interval(*delays(rng, law, seeds)) for _ in range(samples)]
    return np.mean([low <= 1 <= high for low, high in ends])


def of_logarithms(values, references):
    found = paired_ratio(values.tolist(), references.tolist())
    return found.ci_low, found.ci_high


def of_ratios(values, references):
    """Student's interval of the ratios themselves, about their own mean."""
    ratios = values / references
    found = mean_over_seeds((ratios / GAMMA_RATIO).tolist())
    return found.ci_low, found.ci_high


GAMMA_RATIO = 2.0  # mean of a Gamma(2) value over another: E[X] E[1/Y] = 1 · 2


@pytest.mark.parametrize("law", ["hard seeds", "queues", "independent"])
@pytest.mark.parametrize("seeds", [5, 10, 20])
def test_an_interval_of_ratios_of_skewed_delays_holds_as_often_as_it_says(law, seeds):
    # 3,000 samples: ± 0.012 at three standard errors.
    assert 0.93 < ratio_coverage(of_logarithms, law, seeds, 3000) < 0.967


@pytest.mark.parametrize("seeds", [5, 10, 20])
def test_an_interval_of_the_ratios_themselves_would_not(seeds):
    assert ratio_coverage(of_ratios, "independent", seeds, 1000) < 0.85


def test_a_p_value_is_where_the_interval_ends():
    rng = np.random.default_rng(1)
    values, references = rng.lognormal(0.2, 0.3, (2, 8)).tolist()
    ratio = paired_ratio(values, references)
    at_the_end = paired_p_value([v / ratio.ci_low for v in values], references)
    assert at_the_end == pytest.approx(0.05, abs=1e-6)
    assert paired_p_value(values, values) == 1
    assert paired_p_value([2.0] * 5, [1.0] * 5) == 0
    assert paired_p_value(values[:4], references[:4]) is None


def test_holm_corrects_as_its_paper_does():
    assert holm([0.01, 0.005, 0.3, 0.04]) == pytest.approx([0.03, 0.02, 0.3, 0.08])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_of_many_policies_that_are_no_better_few_families_have_one_that_seems_so():
    rng = np.random.default_rng(3)
    alone, family = [], []
    for _ in range(600):
        reference, *policies = rng.lognormal(0, 0.4, (9, 10)).tolist()  # pairs share the reference
        p_values = [paired_p_value(own, reference) for own in policies]
        alone.append(min(p_values) < 0.05)
        family.append(min(holm(p_values)) < 0.05)
    assert np.mean(family) < 0.07
    assert np.mean(alone) > 0.15


def test_ratios_of_what_is_not_positive_are_refused():
    with pytest.raises(ValueError, match="positive values, not of 0"):
        paired_ratio([0.0, 1.0], [1.0, 1.0])
