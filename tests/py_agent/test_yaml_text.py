# SPDX-License-Identifier: MIT
"""Settings are read as YAML 1.2 says, and whatever else a file holds is one line."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ns3_bridge import InvalidSetting
from py_agent import yaml_text
from py_agent.experiment.errors import UntrustedCode
from py_agent.experiment.run_settings import load_run_settings

EXAMPLES = int(os.environ.get("NS3_TWIN_FUZZ_EXAMPLES", "200"))

# YAML 1.2.2, 10.3.2: the core schema.
CORE = [
    *[("010", 10), ("0o10", 8), ("0x1F", 31), ("-3", -3), ("+7", 7)],
    *[("1e3", 1000.0), (".5", 0.5), ("-2.", -2.0), (".inf", float("inf"))],
    *[("yes", "yes"), ("off", "off"), ("true", True), ("False", False)],
    *[("null", None), ("~", None), ("1:30", "1:30"), ("1_000", "1_000")],
    *[("2001-01-01", "2001-01-01"), ("'010'", "010")],
]


@pytest.mark.parametrize(("text", "value"), CORE)
def test_a_plain_word_is_what_version_1_2_says(text, value):
    read = yaml_text.parse(text, "a test")
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("n_ue: 1\nseed: 2\nn_ue: 3", "line 3: the key 'n_ue' stands twice"),
        ("a: {b: 1, b: 2}", "the key 'b' stands twice"),
        ("a: &x 1", r"anchors .* are not read here"),
        ("a: *x", r"anchors .* are not read here"),
        ("a: !!python/object/apply:os.system [true]", "could not determine a constructor"),
        ("{[1]: 2}", "a key is not a word"),
        ("[" * 10_000, "nested too deep"),
        ("a: b: c", "line 1: mapping values are not allowed here"),
    ],
)
def test_what_does_not_belong_into_settings_is_told_in_one_line(text, message):
    with pytest.raises(InvalidSetting, match=message) as told:
        yaml_text.parse(text, "run.yaml")
    assert str(told.value).startswith("run.yaml")
    assert "\n" not in str(told.value)


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9)
)


def test_a_bomb_of_aliases_takes_no_memory(tmp_path):
    config = tmp_path / "bomb.yaml"
    config.write_text(f"settings:\n  x: 1\n{BOMB}")
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
        "from pathlib import Path\n"
        "from py_agent import yaml_text\n"
        "yaml_text.read(Path(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(config)], capture_output=True, text=True, timeout=60
    )
    assert "anchors" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x80abc", b"a" * (1 << 20) + b"a"])
def test_a_file_that_is_no_short_text_is_refused(tmp_path, content):
    config = tmp_path / "run.yaml"
    config.write_bytes(content)
    with pytest.raises(InvalidSetting, match=r"cannot read .*run\.yaml"):
        yaml_text.read(config)


PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
NESTED = st.recursive(
    PLAIN, lambda of: st.lists(of, max_size=4) | st.dictionaries(st.text(), of, max_size=4)
)


def check_one_line(error):
    assert "\n" not in str(error)


@pytest.mark.fuzz
@settings(max_examples=EXAMPLES, deadline=None)
@given(NESTED)
def test_what_is_written_is_read_back(values):
    assert yaml_text.parse(yaml_text.dump(values), "a test") == values


@pytest.mark.fuzz
@settings(max_examples=EXAMPLES, deadline=None)
@given(st.text(max_size=60) | st.text("{}[]:,&*!|>-?'\"%@`# \n019eo.xyt~", max_size=60))
def test_any_text_is_a_value_or_one_line(text):
    try:
        yaml_text.parse(text, "a test")
    except InvalidSetting as error:
        check_one_line(error)


NAMES = st.sampled_from(
    ["scenario", "policy", "seed", "retrain", "learning", "settings", "ns3", "deadline_s", "x"]
)


@pytest.mark.fuzz
@settings(max_examples=EXAMPLES, deadline=None)
@given(st.dictionaries(NAMES, NESTED), st.lists(st.text("ans3.:=[1] ", max_size=12), max_size=2))
def test_any_settings_are_run_settings_or_one_line(tmp_path_factory, values, assignments):
    config = tmp_path_factory.getbasetemp() / "any.yaml"
    config.write_text(yaml_text.dump(values), encoding="utf-8")
    try:
        load_run_settings(config, {}, assignments)
    except (InvalidSetting, UntrustedCode) as error:
        check_one_line(error)
