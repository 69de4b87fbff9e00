from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from py_agent.learning.errors import InfeasibleBounds
from py_agent.learning.kl_projection import project


@st.composite
def problems(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = draw(st.integers(2, 8))
    shares = st.lists(st.floats(0.01, 1), min_size=n, max_size=n)
    q = np.array(draw(shares))
    low = np.array(draw(shares)) * draw(st.floats(0, 1)) / n
    high = low + np.array(draw(shares))
    assume(low.sum() < 0.98)
    assume(high.sum() > 1.02)
    return q / q.sum(), low, high


def divergence(p: np.ndarray, q: np.ndarray) -> float:
    return float(np.sum(p * np.log(np.maximum(p, 1e-300) / q)))


@settings(max_examples=60, deadline=None)
@given(problems())
def test_agrees_with_scipy(problem: tuple[np.ndarray, np.ndarray, np.ndarray]):
    q, low, high = problem
    p = project(q, low, high)
    assert p.sum() == pytest.approx(1, abs=1e-9)
    assert (p >= low).all()
    assert (p <= high).all()
    found = minimize(
        divergence,
        np.clip(q, low, high),
        (q,),
        method="SLSQP",
        jac=lambda p, q: np.log(np.maximum(p, 1e-300) / q) + 1,
        bounds=list(zip(low, high, strict=True)),
        constraints={"type": "eq", "fun": lambda p: p.sum() - 1},
        options={"ftol": 1e-12, "maxiter": 500},
    )
    assume(found.success)
    np.testing.assert_allclose(p, found.x, atol=2e-4)
    assert divergence(p, q) <= divergence(found.x, q) + 1e-8


def test_a_prior_within_the_bounds_stays():
    q = np.array([[0.2, 0.3, 0.5], [0.4, 0.4, 0.2]])
    np.testing.assert_allclose(project(q, 0.1, 0.6), q, atol=1e-12)


def test_rare_classes_are_lifted_and_the_others_keep_their_proportions():
    p = project([0.0, 0.25, 0.75], 0.1, 1.0)
    np.testing.assert_allclose(p, [0.1, 0.225, 0.675], atol=1e-12)


def test_a_class_that_never_occurs_takes_what_the_others_must_not():
    np.testing.assert_allclose(project([1.0, 0.0], 0.0, [0.7, 1.0]), [0.7, 0.3], atol=1e-9)


@pytest.mark.parametrize(
    ("q", "low", "high", "message"),
    [
        ([1, 1, 1], 0.4, 1.0, r"1.2 > 1: with 3 classes p_min may be at most 0.333"),
        ([1, 1], 0.0, 0.4, "largest shares add up to 0.8 < 1"),
        ([1, 1], 0.1, [1.0, 0.0], "low ≤ high"),
        ([0, 0], 0.0, 1.0, "not all 0"),
        ([np.nan, 1], 0.0, 1.0, "finite"),
        ([-1, 2], 0.0, 1.0, "not negative"),
    ],
)
def test_impossible_bounds_are_errors(q, low, high, message):
    with pytest.raises(InfeasibleBounds, match=message):
        project(q, low, high)
