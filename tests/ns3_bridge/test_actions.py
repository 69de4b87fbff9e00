from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ns3_bridge import Field, InvalidAction, Schema
from ns3_bridge.actions import check_action
from ns3_bridge.spaces import dict_space

SHARE = Field(
    name="share",
    dtype="float32",
    shape=(3,),
    unit="1",
    low=0.0,
    high=1.0,
    categorical=False,
    labels=(),
    timescale="slot",
    offset=0,
    help="",
)
CHOICE = Field(
    name="choice",
    dtype="int32",
    shape=(2, 2),
    unit="1",
    low=0,
    high=4,
    categorical=True,
    labels=(),
    timescale="frame",
    offset=64,
    help="",
)
SCHEMA = Schema(
    scenario="test",
    observation_bytes=0,
    action_bytes=128,
    reward_unit="1",
    reward_help="",
    observations=(),
    actions=(SHARE, CHOICE),
    refused_actions={"power": "the transmitter is bolted to the wall"},
    tables=(),
)
GOOD = {"share": [0.0, 0.5, 1.0], "choice": [[0, 1], [2, 4]]}


def test_lists_become_arrays_of_the_declared_type():
    checked = check_action(GOOD, SCHEMA)
    assert checked["share"].dtype == np.float32
    assert checked["choice"].dtype == np.int32
    assert checked["choice"].tolist() == GOOD["choice"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"share": [0.0, 0.5]}, r"share has shape \(2,\), expected \(3,\)"),
        ({"share": [0.0, np.nan, 1.0]}, r"share\[1\] = nan is outside \[0, 1\]"),
        ({"share": [0.0, 0.5, 1.5]}, r"share\[2\] = 1\.5 is outside \[0, 1\]"),
        ({"share": [0.0, -np.inf, 1.0]}, r"share\[1\] = -inf is outside"),
        ({"share": ["a", "b", "c"]}, "share has dtype"),
        ({"share": [[1], [1, 2], [1]]}, "share is no array"),
        ({"choice": [[0, 1], [5, 0]]}, r"choice\[1, 0\] = 5 is outside \[0, 4\]"),
        ({"choice": [[0, 1], [0.5, 0]]}, r"choice\[1, 0\] = 0\.5 is not an integer"),
        ({"power": 3}, "power is refused: the transmitter is bolted to the wall"),
        ({"shares": [0, 0, 0]}, "shares is no action field; known: share, choice"),
    ],
)
def test_a_wrong_action_names_field_index_value_and_limit(change, message):
    with pytest.raises(InvalidAction, match=message) as caught:
        check_action({**GOOD, **change}, SCHEMA)
    assert caught.value.field == next(iter(change))


def test_a_missing_field_is_named():
    with pytest.raises(InvalidAction, match="choice is missing; expected: share, choice"):
        check_action({"share": [0, 0, 0]}, SCHEMA)


@given(st.integers(0, 2**32 - 1))
def test_every_sample_of_the_space_is_valid(seed):
    space = dict_space(SCHEMA.actions)
    space.seed(seed)
    sample = space.sample()
    checked = check_action(sample, SCHEMA)
    assert all(np.array_equal(checked[name], sample[name]) for name in sample)


@pytest.mark.fuzz
@given(hnp.arrays(np.float64, 3, elements=st.floats(allow_nan=True, allow_infinity=True)))
def test_exactly_the_numbers_within_bounds_pass(values):
    inside = bool(((values >= 0) & (values <= 1)).all())
    if inside:
        check_action({**GOOD, "share": values}, SCHEMA)
    else:
        with pytest.raises(InvalidAction, match=r"share\[[012]\]"):
            check_action({**GOOD, "share": values}, SCHEMA)
