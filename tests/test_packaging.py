"""What is said more than once of how the package is made."""

from __future__ import annotations

from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def test_make_compiles_with_what_pip_compiles_with():
    project = pytest.importorskip("tomllib").loads(PROJECT.read_text(encoding="utf-8"))
    of_pip = set(project["build-system"]["requires"]) - {"pip>=23"}  # every environment has one
    of_make = set(project["dependency-groups"]["build"])
    assert of_pip < of_make
    assert {line.partition(">")[0] for line in of_make - of_pip} == {"cmake", "ninja"}
