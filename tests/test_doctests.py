"""The examples in docstrings show what they say."""

import doctest
import importlib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
ROOTS = {"py_agent": ".", "ns3_scenarios": ".", "ns3_bridge": "bridge"}


def modules_with_examples():
    for package, root in ROOTS.items():
        for path in sorted((REPOSITORY / root / package).rglob("*.py")):
            if ">>> " in path.read_text(encoding="utf-8"):
                yield ".".join(path.relative_to(REPOSITORY / root).with_suffix("").parts)


@pytest.mark.parametrize("name", [*modules_with_examples()])
def test_examples_in_docstrings(name):
    failed, tried = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert tried > 0
    assert failed == 0
