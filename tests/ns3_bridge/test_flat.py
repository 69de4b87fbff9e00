from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ns3_bridge import FlatBox, InvalidAction, InvalidSetting
from ns3_bridge.vector_codec import codec_of


def numbers(low: float, high: float, dtype: type = np.float64) -> spaces.Box:
    return spaces.Box(low, high, (3,), dtype)


class Echo(gymnasium.Env):
    """Observes the action that it was given."""

    def __init__(self, space: spaces.Space) -> None:
        self.observation_space = self.action_space = space

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self.observation_space.sample(), {}

    def step(self, action):
        assert action in self.action_space
        return action, 0.0, False, False, {}


@given(arrays.arrays(np.float64, 3, elements=st.floats(-140, 0)))
def test_a_narrow_range_is_scaled_linearly(value):
    assert codec_of(numbers(-140, 0)).scaled(value) == pytest.approx(value / 70 + 1, abs=1e-6)


@given(st.floats(0, 1e15), st.floats(0, 1e15))
def test_a_wide_range_keeps_the_order(a, b):
    three = codec_of(numbers(0, 1e15)).scaled(np.array([a, b, 1e15]))
    assert three[2] == 1
    assert (three >= -1).all()
    assert (three[0] <= three[1]) == (a <= b) or np.isclose(three[0], three[1])


def test_categories_become_one_hot_and_scores_become_categories():
    codec = codec_of(spaces.Dict(serving_bs=numbers(-1, 1, np.int32)), {"serving_bs": (-1, 1)})
    assert codec.places == 9
    one_hot = codec.scaled({"serving_bs": np.array([-1, 1, 0], np.int32)})
    assert one_hot.reshape(3, 3).tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    chosen = codec.unscaled(one_hot.astype(np.float64))["serving_bs"]
    assert chosen.tolist() == [-1, 1, 0]
    assert chosen.dtype == np.int32


def test_elements_may_have_different_numbers_of_categories():
    codec = codec_of(spaces.MultiDiscrete([2, 4], start=[5, 0]))
    assert codec.scaled(np.array([6, 3])).tolist() == [0, 1, 0, 0, 0, 1]
    assert codec.unscaled(np.array([0.5, 0.1, -1, 0, 2, -1])).tolist() == [5, 2]


@given(arrays.arrays(np.float64, 3, elements=st.floats(-2, 2)), st.sampled_from("fi"))
def test_every_vector_is_a_valid_number(part, kind):
    target = numbers(0, 10, np.float32 if kind == "f" else np.int64)
    assert codec_of(target).unscaled(part) in target


@given(st.integers(0, 2**32 - 1))
def test_what_every_space_holds_comes_back(seed):
    space = spaces.Dict(
        share=spaces.Box(np.array([0.0, -3.0]), np.array([1.0, 5.0]), dtype=np.float64),
        kind=spaces.Discrete(4, start=2),
        kinds=spaces.MultiDiscrete([[2, 3], [4, 5]]),
        flags=spaces.MultiBinary(3),
        nested=spaces.Tuple([spaces.Discrete(3), numbers(-9, 9, np.int32)]),
    )
    space.seed(seed)
    value = space.sample()
    codec = codec_of(space)
    vector = codec.scaled(value)
    assert vector.shape == (codec.places,)
    assert (np.abs(vector) <= 1).all()
    again = codec.unscaled(vector.astype(np.float64))
    assert again in space
    np.testing.assert_allclose(again.pop("share"), value.pop("share"), atol=1e-6)
    np.testing.assert_equal(again, value)


def test_any_environment_of_bounded_numbers_is_flattened():
    env = FlatBox(Echo(spaces.Dict(a=spaces.Discrete(3), b=numbers(0, 1, np.float32))))
    env.reset(seed=1)
    vector, *_ = env.step(np.array([-1, 1, 0, 0.5, -0.5, 1]))
    assert vector.tolist() == [0, 1, 0, 0.5, -0.5, 1]


@pytest.mark.parametrize(
    ("space", "message"),
    [
        (spaces.Dict(speed=numbers(-np.inf, np.inf)), "speed has no bounds"),
        (spaces.Dict(name=spaces.Text(3)), "name is a Text"),
    ],
)
def test_what_cannot_be_scaled_is_named(space, message):
    with pytest.raises(InvalidSetting, match=message):
        FlatBox(Echo(space))


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (np.zeros(2), r"shape \(2,\), expected \(3,\)"),
        ([0, np.nan, 0], r"action\[1\] is NaN"),
        ("left", "not a vector of numbers"),
    ],
)
def test_a_wrong_vector_is_told(action, message):
    env = FlatBox(Echo(numbers(0, 1)))
    env.reset(seed=1)
    with pytest.raises(InvalidAction, match=message):
        env.step(action)
