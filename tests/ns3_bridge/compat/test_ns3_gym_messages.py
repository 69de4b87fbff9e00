"""Spaces and values survive the wire, and what is none is refused."""

from __future__ import annotations

import contextlib

import contract as contracts
import numpy as np
import pytest
from contract import NS3_GYM as contract
from gymnasium import spaces
from hypothesis import given, settings
from hypothesis import strategies as st

from ns3_bridge import InvalidAction, ProtocolViolation
from ns3_bridge.compat import ns3_gym_pb2 as pb
from ns3_bridge.compat.space_messages import describe_space, read_space
from ns3_bridge.compat.value_messages import check_value, pack_value, read_value
from ns3_bridge.compat.wire import NS3_AI, NS3_GYM, parse

names = st.text("abcxyz_", min_size=1, max_size=4)
floats = st.floats(-1e6, 1e6, width=32).map(lambda value: value + 0.0)  # no −0.0


@st.composite
def boxes(draw):
    dtype = draw(st.sampled_from([np.int32, np.uint32, np.float32, np.float64]))
    shape = tuple(draw(st.lists(st.integers(1, 3), max_size=3)))
    if np.dtype(dtype).kind == "f":
        low, high = sorted([draw(floats), draw(floats)])
    else:
        low, high = sorted([draw(st.integers(0, 2**20)), draw(st.integers(0, 2**20))])
    return spaces.Box(np.full(shape, low, dtype), np.full(shape, high, dtype), dtype=dtype)


any_space = st.recursive(
    boxes() | st.builds(spaces.Discrete, st.integers(1, 2**31 - 1)),
    lambda inner: (
        st.builds(spaces.Tuple, st.lists(inner, max_size=3))
        | st.builds(
            lambda d: spaces.Dict(list(d.items())), st.dictionaries(names, inner, max_size=3)
        )
    ),
    max_leaves=6,
)


def assert_equal(one, other):
    if isinstance(one, dict):
        assert list(one) == list(other)
        one, other = tuple(one.values()), tuple(other.values())
    if isinstance(one, tuple):
        for left, right in zip(one, other, strict=True):
            assert_equal(left, right)
    else:
        assert np.asarray(one).tobytes() == np.asarray(other).tobytes()
        assert np.shape(one) == np.shape(other)


@pytest.mark.fuzz
@settings(deadline=None)
@given(any_space, st.integers(0, 2**31))
def test_spaces_and_values_come_back_as_they_were(space, seed):
    described = parse(pb.SpaceDescription, describe_space(NS3_GYM, space).SerializeToString())
    assert read_space(NS3_GYM, described, "space") == space
    space.seed(seed)
    value = space.sample()
    packed = parse(pb.DataContainer, pack_value(NS3_GYM, space, value).SerializeToString())
    assert_equal(read_value(NS3_GYM, space, packed, "value"), value)
    assert pack_value(NS3_GYM, space, check_value(space, value, "value")) == packed


@pytest.mark.fuzz
@settings(deadline=None)
@given(any_space, st.binary(max_size=200))
def test_whatever_comes_is_a_value_or_a_violation(space, junk):
    try:
        container = parse(pb.DataContainer, junk)
        read_value(NS3_GYM, space, container, "value")
    except ProtocolViolation:
        pass


@pytest.mark.fuzz
@settings(deadline=None)
@given(st.binary(max_size=60), st.integers(0, 5), st.sampled_from(["Box", "Dict", "Tuple"]))
def test_whatever_comes_is_a_space_or_a_violation(junk, kind, name):
    description = pb.SpaceDescription(type=kind)
    description.space.type_url = f"type.googleapis.com/ns3opengym.{name}Space"
    description.space.value = junk
    with contextlib.suppress(ProtocolViolation):
        read_space(NS3_GYM, description, "space")


@pytest.mark.parametrize(
    ("dialect", "contract"), [(NS3_GYM, contracts.NS3_GYM), (NS3_AI, contracts.NS3_AI)]
)
def test_the_bytes_are_those_of_the_contract(dialect, contract):
    space = spaces.Dict([("a", spaces.Box(-1, 1, (2, 2), np.float32)), ("b", spaces.Discrete(5))])
    described = contract.dict_space(
        contract.box_space(-1, 1, contract.FLOAT, [2, 2], "a"), contract.discrete_space(5, "b")
    )
    assert describe_space(dialect, space) == parse(
        pb.SpaceDescription, described.SerializeToString()
    )
    flat = spaces.Dict([("a", spaces.Box(0, 9, (2,), np.int32)), ("b", spaces.Discrete(5))])
    value = {"a": np.array([1, 9]), "b": 3}
    assert (
        pack_value(dialect, flat, value).SerializeToString()
        == contract.dictionary(
            contract.box(contract.INT, [1, 9], "a"), contract.discrete(3, "b")
        ).SerializeToString()
    )
    greeting = dialect.greeting(obs_space=describe_space(dialect, space))
    assert (
        greeting.SerializeToString()
        == contract.new("SimInitMsg", obsSpace=described).SerializeToString()
    )


def nested(depth):
    space = contract.box_space(0, 1, contract.FLOAT, [1])
    for _ in range(depth):
        space = contract.dict_space(space)
    return space


@pytest.mark.parametrize(
    ("description", "complaint"),
    [
        (nested(40), "nested deeper than 16"),
        (contract.box_space(0, 1, contract.FLOAT, [2**31, 2**31]), "more than"),
        (contract.box_space(2, 1, contract.FLOAT, [1]), r"bounds \[2, 1\]"),
        (contract.box_space(float("nan"), 1, contract.FLOAT, [1]), r"bounds \[nan, 1\]"),
        (contract.discrete_space(0), "at least 1"),
        (contract.new("SpaceDescription", type=2), "holds ''"),
        (contract.new("SpaceDescription"), "unknown space type 0"),
    ],
)
def test_spaces_beyond_all_limits_are_refused(description, complaint):
    ours = parse(pb.SpaceDescription, description.SerializeToString())
    with pytest.raises(ProtocolViolation, match=complaint):
        read_space(NS3_GYM, ours, "space")


def test_integer_bounds_that_floats_cannot_hold_are_the_type_s():
    told = contract.box_space(float("-inf"), 2.0**32, contract.UINT, [1])
    space = read_space(NS3_GYM, parse(pb.SpaceDescription, told.SerializeToString()), "space")
    assert (space.low[0], space.high[0]) == (0, 2**32 - 1)


@pytest.mark.parametrize(
    ("container", "complaint"),
    [
        (contract.box(contract.FLOAT, [1.0], "a"), "type 2, expected Dict"),
        (
            contract.dictionary(contract.box(contract.INT, [1], "a")),
            r"value.a has 1 elements, expec",
        ),
        (contract.dictionary(contract.box(contract.FLOAT, [1.5, 2], "a")), "are no int32"),
        (contract.dictionary(contract.box(contract.UINT, [1, 2**31], "a")), "are no int32"),
        (contract.dictionary(), r"elements \[\], expected \['a'\]"),
        (contract.dictionary(contract.discrete(1, "b")), r"elements \['b'\]"),
    ],
)
def test_values_that_do_not_fit_are_refused(container, complaint):
    space = spaces.Dict([("a", spaces.Box(0, 9, (2,), np.int32))])
    ours = parse(pb.DataContainer, container.SerializeToString())
    with pytest.raises(ProtocolViolation, match=complaint):
        read_value(NS3_GYM, space, ours, "value")


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ({"a": [0.0, np.nan], "b": 0}, r"action.a\[1\] = nan is outside \[-1, 1\]"),
        ({"a": [0.0], "b": 0}, r"action.a has shape \(1,\), expected \(2,\)"),
        ({"a": [0, 1], "b": 5}, r"action.b = 5 is outside \[0, 4\]"),
        ({"a": [0, 1], "b": 1.5}, "expected integers"),
        ({"a": ["x", "y"], "b": 1}, "expected numbers"),
        ({"a": [[1], [1, 2]], "b": 1}, "is not an array"),
        ({"a": [0, 1]}, r"must have the keys \['a', 'b'\]"),
        (3, "must have the keys"),
    ],
)
def test_wrong_actions_are_named(value, complaint):
    space = spaces.Dict([("a", spaces.Box(-1, 1, (2,), np.float32)), ("b", spaces.Discrete(5))])
    with pytest.raises(InvalidAction, match=complaint):
        check_value(space, value, "action")
