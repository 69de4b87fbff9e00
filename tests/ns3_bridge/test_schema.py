from __future__ import annotations

import json
import math

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st

from ns3_bridge import Field, HandshakeError, Schema
from ns3_bridge._native import PROTOCOL_VERSION
from ns3_bridge.schema import block_dtype
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
        "labels": [],
        "categorical": False,
        "timescale": "slot",
        "offset": 0,
        "help": "",
    }
    return {
        "scenario": "test",
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
