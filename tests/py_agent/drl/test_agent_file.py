# SPDX-License-Identifier: MIT
"""An agent's file is data: whatever it holds, it is read whole or refused in one line."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from py_agent.drl.agent import ACTIONS, Agent
from py_agent.drl.errors import InvalidAgent
from py_agent.drl.features import FEATURES

EXAMPLES = int(os.environ.get("NS3_TWIN_FUZZ_EXAMPLES", "100"))


def small_agent():
    rng = np.random.default_rng(1)

    def layer(inputs, outputs):
        weight = rng.normal(size=(inputs, outputs)).astype(np.float32)
        return weight, np.zeros(outputs, np.float32)

    embedding = [layer(len(FEATURES), 3)]
    layers = [layer(len(FEATURES) + 6, 4), layer(4, len(ACTIONS))]
    return Agent(layers, embedding, "clip", 2.0, {"training": {"timescale": "slot"}})


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("agent") / "agent.npz"
    small_agent().save(path)
    return path.read_bytes()


def outputs(agent):
    return agent(np.zeros((2, len(FEATURES)), np.float32), np.zeros(2, np.int32))


def check_one_line(error, path):
    assert str(path) in str(error)
    assert "\n" not in str(error)


def read(path: Path, content: bytes) -> None:
    """Either an agent that decides, or one line that names the file."""
    path.write_bytes(content)
    try:
        agent = Agent.load(path)
    except InvalidAgent as error:
        check_one_line(error, path)
    else:
        assert np.isfinite(outputs(agent)).all()


@pytest.mark.parametrize("name", [Path, str])
def test_what_was_saved_is_loaded(name, tmp_path):
    agent = small_agent()
    path = name(tmp_path / "agent.npz")
    agent.save(path)
    assert np.array_equal(outputs(Agent.load(path)), outputs(agent))


@pytest.mark.fuzz
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_a_mutated_file_is_an_agent_or_one_line(whole, tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "mutated.npz"
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    read(path, bytes(content[: data.draw(st.integers(0, len(content)))]))


@pytest.mark.fuzz
@settings(max_examples=EXAMPLES, deadline=None)
@given(content=st.binary(max_size=300))
@example(content=b"")
@example(content=b"\x93NUMPY\x01\x00")
@example(content=b"\x80\x04cos\nsystem\n")
def test_any_other_file_is_one_line(tmp_path_factory, content):
    read(tmp_path_factory.getbasetemp() / "other.npz", content)


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@pytest.mark.fuzz
@settings(max_examples=EXAMPLES, deadline=None)
@given(name=st.sampled_from(["squash", "reach", "facts", "features", "actions"]), value=VALUES)
def test_any_value_in_what_it_says_of_itself_is_an_agent_or_one_line(
    whole, tmp_path_factory, name, value
):
    with np.load(io.BytesIO(whole)) as file:
        arrays = {key: file[key] for key in file.files}
    about = {**json.loads(str(arrays["about"])), name: value}
    arrays["about"] = np.array(json.dumps(about))
    content = io.BytesIO()
    np.savez(content, **arrays)
    read(tmp_path_factory.getbasetemp() / "about.npz", content.getvalue())


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("layers_w0", np.full((len(FEATURES) + 6, 4), np.nan, np.float32), "not a finite number"),
        ("layers_b1", np.full(len(ACTIONS), np.inf, np.float32), "not a finite number"),
        ("layers_w1", np.zeros((3, len(ACTIONS)), np.float32), "do not take 4 inputs"),
        ("layers_w0", np.zeros((len(FEATURES) + 6, 4)), "instead of float32"),
        ("embedding_w0", np.zeros((2, 3), np.float32), "embedding 0"),
        ("layers_w0", np.array([{}], object), "agent"),
    ],
)
def test_weights_that_make_no_network_are_refused(whole, tmp_path, name, value, message):
    with np.load(io.BytesIO(whole)) as file:
        arrays = {key: file[key] for key in file.files}
    np.savez(tmp_path / "agent.npz", **{**arrays, name: value})
    with pytest.raises(InvalidAgent, match=message):
        Agent.load(tmp_path / "agent.npz")


def test_a_file_that_unpacks_to_gigabytes_is_refused_unread(tmp_path):
    path = tmp_path / "agent.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.npy", bytes(65 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(InvalidAgent, match="unpacks to more than"):
        Agent.load(path)
