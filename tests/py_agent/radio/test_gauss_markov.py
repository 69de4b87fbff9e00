# SPDX-License-Identifier: MIT
"""The filter of fading quantities, on data whose truth is known."""

import numpy as np
import pytest

from py_agent.radio.gauss_markov import GaussMarkov

EVERYBODY = np.arange(200)


def test_a_gauss_markov_filter_is_as_sure_as_it_says():
    rng = np.random.default_rng(2)
    believed = GaussMarkov((200, 3), sd=8.0, length=50.0)
    truth = rng.normal(0, 8, (200, 3))
    rho = np.exp(-5 / 50)
    inside = []
    for _ in range(40):
        truth = rho * truth + np.sqrt(1 - rho**2) * rng.normal(0, 8, truth.shape)
        believed.advance(EVERYBODY, np.full(200, 5.0))
        inside.append(np.abs(truth - believed.mean) < 1.645 * np.sqrt(believed.variance))
        believed.update(EVERYBODY, truth + rng.normal(0, 2, truth.shape), 2.0)
    assert np.mean(inside) == pytest.approx(0.9, abs=0.02)
    mean, variance = believed.ahead(EVERYBODY, np.full(200, 1e4))
    assert mean == pytest.approx(0.0, abs=1e-9)
    assert variance == pytest.approx(64.0)
