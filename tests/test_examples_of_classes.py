"""Public classes show how they are used: by examples in docstrings, which test_doctests runs."""

from __future__ import annotations

import enum
import importlib
import inspect
import pkgutil

import pytest

import py_agent

ONE_MODULE = ("py_agent.contract", "py_agent.driver")  # rooms that are no packages


def public_classes():
    """Those in the ``__all__`` of a room; all that a room of one module defines."""
    for info in pkgutil.walk_packages(py_agent.__path__, "py_agent."):
        if info.ispkg or info.name in ONE_MODULE:
            room = importlib.import_module(info.name)
            for name, found in inspect.getmembers(room, inspect.isclass):
                own = info.name in ONE_MODULE and found.__module__ == info.name
                if name in getattr(room, "__all__", ()) or (own and name[0] != "_"):
                    yield found


CLASSES = {c for c in public_classes() if not issubclass(c, BaseException | enum.Enum)}


@pytest.mark.parametrize("public", sorted(CLASSES, key=str))
def test_a_public_class_has_an_example(public):
    assert ">>> " in (inspect.getdoc(public) or "")


def test_there_are_public_classes():
    assert {"Decider", "Network", "Policy", "RotatingDigits"} <= {c.__name__ for c in CLASSES}
