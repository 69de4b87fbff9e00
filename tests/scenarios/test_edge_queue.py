"""The edge server against queueing theory, with Poisson arrivals straight to it."""

from __future__ import annotations

import numpy as np
import pytest

from ns3_scenarios import laboratory

LOAD = 0.5
SECONDS = 400  # 20,000 jobs
MEAN_WORK_S = 0.01


def sojourns(weight=(1.0,), **settings):
    """Every job's class, work and time in the system, in units of the mean work."""
    env = laboratory.edge_queue(
        {"duration_s": SECONDS, "slot_s": 1.0, "warmup_s": 1, "load": LOAD, **settings}
    )
    try:
        env.reset(seed=1)
        for _ in range(SECONDS):
            env.step({"weight": weight})
        jobs = env.take_records()["job"]
    finally:
        env.close()
    jobs = jobs[jobs["arrived_s"] > 2]
    time_s = jobs["done_s"] - jobs["arrived_s"]
    return jobs["job_class"], jobs["work_s"] / MEAN_WORK_S, time_s / MEAN_WORK_S


def agrees(samples, expected):
    """Whether the theory lies in the 99.9 % interval of 30 batch means."""
    batches = np.array([batch.mean() for batch in np.array_split(samples, 30)])
    half_width = 3.66 * batches.std(ddof=1) / np.sqrt(30)  # Student's t, 29 degrees of freedom
    assert half_width < 0.2 * expected  # else the test would say nothing
    return abs(batches.mean() - expected) < half_width


@pytest.mark.parametrize(
    ("work", "second_moment"),
    [
        ("deterministic", 1.0),  # M/D/1
        ("exponential", 2.0),  # M/M/1
        ("hyperexponential", 2 * (0.1 * 5**2 + 0.9 * (5 / 9) ** 2)),  # M/G/1
    ],
)
def test_first_come_first_served(work, second_moment):
    _, _, sojourn = sojourns(discipline="fcfs", work=work)
    # Pollaczek and Khinchine: E[T] = E[S] + λ E[S²] / (2 (1 − ρ))
    expected = 1 + LOAD * second_moment / (2 * (1 - LOAD))
    assert agrees(sojourn, expected)


@pytest.mark.parametrize("distribution", ["deterministic", "exponential", "hyperexponential"])
def test_processor_sharing(distribution):
    _, work, sojourn = sojourns(discipline="ps", work=distribution)
    # M/G/1-PS: E[T | S = x] = x / (1 − ρ), whatever the distribution of work (Kleinrock,
    # Queueing Systems II, 4.4)
    assert agrees(sojourn, 1 / (1 - LOAD))
    for some in (work < np.median(work), work >= np.median(work)):
        if some.any():
            assert agrees(sojourn[some], work[some].mean() / (1 - LOAD))


def test_sharing_by_weight():
    weight = np.array([1.0, 0.25])
    job_class, _, sojourn = sojourns(weight, discipline="ps", work="exponential", classes=2)
    # Discriminatory processor sharing, two classes, both with mean work 1 and load ρ/2 (Fayolle,
    # Mitrani and Iasnogorodski, Sharing a processor among many job classes, J. ACM 27, 1980)
    half = LOAD / 2
    scale = weight.sum() * (1 - half)
    for own in (0, 1):
        expected = (1 + half * (weight[1 - own] - weight[own]) / scale) / (1 - LOAD)
        assert agrees(sojourn[job_class == own], expected)
