import importlib
import pickle
import sys

import pytest

from py_agent import former_names


@pytest.mark.parametrize("old", sorted(former_names.MOVED))
def test_a_former_name_is_the_module_of_today_and_says_so(old, monkeypatch):
    monkeypatch.delitem(sys.modules, old, raising=False)
    new = former_names.MOVED[old]
    with pytest.warns(DeprecationWarning, match=f"is now {new}"):
        module = importlib.import_module(old)
    assert module is importlib.import_module(new)
    assert module.__spec__.name == new


def test_classes_of_moved_modules_pickle_under_their_new_name():
    from py_agent.twin.model.parameters import Timing

    assert b"py_agent.twin.model.parameters" in pickle.dumps(Timing())
