from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ns3_bridge.field import Field
from ns3_bridge.flat import places, scaled, unscaled


def field(low: float, high: float, dtype: str = "float64", categorical: bool = False) -> Field:
    return Field("x", dtype, (3,), "1", low, high, categorical, (), "slot", 0, "a test")


@given(arrays.arrays(np.float64, 3, elements=st.floats(-140, 0)))
def test_a_narrow_range_is_scaled_linearly(value):
    assert scaled(value, field(-140, 0)) == pytest.approx(value / 70 + 1, abs=1e-6)


@given(st.floats(0, 1e15), st.floats(0, 1e15))
def test_a_wide_range_keeps_the_order(a, b):
    three = scaled(np.array([a, b, 1e15]), field(0, 1e15))
    assert three[2] == 1
    assert (three >= -1).all()
    assert (three[0] <= three[1]) == (a <= b) or np.isclose(three[0], three[1])


def test_categories_become_one_hot_and_scores_become_categories():
    serving = field(-1, 1, "int32", categorical=True)
    assert places(serving) == 9
    one_hot = scaled(np.array([-1, 1, 0], np.int32), serving)
    assert one_hot.reshape(3, 3).tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    chosen = unscaled(one_hot.astype(np.float64), serving)
    assert chosen.tolist() == [-1, 1, 0]
    assert chosen.dtype == np.int32


@given(arrays.arrays(np.float64, 3, elements=st.floats(-2, 2)), st.sampled_from(["f", "i"]))
def test_every_vector_is_a_valid_number(part, kind):
    target = field(0, 10, "float32" if kind == "f" else "int64")
    number = unscaled(part, target)
    assert number.dtype == target.dtype
    assert ((number >= 0) & (number <= 10)).all()
