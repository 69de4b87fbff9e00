# SPDX-License-Identifier: MIT
"""A run folder may hold anything: it is read, or one line names the file that is damaged."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ns3_bridge import InvalidSetting, Ns3TwinError
from py_agent.experiment.errors import DamagedRun
from py_agent.experiment.run_data import (
    observed_field,
    recorded_run,
    slot_field,
    slot_fields,
    slot_rewards,
    table_columns,
)
from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.run_settings import load_run_settings
from py_agent.experiment.run_summary import summary_of
from py_agent.experiment.runner import Run
from py_agent.view.report import write_report

EXAMPLES = int(os.environ.get("NS3_TWIN_FUZZ_EXAMPLES", "60"))
SETTINGS = ["n_ue=2", "n_bs=2", "duration_s=0.2", "slots_per_frame=5"]
FILES = (
    "settings.yaml",
    "run.json",
    "summary.json",
    "slots.parquet",
    "last_observation.parquet",
    "task.parquet",
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    overrides = {"policy": "random", "runs_dir": tmp_path_factory.mktemp("runs")}
    return Run(load_run_settings(None, overrides, SETTINGS)).execute().path


def read_all(path):
    """All that is read of a run without simulating it."""
    folder = recorded_run(path)
    load_run_settings(folder.settings, {"policy": "random"}, [])
    folder.read_record()
    summary_of(folder)
    slot_rewards(folder)
    for name in slot_fields(folder) - {"slot", "reward"}:
        slot_field(folder, name)
    observed_field(folder, "position_m")
    table_columns(folder, "task")


def check_one_line(error, name):
    assert name in str(error)
    assert "\n" not in str(error)


def read_or_one_line(path):
    try:
        read_all(path)
    except Ns3TwinError as error:
        check_one_line(error, str(path))


def copied(whole, to):
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(whole, to)
    return to


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "garbage", "folder"])
def test_a_damaged_file_is_named_or_does_not_matter(whole, tmp_path, name, damage):
    path = copied(whole, tmp_path / "run")
    content = (path / name).read_bytes()
    (path / name).unlink()
    if damage == "folder":
        (path / name).mkdir()
    elif damage != "missing":
        left = {"empty": b"", "cut": content[: len(content) // 2], "garbage": b"\x00\xff{[" * 9}
        (path / name).write_bytes(left[damage])
    try:
        read_all(path)
    except Ns3TwinError as error:
        check_one_line(error, name)
    else:
        assert name in ("run.json", "last_observation.parquet", "summary.json")
        assert damage in ("missing", "cut", "folder")


@pytest.mark.fuzz
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_a_mutated_file_is_read_or_named(whole, tmp_path_factory, data):
    path = copied(whole, tmp_path_factory.getbasetemp() / "mutated")
    file = path / data.draw(st.sampled_from(FILES))
    content = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        # Footers of Parquet, where most can go wrong, are at the end.
        back = data.draw(st.integers(1, min(len(content), 3000)) | st.integers(1, len(content)))
        content[-back] = data.draw(st.integers(0, 255))
    file.write_bytes(content)
    read_or_one_line(path)


@pytest.mark.parametrize(
    "columns",
    [
        {"slot": [0], "reward": ["text"]},
        {"slot": [0], "reward": [None]},
        {"slot": [0]},
        {"slot": [0], "reward": [-1.0], "position_m": [3.0]},
        {"slot": [0], "reward": [-1.0], "position_m": [[1.0, 2.0, 3.0]]},
    ],
)
def test_columns_of_another_kind_are_named(whole, tmp_path, columns):
    path = copied(whole, tmp_path / "run")
    pq.write_table(pa.table(columns), path / "slots.parquet")
    with pytest.raises(DamagedRun, match=r"slots\.parquet is damaged"):
        read_all(path)


def test_a_report_of_a_damaged_run_names_the_file(whole, tmp_path):
    path = copied(whole, tmp_path / "run")
    (path / "summary.json").write_text("{}")
    with pytest.raises(DamagedRun, match=r"summary\.json"):
        write_report(RunFolder(path))


def test_a_folder_that_holds_no_run_is_told(tmp_path):
    with pytest.raises(InvalidSetting, match=r"settings\.yaml is missing"):
        read_all(tmp_path)
