from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ns3_bridge import Field, InvalidAction, LocalHost, ScenarioEnv, Schema
from ns3_bridge.actions import check_action, check_actions
from ns3_bridge.spaces import dict_space
from ns3_bridge.testing import fake_scenario

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


class Untouchable:
    """As a tensor of torch that needs its gradient."""

    def __array__(self, *arguments, **options):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


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
        ({"share": [[1], [1, 2], [1]]}, "share is not an array"),
        ({"choice": [[0, 1], [5, 0]]}, r"choice\[1, 0\] = 5 is outside \[0, 4\]"),
        ({"choice": [[0, 1], [0.5, 0]]}, r"choice\[1, 0\] = 0\.5 is not an integer"),
        ({"share": None}, "share is None"),
        ({"share": Untouchable()}, "share is not an array: Can't call numpy"),
        ({"power": 3}, "power is refused: the transmitter is bolted to the wall"),
        ({"shares": [0, 0, 0]}, "shares is not an action field; known: share, choice"),
    ],
)
def test_a_wrong_action_names_field_index_value_and_limit(change, message):
    with pytest.raises(InvalidAction, match=message) as caught:
        check_action({**GOOD, **change}, SCHEMA)
    assert caught.value.field == next(iter(change))


@pytest.mark.parametrize(
    ("action", "seen"),
    [
        (np.zeros(7), r"an array of shape \(7,\)"),
        ([0.5], "of type list"),
        (None, "of type NoneType"),
    ],
)
def test_an_action_that_is_no_dict_is_told_what_is_expected(action, seen):
    message = f"the action is {seen}, expected a dict of share, choice"
    with pytest.raises(InvalidAction, match=message):
        check_action(action, SCHEMA)
    with pytest.raises(InvalidAction, match=message):
        check_actions(action, SCHEMA, [0], [0])


def test_a_field_without_elements_takes_what_has_none():
    none = dataclasses.replace(SHARE, shape=(0,))
    schema = Schema("empty", 0, 0, "1", "", (), (none,), {}, ())
    assert check_action({"share": []}, schema)["share"].shape == (0,)


def test_a_number_without_unit_is_shown_without_one():
    with pytest.raises(InvalidAction, match=r"is outside \[0, 1\]$"):
        check_action({**GOOD, "share": [2, 0, 0]}, SCHEMA)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_field_takes_its_own_bounds(dtype):
    share = dataclasses.replace(SHARE, low=-0.3, high=0.1)
    schema = dataclasses.replace(SCHEMA, actions=(share,))
    for bound in (share.low, share.high):
        check_action({"share": np.full(3, bound, dtype)}, schema)
        space = dict_space([share])["share"]
        check_action({"share": np.full(3, space.high.max())}, schema)
    with pytest.raises(InvalidAction, match=r"outside \[-0\.3, 0\.1\]"):
        check_action({"share": np.full(3, 0.1001, dtype)}, schema)


def test_a_simulator_takes_its_own_bounds(tmp_path):
    share = {"name": "share", "shape": [2], "low": -0.3, "high": 0.1}
    program = fake_scenario(tmp_path / "fake", {"observations": [share], "actions": [share]})
    env = ScenarioEnv(LocalHost(program))
    env.reset(seed=1)
    env.step({"share": [0.1, -0.3]})
    env.step({"share": env.action_space["share"].high})
    env.close()


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
