from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ns3_bridge import InvalidSetting
from ns3_bridge.settings import check_settings, flatten, settings_model, to_arguments

DECLARED = [
    {"name": "n", "type": "integer", "default": 3, "low": 1, "high": 9, "unit": "1", "help": ""},
    {
        "name": "walk.speed_mps",
        "type": "real",
        "default": 1.5,
        "low": 0,
        "high": 30,
        "unit": "m/s",
        "help": "",
    },
    {"name": "walk.fast", "type": "flag", "default": False, "unit": "1", "help": ""},
    {
        "name": "mode",
        "type": "choice",
        "default": "a",
        "choices": ["a", "b"],
        "unit": "1",
        "help": "",
    },
    {"name": "trace", "type": "text", "default": "", "unit": "1", "help": ""},
]


def test_defaults_come_from_the_declaration():
    settings = check_settings(settings_model(DECLARED), {})
    assert dict(flatten(settings.model_dump())) == {
        "n": 3,
        "walk.speed_mps": 1.5,
        "walk.fast": False,
        "mode": "a",
        "trace": "",
    }


def test_settings_become_arguments():
    values = {"n": 4, "walk": {"speed_mps": 0.1, "fast": True}, "mode": "b"}
    assert to_arguments(check_settings(settings_model(DECLARED), values).model_dump()) == [
        "--n=4",
        "--mode=b",
        "--trace=",
        "--walk.speed_mps=0.1",
        "--walk.fast=true",
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"walk": {"speed_mps": 2, "fast": True}},
        {"walk.speed_mps": 2, "walk.fast": True},
        {"walk": {"speed_mps": 2}, "walk.fast": True},
        {"walk.fast": True, "walk": {"speed_mps": 2}},
    ],
)
def test_settings_are_named_by_groups_or_by_dots(values):
    walk = check_settings(settings_model(DECLARED), values).walk
    assert (walk.speed_mps, walk.fast) == (2, True)


def test_a_path_is_a_text_and_numbers_of_numpy_are_numbers():
    values = {"trace": Path("a/b.xml"), "n": np.int64(4), "walk": {"speed_mps": np.float32(2)}}
    checked = check_settings(settings_model(DECLARED), values)
    assert (checked.trace, checked.n, checked.walk.speed_mps) == ("a/b.xml", 4, 2.0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"walk.speed_mps": 1, "walk": {"speed_mps": 2}}, "given twice"),
        ({"n.fast": 1, "n": 3}, "setting n is given twice"),
        ({"n": 3, "n.fast": 1}, "setting n.fast: n is no group, but 3"),
        ({"walks.fast": 1}, "unknown setting walks"),
        ({3: 1}, "settings must be a dict of names"),
        ([3], "settings must be a dict of names"),
        ("n=3", "settings must be a dict of names"),
        ({"trace": ["a", "b"]}, r"setting trace = \['a', 'b'\]: .* several values are one text"),
        ({"m": 1}, r"unknown setting m\..*Known: n, mode, trace, walk.speed_mps, walk.fast"),
        ({"walk": {"sped_mps": 1}}, r"unknown setting walk\.sped_mps\. Did you mean walk\.speed"),
        ({"n": 10}, "setting n = 10: .*less than or equal to 9"),
        ({"n": 1.5}, "setting n = 1.5"),
        ({"walk": {"speed_mps": "fast"}}, "setting walk.speed_mps = 'fast'"),
        ({"walk": {"speed_mps": float("nan")}}, "setting walk.speed_mps = nan"),
        ({"mode": "c"}, "setting mode = 'c': .*'a' or 'b'"),
    ],
)
def test_a_wrong_setting_names_itself_and_what_is_allowed(values, message):
    with pytest.raises(InvalidSetting, match=message):
        check_settings(settings_model(DECLARED), values)
