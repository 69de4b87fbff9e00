from __future__ import annotations

import importlib
import json
from pathlib import Path

import numpy as np
import pydantic
import pydantic_core
import pytest

from ns3_bridge import InvalidSetting, LocalHost, Schema
from ns3_bridge.description import Description
from ns3_bridge.settings import check_settings, flatten, settings_model, to_arguments
from ns3_bridge.settings_module import settings_module
from ns3_bridge.testing import fake_scenario

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
OF_ITEM = [
    {"name": "users", "type": "integer", "low": 1, "high": 9, "unit": "users", "help": "how many"},
    {"name": "rate_hz", "type": "real", "low": 0, "high": 9, "unit": "1/s", "help": ""},
    {"name": "model", "type": "choice", "choices": ["a", "b"], "unit": "1", "help": ""},
]
LIST = {"name": "walk.groups", "type": "list", "default": [], "unit": "1", "help": "of users"}
WITH_LIST = [*DECLARED, {**LIST, "of_item": OF_ITEM}]


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
        ({"n": 3, "n.fast": 1}, "setting n.fast: n is not a group, but 3"),
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
        ({"walk": {"speed_mps": float("nan")}}, "setting walk.speed_mps = nan: .* finite number"),
        ({"walk": {"speed_mps": float("inf")}}, "setting walk.speed_mps = inf: .* finite number"),
        ({"n": None}, "setting n = None: .*; it is empty"),
        ({"mode": "c"}, "setting mode = 'c': .*'a' or 'b'"),
    ],
)
def test_a_wrong_setting_names_itself_and_what_is_allowed(values, message):
    with pytest.raises(InvalidSetting, match=message):
        check_settings(settings_model(DECLARED), values)


def test_items_of_a_list_keep_what_they_give_and_become_json():
    items = [{"users": np.int64(2), "rate_hz": 0.5}, {"users": 1, "model": "b"}]
    settings = check_settings(settings_model(WITH_LIST), {"walk.groups": items})
    assert settings.walk.groups[1].model == "b"
    assert settings.walk.groups[1].rate_hz is None
    assert settings.model_dump()["walk"]["groups"] == items
    told = dict(text.split("=", 1) for text in to_arguments(settings.model_dump()))
    assert json.loads(told["--walk.groups"]) == items
    assert settings_model(WITH_LIST)().walk.groups == []


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ({"users": 1}, r"setting walk\.groups = .* valid list"),
        (["a"], r"setting walk\.groups\.0 = 'a'"),
        ([{}, {"users": 10}], r"setting walk\.groups\.1\.users = 10: .*less than or equal to 9"),
        ([{"rate_hz": float("nan")}], r"setting walk\.groups\.0\.rate_hz = nan: .* finite"),
        ([{"model": "c"}], r"setting walk\.groups\.0\.model = 'c': .*'a' or 'b'"),
        ([{"user": 1}], r"walk\.groups\.0\.user\. Did you mean users\? Known: users, rate_hz, m"),
    ],
)
def test_a_wrong_item_names_itself_and_what_is_allowed(items, message):
    with pytest.raises(InvalidSetting, match=message):
        check_settings(settings_model(WITH_LIST), {"walk": {"groups": items}})


def test_a_typed_module_has_a_class_for_the_items_of_a_list(tmp_path, monkeypatch):
    schema = Schema("tiny", 0, 0, "1", "", (), (), {}, ())
    text = settings_module(Description("tiny", "", "3.44", WITH_LIST, schema))
    (tmp_path / "tiny_settings.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    tiny = importlib.import_module("tiny_settings")
    item = tiny.WalkGroupsItem(users=2, model="a")
    typed = tiny.TinySettings(walk=tiny.Walk(groups=[item]))
    checked = check_settings(settings_model(WITH_LIST), typed)
    assert checked.model_dump()["walk"]["groups"] == [{"users": 2, "model": "a"}]


def test_a_fake_scenario_takes_lists(tmp_path):
    program = fake_scenario(
        tmp_path / "fake",
        {
            "settings": WITH_LIST,
            "observations": [{"name": "rate", "shape": [1], "low": 0, "high": 1}],
            "actions": [],
        },
    )
    host = LocalHost(program, {"walk": {"groups": [{"users": 3}]}})
    assert host.settings.model_dump()["walk"]["groups"] == [{"users": 3}]
    with pytest.raises(InvalidSetting, match="users = 10"):
        LocalHost(program, {"walk": {"groups": [{"users": 10}]}})


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("Error building `literal` serializer:\n  KeyboardInterrupt: ", KeyboardInterrupt),
        ("Error building `literal` serializer:\n  ValueError: no", pydantic_core.SchemaError),
    ],
)
def test_an_interrupt_while_settings_are_built_is_an_interrupt(monkeypatch, told, kind):
    def interrupted(*_, **__):
        raise pydantic_core.SchemaError(told)  # so pydantic tells of what meets its compiled code

    monkeypatch.setattr(pydantic, "create_model", interrupted)
    with pytest.raises(kind):
        settings_model([])


def test_large_whole_numbers_have_no_exponent():
    """ns-3 reads an integer up to it: 1e+17 would be 1."""
    assert to_arguments({"limit": 1e17, "rate": 1e-7}) == [
        "--limit=100000000000000000.0",
        "--rate=1e-07",
    ]
