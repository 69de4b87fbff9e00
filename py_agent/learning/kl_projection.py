# SPDX-License-Identifier: MIT
"""The class mix nearest to the user's own that forgets no class and overdraws no pool."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from py_agent.learning.errors import InfeasibleBounds

_SMALLEST_PRIOR = 1e-12
_ITERATIONS = 100  # halvings of an interval of log c: to the last bit of a double
_TOLERANCE = 1e-9


def project(q: ArrayLike, low: ArrayLike, high: ArrayLike) -> NDArray[np.float64]:
    """I-projection of `q` onto ``P = {p : Σ p = 1, low ≤ p ≤ high}``.

    Minimises ``Σ_x p(x) log(p(x)/q(x))`` over P (Cong et al. 2024, incremental-learning data). The
    paper leaves P open; here it is a box. By the KKT conditions the minimum is
    ``p = clip(c·q, low, high)``, with c such that p adds up to 1; the sum grows with c, so
    bisection finds it. A class of prior 0 counts as 1e-12: it gets only what it must.

    Args:
        q: prior, not necessarily normalised, ``[..., n_classes]``.
        low: smallest share, broadcast against `q`.
        high: largest share, broadcast against `q`.

    Returns:
        p, of the shape of `q`.

    Raises:
        InfeasibleBounds: P is empty, or `q` is no prior (negative, NaN, all 0).

    Example:
        >>> p = project([0.9, 0.1, 0.0], low=0.05, high=0.6)
        >>> p.round(2).tolist()
        [0.6, 0.35, 0.05]
    """
    q = np.asarray(q, np.float64)
    low = np.broadcast_to(np.asarray(low, np.float64), q.shape)
    high = np.broadcast_to(np.asarray(high, np.float64), q.shape)
    _check(q, low, high)
    q = np.maximum(q / q.sum(axis=-1, keepdims=True), _SMALLEST_PRIOR)
    # At exp(below) every share is at its lower bound or next to 0, at exp(above) at its upper one.
    below = np.log(np.maximum(low, _SMALLEST_PRIOR**2) / q).min(axis=-1, keepdims=True)
    above = np.log(np.maximum(high, _SMALLEST_PRIOR**2) / q).max(axis=-1, keepdims=True)
    for _ in range(_ITERATIONS):
        middle = (below + above) / 2
        too_much = np.clip(np.exp(middle) * q, low, high).sum(axis=-1, keepdims=True) > 1
        above = np.where(too_much, middle, above)
        below = np.where(too_much, below, middle)
    p: NDArray[np.float64] = np.clip(np.exp(above) * q, low, high)
    return p


def _check(q: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
    if not (np.isfinite(q).all() and (q >= 0).all() and (q.sum(axis=-1) > 0).all()):
        raise InfeasibleBounds(f"a prior must be finite, not negative and not all 0; got {q}")
    if not (low >= 0).all() or not (low <= high).all():
        raise InfeasibleBounds(f"0 ≤ low ≤ high must hold; got low {low}, high {high}")
    smallest, largest = low.sum(axis=-1).max(), high.sum(axis=-1).min()
    if smallest > 1 + _TOLERANCE:
        raise InfeasibleBounds(
            f"the smallest shares add up to {smallest:g} > 1: with {q.shape[-1]} classes "
            f"p_min may be at most {1 / q.shape[-1]:g}"
        )
    if largest < 1 - _TOLERANCE:
        raise InfeasibleBounds(f"the largest shares add up to {largest:g} < 1")
