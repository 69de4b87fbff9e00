"""A policy of the user's own: loaded from where it stands, and told what is wrong with it."""

from __future__ import annotations

import pickle
import sys

import pytest

from ns3_bridge import Schema
from ns3_scenarios.registry import UnknownScenario, program
from py_agent.contract import PolicyFailed
from py_agent.driver import Decider
from py_agent.policies import Network, UnknownPolicy, load_policy

POLICY = """
from helper import WORD

class Base:
    word = WORD
    def begin(self, network, seed): pass
    def decide_frame(self, observation): return {}
    def decide_slot(self, observation): return {}

class Greeting(Base):
    def __init__(self, name): pass

class Optional(Base):
    def __init__(self, name="me", *more, **others): pass

class Broken(Base):
    def __init__(self): raise LookupError("no map here")

class Failing(Base):
    def decide_slot(self, observation): return {"share": 1 / observation["zero"]}

class Silent(Base):
    def decide_slot(self, observation): pass

instance = Base()
"""
NETWORK = Network("any", {"slots_per_frame": 2}, Schema("any", 0, 0, "1", "", (), (), {}, ()))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the user works: a policy in a folder of its own, with a module beside it."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "my-pol.py").write_text(POLICY, encoding="utf-8")
    (tmp_path / "mine" / "helper.py").write_text("WORD = 'hello'", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", ["", *sys.path])
    yield tmp_path
    for module in ("my-pol", "helper", "other"):
        sys.modules.pop(module, None)


@pytest.mark.parametrize("where", ["mine/my-pol.py", "./mine/my-pol.py"])
def test_a_class_is_loaded_from_a_file_and_the_file_from_what_lies_beside_it(folder, where):
    loaded = load_policy(f"{where}:Base")
    assert loaded.word == "hello"
    again = load_policy(f"{where}:Base")
    assert type(again) is type(loaded)
    assert type(pickle.loads(pickle.dumps(loaded))) is type(loaded)
    assert load_policy(f"{folder / 'mine' / 'my-pol.py'}:Optional").word == "hello"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mine/my-pol.py:Greeting", "is made without arguments, and needs name"),
        ("mine/my-pol.py:Bose", "mine/my-pol.py has no 'Bose'"),
        ("mine/my-pol.py:instance", "is not a class, but Base"),
        ("mine/my-pol:Base", "did you mean mine/my-pol.py:Base?"),
        ("mine/missing.py:Base", "there is no file mine/missing.py"),
        ("missing.module:Base", "there is no module 'missing'"),
        ("mine/my-pol.py", "is a file: name its class, too, as mine/my-pol.py:Class"),
        ("json.py:Base", "a module 'json' is imported already"),
    ],
)
def test_a_name_that_leads_nowhere_is_told_with_what_to_write_instead(folder, name, message):
    (folder / "json.py").write_text(POLICY, encoding="utf-8")
    with pytest.raises(UnknownPolicy) as raised:
        load_policy(name)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = = 1", "cannot be imported: SyntaxError: invalid syntax"),
        ("1 / 0", "cannot be imported: ZeroDivisionError: division by zero"),
        ("import not_installed", "cannot be imported: No module named 'not_installed'"),
    ],
)
def test_an_error_in_a_policy_s_file_is_its_own_and_mending_it_helps(folder, text, message):
    (folder / "other.py").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyFailed, match=message) as raised:
        load_policy("other.py:Base")
    assert raised.value.__cause__ is not None
    (folder / "other.py").write_text(POLICY.replace("from helper import WORD", "WORD = 1"))
    assert load_policy("other.py:Base").word == 1


def test_a_policy_that_cannot_be_made_says_so(folder):
    with pytest.raises(PolicyFailed, match="cannot be made: LookupError: no map here"):
        load_policy("mine/my-pol.py:Broken")


def test_an_exception_of_a_policy_is_told_with_method_and_slot(folder):
    decider = Decider(load_policy("mine/my-pol.py:Failing"), NETWORK)
    decider.decide({"zero": 1})
    with pytest.raises(PolicyFailed, match="decide_slot of Failing in slot 1 failed: ZeroDiv") as e:
        decider.decide({"zero": 0})
    assert (e.value.method, e.value.slot) == ("decide_slot", 1)
    assert isinstance(e.value.__cause__, ZeroDivisionError)
    told = pickle.loads(pickle.dumps(e.value))
    assert (told.method, told.slot, str(told)) == ("decide_slot", 1, str(e.value))


def test_what_is_no_decision_is_told(folder):
    decider = Decider(load_policy("mine/my-pol.py:Silent"), NETWORK)
    with pytest.raises(PolicyFailed, match="slot 0 returned NoneType, expected a dict of action"):
        decider.decide({})


def test_source_code_of_a_scenario_is_told_how_to_become_a_program():
    with pytest.raises(UnknownScenario, match=r"ns3-twin build \./bottleneck\.cc makes a program"):
        program("./bottleneck.cc")
