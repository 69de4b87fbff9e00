"""What travels to a node has the files that it names with it."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

from py_agent.cluster.shipment import pack, unpack
from py_agent.experiment.run_settings import RunSettings
from py_agent.policies import fingerprint, load_policy

POLICY = """
from policy_helper import answer
class Mine:
    value = answer()
    def begin(self, network, seed): ...
    def decide_frame(self, observation): ...
    def decide_slot(self, observation): ...
"""


def arrived(item, folder):
    """The item on a machine that has none of the files; and what these were."""
    shipment = pack(item)
    contents = {key: path.read_bytes() for key, path in shipment.files.items()}
    return unpack(shipment.content, contents.__getitem__, folder), shipment.files


def test_what_names_no_file_arrives_as_it_was(tmp_path):
    item = {"policy": "load-fill", "numbers": (1, 2.5, None), "path": Path("runs"), "odd": "a;=:b"}
    assert arrived(item, tmp_path) == (item, {})


def test_files_of_settings_are_read_where_they_arrive(tmp_path):
    home, node = tmp_path / "home", tmp_path / "node"
    home.mkdir()
    (home / "trace.csv").write_text("time,x\n")
    (home / "more.csv").write_text("more\n")
    text = f"{home}/trace.csv; {home}/more.csv; origin=auto"
    run = RunSettings(settings={"mobility": {"trace": text}}, runs_dir=home)
    there, files = arrived(run, node)
    assert sorted(path.name for path in files.values()) == ["more.csv", "trace.csv"]
    one, other, rest = there.settings["mobility"]["trace"].split("; ")
    assert (Path(one).read_text(), Path(other).read_text()) == ("time,x\n", "more\n")
    assert rest == "origin=auto"
    assert Path(one).is_relative_to(node)
    assert there.runs_dir == home  # a folder is no file


def test_a_name_with_separators_is_one_file(tmp_path):
    odd = tmp_path / "a=b; c:d.csv"
    odd.write_text("odd")
    there, _ = arrived(str(odd), tmp_path / "node")
    assert Path(there).read_text() == "odd"


@pytest.mark.parametrize("form", ["twin-drl={}", "{}:Class", "{}; /nowhere/b.csv", "a.csv; {}"])
def test_a_folder_with_separators_is_found_within_a_text(tmp_path, form):
    folder = tmp_path / "lr=0.01; seed:3"
    folder.mkdir()
    (folder / "agent.npz").write_text("weights")
    text = form.format(folder / "agent.npz")
    there, files = arrived(text, tmp_path / "node")
    (key,) = files
    assert there == form.format(tmp_path / "node" / key)


def test_a_path_stays_a_path(tmp_path):
    (tmp_path / "recording.npz").write_bytes(b"\0data")
    there, _ = arrived(tmp_path / "recording.npz", tmp_path / "node")
    assert isinstance(there, Path)
    assert there.read_bytes() == b"\0data"


def test_files_of_the_same_name_stay_apart_and_programs_can_be_started(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "program").write_text(name)
    there, _ = arrived(
        [str(tmp_path / name / "program") for name in ("one", "two")], tmp_path / "n"
    )
    assert [Path(path).read_text() for path in there] == ["one", "two"]
    assert all(Path(path).stat().st_mode & 0o100 for path in there)


def test_a_policy_in_a_file_travels_with_the_modules_beside_it(tmp_path):
    (tmp_path / "policy_helper.py").write_text("def answer():\n    return 42\n")
    (tmp_path / "policy_that_travels.py").write_text(POLICY)
    name = f"{tmp_path}/policy_that_travels.py:Mine"
    assert load_policy(name).value == 42
    there, files = arrived(name, tmp_path / "node")
    assert sorted(path.name for path in files.values()) == [
        "policy_helper.py",
        "policy_that_travels.py",
    ]
    place, _, cls = there.rpartition(":")
    assert cls == "Mine"
    assert sorted(path.name for path in Path(place).parent.iterdir()) == sorted(
        path.name for path in files.values()
    )
    assert fingerprint(name)


def test_an_agent_of_ones_own_travels(tmp_path):
    (tmp_path / "agent.npz").write_bytes(b"weights")
    there, _ = arrived(f"twin-drl={tmp_path}/agent.npz", tmp_path / "node")
    rule, _, place = there.partition("=")
    assert rule == "twin-drl"
    assert Path(place).read_bytes() == b"weights"


def test_functions_and_what_they_are_called_with_travel_together(tmp_path):
    (tmp_path / "a.json").write_text("[1]")
    (work, item), _ = arrived((json.loads, str(tmp_path / "a.json")), tmp_path / "node")
    assert work(Path(item).read_text()) == [1]


@pytest.mark.parametrize("name", ["installation", "shipment", "errors"])
def test_what_needs_no_cluster_needs_no_ray(name):
    source = Path(importlib.import_module(f"py_agent.cluster.{name}").__file__).read_text()
    assert "import ray" not in source
    assert "from ray" not in source
