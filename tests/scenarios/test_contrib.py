"""The bridge as a module of an ns-3 tree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ns3_scenarios.contrib import ContribRefused, write_contrib

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def contrib(tmp_path):
    """The folder contrib of what looks like an ns-3 tree."""
    (tmp_path / "ns3").write_text("#! /usr/bin/env python3\n")
    (tmp_path / "contrib").mkdir()
    return tmp_path / "contrib"


def test_the_module_has_the_sources_of_the_bridge_and_all_that_it_names(contrib):
    module = write_contrib(contrib)
    assert module == contrib / "ns3-bridge"
    rooms = (REPOSITORY / "bridge" / room for room in ("cpp", "ns3"))
    ours = [file for room in rooms for file in room.glob("*.*") if "-test" not in file.name]
    for file in ours:
        assert (module / "model" / file.name).read_text() == file.read_text()
    for listing in (module / "CMakeLists.txt", module / "examples" / "CMakeLists.txt"):
        named = re.findall(r"^\s+(\S+\.(?:cc|h))$", listing.read_text(), re.MULTILINE)
        assert all((listing.parent / name).is_file() for name in named)
    included = {
        name
        for file in module.glob("model/*.*")
        for name in re.findall(r'^#include "([^/"]+)"', file.read_text(), re.MULTILINE)
    }
    assert [name for name in included if not (module / "model" / name).is_file()] == []


def test_writing_again_replaces_what_was_written_and_nothing_else(contrib):
    module = write_contrib(str(contrib))
    (module / "model" / "schema.cc").write_text("changed\n")
    (module / "model" / "of-before.cc").write_text("gone\n")
    assert (write_contrib(contrib) / "model" / "schema.cc").read_text() != "changed\n"
    assert not (module / "model" / "of-before.cc").exists()
    (module / "CMakeLists.txt").write_text("# somebody else's\n")
    with pytest.raises(ContribRefused, match="is there already, and not from here"):
        write_contrib(contrib)
    assert (module / "CMakeLists.txt").read_text() == "# somebody else's\n"


def test_what_cannot_be_put_in_place_leaves_the_former_one(contrib, monkeypatch):
    module = write_contrib(contrib)
    (module / "README").write_text("a word of one's own\n")
    rename = Path.rename

    def refusing(path, target):
        if path.name.endswith(".part"):
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refusing)
    with pytest.raises(ContribRefused, match="No space left"):
        write_contrib(contrib)
    assert (module / "README").read_text() == "a word of one's own\n"
    assert [path.name for path in contrib.iterdir()] == ["ns3-bridge"]


def test_what_is_no_tree_of_ns3_is_refused(contrib, tmp_path):
    for folder in (tmp_path, tmp_path / "missing" / "contrib"):
        with pytest.raises(ContribRefused, match="is not the folder contrib of an ns-3 tree"):
            write_contrib(folder)
