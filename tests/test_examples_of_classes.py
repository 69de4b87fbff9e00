"""Public classes show how they are used: by examples in docstrings, which test_doctests runs."""

from __future__ import annotations

import dataclasses
import enum
import importlib
import inspect
import pkgutil

import pydantic
import pytest

import ns3_bridge
import py_agent

# Commands are shown by --help and the README. A class of the wires is one end of a process or of a
# socket: the other end takes more lines than an example has; `LocalHost` and `Gateway` show both.
# Likewise the ends of a Ray cluster, which is an extra.
COMMANDS = ("py_agent.bench", "py_agent.cli")
WIRES = (
    *("ns3_bridge.compat", "ns3_bridge.conformance", "ns3_bridge.network", "ns3_bridge.testing"),
    *("ns3_bridge.channel_memory", "ns3_bridge.launcher", "ns3_bridge.output"),
    *("ns3_bridge.records", "ns3_bridge.warm_starts", "ns3_bridge.wiring"),
    *("py_agent.cluster.connection", "py_agent.cluster.executor"),
    *("py_agent.cluster.nodes", "py_agent.cluster.worker"),
    *("py_agent.cluster.lodger", "py_agent.drl.variant_on_node"),
)
NAMES_OF_CASES = (BaseException, enum.Enum)
WHAT_USERS_WRITE = ("py_agent.contract", "py_agent.driver")  # beside the rooms' ``__all__``


def public_classes():
    """All that a module defines without an underscore."""
    for package in (py_agent, ns3_bridge):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not info.name.startswith((*COMMANDS, *WIRES)) and "._" not in info.name:
                module = importlib.import_module(info.name)
                for name, found in inspect.getmembers(module, inspect.isclass):
                    if found.__module__ == info.name and name[0] != "_":
                        yield found
    yield ns3_bridge.Gateway


def listed_classes():
    """Those that rooms of `py_agent` offer; interfaces and records among them are used by users."""
    for info in pkgutil.walk_packages(py_agent.__path__, "py_agent."):
        if info.ispkg or info.name in WHAT_USERS_WRITE:
            room = importlib.import_module(info.name)
            for name, found in inspect.getmembers(room, inspect.isclass):
                own = info.name in WHAT_USERS_WRITE and found.__module__ == info.name
                if name in getattr(room, "__all__", ()) or (own and name[0] != "_"):
                    yield found


def has_example(found):
    return ">>> " in (vars(found).get("__doc__") or "")


def own_methods(found):
    """Public methods and properties that it defines itself."""
    kinds = (property, classmethod, staticmethod)
    return [
        name
        for name, value in vars(found).items()
        if name[0] != "_" and (inspect.isfunction(value) or isinstance(value, kinds))
    ]


def is_record(found):
    """Whether it is but a list of fields, which its docstring explains one by one."""
    is_model = issubclass(found, pydantic.BaseModel)
    if not (is_model or dataclasses.is_dataclass(found) or hasattr(found, "_fields")):
        return False
    return not set(own_methods(found)) - set(inspect.get_annotations(found))


def is_variant(found):
    """Whether it only chooses arguments for a class that has an example."""
    return not own_methods(found) and any(map(has_example, found.__mro__[1:]))


def explains_itself(found):
    is_interface = getattr(found, "_is_protocol", False) or inspect.isabstract(found)
    return is_interface or is_record(found) or is_variant(found)


CLASSES = {found for found in public_classes() if not explains_itself(found)}
CLASSES = {c for c in CLASSES.union(listed_classes()) if not issubclass(c, NAMES_OF_CASES)}


@pytest.mark.parametrize("public", sorted(CLASSES, key=str))
def test_a_public_class_has_an_example(public):
    assert has_example(public)


def test_there_are_public_classes():
    names = {found.__name__ for found in CLASSES}
    assert {"Decider", "Gateway", "Network", "Policy", "RotatingDigits", "ScenarioEnv"} <= names
    assert not {"InvalidSetting", "Never", "Renderer", "Spin"} & names
