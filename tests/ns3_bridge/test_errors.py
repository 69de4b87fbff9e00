from __future__ import annotations

import copy
import importlib
import inspect
import pickle
import pkgutil
import signal
from collections.abc import Iterator

import pytest

import ns3_bridge
import ns3_scenarios
import py_agent
from ns3_bridge import InvalidAction, SimulatorDied
from ns3_bridge.errors import Ns3TwinError

OF_GATEWAYS = "ns3_bridge.network"  # answered there, as messages


def kinds(of: type[Ns3TwinError] = Ns3TwinError) -> Iterator[type[Ns3TwinError]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


@pytest.fixture(scope="module")
def all_kinds() -> list[type[Ns3TwinError]]:
    for package in (ns3_bridge, ns3_scenarios, py_agent):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            try:
                importlib.import_module(module.name)
            except ModuleNotFoundError as error:  # an extra with an environment of its own
                if error.name != "ray":
                    raise
    own = {"ns3_bridge", "ns3_scenarios", "py_agent"}
    return [kind for kind in set(kinds()) if kind.__module__.split(".")[0] in own]


def made(kind: type[Ns3TwinError]) -> Ns3TwinError:
    """An error with a value for everything that its constructor takes."""
    values = {"return_code": -9, "users": [3, 4], "code": 7}
    if not inspect.isfunction(kind.__init__):
        return kind("what happened")
    names = list(inspect.signature(kind).parameters)
    return kind(*[values.get(name, f"<{name}>") for name in names])


def test_every_error_keeps_message_and_attributes_over_pickle_and_deepcopy(all_kinds):
    assert len(all_kinds) > 25
    for kind in all_kinds:
        error = made(kind)
        for copied in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
            assert type(copied) is kind
            assert str(copied) == str(error)
            assert vars(copied) == vars(error)


def test_every_error_can_be_raised_again_from_its_kind_and_text(all_kinds):
    for kind in all_kinds:
        if not kind.__module__.startswith(OF_GATEWAYS):
            assert str(kind(str(made(kind)))) == str(made(kind)), kind


def test_a_text_alone_is_the_message():
    assert InvalidAction("share is missing").field == ""
    assert SimulatorDied("the simulator was killed").output_tail == ""


def test_a_real_time_signal_is_named_by_its_number():
    assert "was killed by signal 40 " in str(SimulatorDied(-40, ""))
    assert "was killed by SIGKILL " in str(SimulatorDied(-signal.SIGKILL, ""))
