# SPDX-License-Identifier: MIT
"""A run and its baseline: the same seed side by side, one table, one picture, one page."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ns3_bridge.testing.processes import children_of
from py_agent.experiment.paired_run import baseline_of, execute_pair
from py_agent.experiment.parquet_log import stream_of
from py_agent.experiment.run_data import table_columns
from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.run_settings import load_run_settings
from py_agent.view.figure import draw_run
from py_agent.view.pair_table import pair_rows
from py_agent.view.report import write_report

COMMAND = str(Path(sys.executable).parent / "ns3-twin")
SETTINGS = ["n_ue=4", "n_bs=2", "duration_s=4", "compute.mode=quota", "retraining.enabled=true"]


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> tuple[RunFolder, RunFolder, list[tuple[int, int, int]]]:
    """Both folders, and what was told of the way."""
    runs_dir, told = tmp_path_factory.mktemp("runs"), []
    run, baseline = (
        load_run_settings(None, {"policy": p, "retrain": "spare", "runs_dir": runs_dir}, SETTINGS)
        for p in ("load-fill", "strongest-equal")
    )
    folder = execute_pair(run, baseline, lambda *what: told.append(what))
    write_report(folder)
    beside = baseline_of(folder)
    assert beside is not None
    return folder, beside, told


def test_both_meet_the_same_tasks_and_decide_for_themselves(pair):
    run, baseline, _ = pair
    ours, theirs = (table_columns(folder, "task") for folder in (run, baseline))
    columns = ("ue", "created_s", "size_bit")
    created = [sorted(zip(*(t[c] for c in columns), strict=True)) for t in (ours, theirs)]
    assert created[0] == created[1]
    assert len(created[0]) > 0
    assert run.read_summary()["policy"] == "load-fill"
    assert baseline.read_summary()["policy"] == "strongest-equal"
    assert run.read_summary()["mean_delay_s"] != baseline.read_summary()["mean_delay_s"]


def test_progress_is_told_of_both(pair):
    _, _, told = pair
    assert {(number, 200, 200) for number in (0, 1)} <= set(told)


def test_the_report_has_both_the_difference_and_links_that_lead_somewhere(pair):
    run, baseline, _ = pair
    page = run.report.read_text()
    assert "Under seed 1 a task took" in page
    assert "strongest-equal@spare" in page
    links = re.findall(r'<a href="([^"]+)"', page)
    assert len(links) > 5
    assert [link for link in links[1:] if not (run.path / link).exists()] == []
    assert links[0] == f"../{baseline.path.name}/report.html"
    assert len(page) < 500_000
    shown = {
        row[0].strip(): row[3] for row in pair_rows(run.read_summary(), baseline.read_summary())
    }
    summaries = [folder.read_summary()["mean_delay_s"] for folder in (run, baseline)]
    assert shown["mean delay"] == f"{100 * (summaries[0] / summaries[1] - 1):+.0f} %"


def test_the_picture_has_a_curve_of_each_and_no_accuracy_above_1(pair):
    run, baseline, _ = pair
    panels = {axes.get_title("left"): axes for axes in draw_run(run, baseline).axes}
    delays = panels["Mean delay of the tasks created at that time (unfinished: age)"]
    names = delays.get_legend_handles_labels()[1]
    assert [name.partition("\n")[0] for name in names] == [
        "load-fill@spare",
        "strongest-equal@spare",
    ]
    (accuracy,) = (axes for title, axes in panels.items() if title.startswith("Accuracy"))
    assert accuracy.get_ylim()[1] == 1


def test_legends_cover_no_curve(pair):
    run, baseline, _ = pair
    figure = draw_run(run, baseline)
    figure.draw_without_rendering()
    legends = [axes for axes in figure.axes if axes.get_legend() is not None]
    assert len(legends) == 4
    assert [axes.get_title("left") for axes in legends if _covers(figure, axes)] == []


def _covers(figure: Figure, axes: Axes) -> bool:
    inside = axes.get_window_extent()
    return bool(inside.overlaps(axes.get_legend().get_window_extent().expanded(0.98, 0.98)))


def test_a_baseline_that_has_gone_is_none(pair, tmp_path):
    run, _, _ = pair
    alone = RunFolder(tmp_path / "alone")
    alone.path.mkdir()
    alone.record.write_text(run.record.read_text())
    assert baseline_of(alone) is None


def test_ctrl_c_ends_both_and_both_say_so(tmp_path):
    process = subprocess.Popen(
        [
            *(COMMAND, "run", "--policy", "random", "--baseline", "strongest-equal"),
            *("--duration", "1000", "--set", "n_ue=3", "--runs-dir", str(tmp_path)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline_s = time.monotonic() + 300
    while len(_streams(tmp_path)) < 2:
        assert time.monotonic() < deadline_s
        assert process.poll() is None
        time.sleep(0.05)
    left = children_of(process.pid)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=300)
    assert process.returncode == 128 + signal.SIGINT, told
    assert [json.loads((run / "run.json").read_text())["status"] for run in tmp_path.iterdir()] == [
        "interrupted",
        "interrupted",
    ]
    while any(os.path.exists(f"/proc/{pid}") for pid in left):  # multiprocessing's own comes last
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def _streams(runs_dir: Path) -> list[Path]:
    """Runs that have a frame on the disk."""
    files = [stream_of(path / "slots.parquet") for path in runs_dir.iterdir()]
    return [file for file in files if file.exists() and file.stat().st_size > 20_000]


def test_many_seeds_are_for_compare():
    refused = subprocess.run(
        [COMMAND, "run", "--seeds", "1-3", "--baseline", "strongest-equal"],
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert refused.returncode == 2
    assert "ns3-twin compare" in refused.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--policy", "load-fill", "--baseline", "load-fill"], "it is the same run"),
        (["--policy", "load-fill", "--baseline", "load-fill@spare"], "load-fill they have none"),
    ],
)
def test_what_cannot_be_compared_is_refused(options, said):
    refused = subprocess.run(
        [COMMAND, "run", *options], capture_output=True, text=True, timeout=200
    )
    assert refused.returncode == 2
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_failure_of_one_is_one_line(tmp_path):
    failed = subprocess.run(
        [
            *(COMMAND, "run", "--policy", "random", "--baseline", "strongest-equal"),
            *("--set", "n_ue=400", "--runs-dir", str(tmp_path)),
        ],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert failed.returncode == 2
    assert failed.stderr.startswith("error: ")
    assert "Traceback" not in failed.stderr
