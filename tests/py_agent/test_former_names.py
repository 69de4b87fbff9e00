import importlib
import pickle
import sys
import warnings

import pytest

from py_agent import former_names
from py_agent.policies import load_policy, policy_names, rule_names

RENAMED = [(module, name) for module, names in former_names.RENAMED.items() for name in names]

GONE = [(module, name) for module, names in former_names.GONE.items() for name in names]


@pytest.mark.parametrize("old", sorted(former_names.MOVED))
def test_a_former_name_is_the_module_of_today_and_says_so(old, monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module(old.rpartition(".")[0])  # it may be a former name itself
    monkeypatch.delitem(sys.modules, old, raising=False)
    new = former_names.MOVED[old]
    with pytest.warns(DeprecationWarning, match=f"is now {new}"):
        module = importlib.import_module(old)
    assert module is importlib.import_module(new)
    assert module.__spec__.name == new


def test_classes_of_moved_modules_pickle_under_their_new_name():
    from py_agent.twin.model.parameters import Timing

    assert b"py_agent.twin.model.parameters" in pickle.dumps(Timing())


@pytest.mark.parametrize(("module", "name"), RENAMED)
def test_a_former_name_in_a_module_is_what_stands_there_today_and_says_so(module, name):
    place, _, today = former_names.RENAMED[module][name].partition(":")
    with pytest.warns(DeprecationWarning, match=f"{module}.{name} is now py_agent.") as told:
        found = getattr(importlib.import_module(module), name)
    assert found is getattr(importlib.import_module(place), today)
    assert told[0].filename == __file__


def test_a_former_name_in_a_former_module_is_found():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = importlib.import_module("py_agent.twin.fidelity.scene")
    with pytest.warns(DeprecationWarning, match=r"checkpoint\.Scene is now"):
        scene = module.Scene
    assert scene.__name__ == "Checkpoint"


@pytest.mark.parametrize(
    ("module", "name"),
    [(module, name) for module, names in former_names.GONE.items() for name in names],
)
def test_a_name_without_a_successor_says_what_to_use_now(module, name):
    with pytest.raises(AttributeError, match=rf"{module}.{name} is gone: use \S+"):
        getattr(importlib.import_module(module), name)


def test_a_name_that_never_was_is_still_missed():
    with pytest.raises(AttributeError, match=r"'py_agent.policies' has no attribute 'POLICES'"):
        importlib.import_module("py_agent.policies").POLICES  # noqa: B018


def test_former_tables_of_policies_make_what_is_loaded_by_name_today():
    with pytest.warns(DeprecationWarning, match="is now py_agent.policies"):
        from py_agent.policies.registry import POLICIES, RULES
    assert (list(POLICIES), list(RULES)) == (policy_names(), rule_names())
    line, make = POLICIES["load-srpt"]
    assert "load" in line
    assert type(make()) is type(load_policy("load-srpt"))
