from __future__ import annotations

import json
import math

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st

from ns3_bridge import Field, HandshakeError, NoLabels, Schema, UnknownField
from ns3_bridge.schema import PROTOCOL_VERSION, block_dtype
from ns3_bridge.spaces import space_of

DTYPES = ["uint8", "int32", "int64", "float32", "float64"]


def declaration(**changes):
    field = {
        "name": "x",
        "dtype": "float32",
        "shape": [2],
        "unit": "m",
        "low": 0,
        "high": 1,
        "dims": ["ue"],
        "missing": None,
        "constant": None,
        "labels": [],
        "categorical": False,
        "timescale": "slot",
        "offset": 0,
        "help": "",
    }
    return {
        "scenario": "test",
        "radio": "",
        "protocol_version": PROTOCOL_VERSION,
        "observation_bytes": 64,
        "action_bytes": 0,
        "reward": {"unit": "1", "help": ""},
        "observations": [field],
        "actions": [],
        "refused_actions": [],
        "tables": [],
        **changes,
    }


def test_a_declaration_is_read():
    schema = Schema.from_json(json.dumps(declaration()))
    assert schema.observations[0].name == "x"
    assert schema.observations[0].shape == (2,)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "null", f'{{"protocol_version": {PROTOCOL_VERSION}}}']
)
def test_what_is_no_declaration_is_a_handshake_error(text):
    with pytest.raises(HandshakeError, match="cannot be read"):
        Schema.from_json(text)


def test_another_protocol_version_is_named():
    with pytest.raises(HandshakeError, match="version 99"):
        Schema.from_json(json.dumps(declaration(protocol_version=99)))


@given(st.sampled_from(DTYPES), st.lists(st.integers(1, 5), min_size=1, max_size=3))
def test_a_field_of_a_block_is_the_memory_itself(dtype, shape):
    field = Field("x", dtype, tuple(shape), "1", 0, 1, False, (), "slot", 64, "")
    byte_count = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.zeros(64 + byte_count, np.uint8)
    x = memory.view(block_dtype([field], memory.size))[0]["x"]
    assert x.shape == tuple(shape)
    x[...] = 1
    assert np.array_equal(memory[64:].view(dtype).reshape(shape), np.ones(shape, dtype))
    with pytest.raises(HandshakeError, match="do not fit"):
        block_dtype([field], memory.size - 1)


@given(
    st.sampled_from(DTYPES),
    st.lists(st.integers(1, 4), min_size=1, max_size=2),
    st.booleans(),
    st.integers(0, 9),
)
def test_spaces_have_the_declared_shape_type_and_bounds(dtype, shape, categorical, high):
    categorical = categorical and np.issubdtype(dtype, np.integer)
    field = Field("x", dtype, tuple(shape), "1", 0, high, categorical, (), "slot", 0, "")
    space = space_of(field)
    assert space.shape == tuple(shape)
    assert space.dtype == np.dtype(dtype)
    assert isinstance(space, spaces.MultiDiscrete if categorical else spaces.Box)
    assert space.contains(np.full(shape, high, dtype))
    assert not space.contains(np.full(shape, high + 1, dtype))


def one_field(**changes):
    declared = declaration()
    declared["observations"] = [{**declared["observations"][0], **changes}]
    return Schema.from_json(json.dumps(declared))


def test_axes_have_names_and_sizes():
    schema = one_field(shape=[2, 3, 4], dims=["ue", "", "bs"])
    x = schema.observation("x")
    assert [x.axis(name) for name in ("ue", "bs", "xy")] == [0, 2, None]
    assert schema.sizes == {"ue": 2, "bs": 4}
    assert Field("y", "int32", (2, 3), "1", 0, 1).dims == ("", "")
    with pytest.raises(HandshakeError, match="names"):
        one_field(shape=[2, 3], dims=["ue"])


@given(st.sampled_from(["float32", "float64", "int32"]), st.integers(-9, 9))
def test_what_is_missing_is_told_from_what_is_there(dtype, missing):
    missing = missing if dtype == "int32" else missing / 10
    x = one_field(dtype=dtype, low=-10, high=10, missing=missing).observation("x")
    assert x.present(np.array([missing, 10], dtype)).tolist() == [False, True]
    if dtype != "int32":
        assert x.present(np.array([np.nan], dtype)).tolist() == [False]


def test_all_is_there_where_no_value_stands_for_none():
    assert one_field().observation("x").present([0, 1]).all()


def test_labels_become_an_enumeration():
    x = one_field(dtype="int32", low=-1, labels=["none", "not-yet", "done"]).observation("x")
    assert [(member.name, int(member)) for member in x.enum] == [
        ("NONE", -1),
        ("NOT_YET", 0),
        ("DONE", 1),
    ]
    with pytest.raises(NoLabels, match="the values of x have no names"):
        _ = one_field().observation("x").enum


def test_constant_fields_come_with_their_values():
    x = one_field(shape=[2, 2], dims=["bs", "xy"], constant=[0, 0.25, 0.5, 1]).observation("x")
    assert x.constant.tolist() == [[0, 0.25], [0.5, 1]]
    assert x.constant.dtype == np.float32
    assert one_field().observation("x").constant is None


def test_who_asks_for_an_unknown_name_hears_the_known_ones():
    with pytest.raises(UnknownField, match="no observation is called 'y'; known: x"):
        one_field().observation("y")
    with pytest.raises(UnknownField, match="no table is called 'y'; known: none"):
        one_field().table("y")
