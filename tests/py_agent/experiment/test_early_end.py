# SPDX-License-Identifier: MIT
"""A run that ends before its time is readable up to its last frame, and says what happened."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ns3_bridge import InvalidSetting, SimulatorDied
from ns3_bridge.testing.processes import children_of
from py_agent.contract import PolicyFailed
from py_agent.experiment.errors import DamagedRun
from py_agent.experiment.parquet_log import SlotLog, stream_of
from py_agent.experiment.replay import replay
from py_agent.experiment.run_data import (
    finished_run,
    observed_field,
    recorded_run,
    slot_field,
    slot_rewards,
    table_columns,
)
from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.run_settings import load_run_settings
from py_agent.experiment.runner import Run
from py_agent.live.recorded import recorded_messages
from py_agent.view.figure import draw_run
from py_agent.view.report import write_report

COMMAND = str(Path(sys.executable).parent / "ns3-twin")
SETTINGS = ["n_ue=3", "n_bs=2", "slots_per_frame=10"]
FRAME = 10


@pytest.fixture(scope="module")
def killed(tmp_path_factory) -> RunFolder:
    """A run that was killed by SIGKILL after some frames."""
    runs_dir = tmp_path_factory.mktemp("runs")
    settings = [part for setting in SETTINGS for part in ("--set", setting)]
    process = subprocess.Popen(
        [
            *(COMMAND, "run", "--policy", "random", "--duration", "1000", *settings),
            *("--runs-dir", str(runs_dir)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    deadline_s = time.monotonic() + 200
    while time.monotonic() < deadline_s and process.poll() is None:
        for path in runs_dir.iterdir():
            if stream_of(path / "slots.parquet").exists() and rows(RunFolder(path)) >= 3 * FRAME:
                os.kill(process.pid, signal.SIGKILL)
        time.sleep(0.05)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    (path,) = runs_dir.iterdir()
    return recorded_run(path)


def rows(folder):
    try:
        return len(slot_rewards(folder))
    except DamagedRun:  # its stream is about to begin
        return 0


def test_a_killed_run_is_readable_up_to_its_last_frame(killed):
    slots = rows(killed)
    assert slots >= 3 * FRAME
    assert slots % FRAME == 0
    assert slot_field(killed, "slot_in_frame").reshape(-1, FRAME)[0].tolist() == list(range(FRAME))
    assert slot_field(killed, "action.association").shape == (slots, 3)
    assert "size_bit" in table_columns(killed, "task")
    assert killed.early_end() == "it was killed, or still runs"
    with pytest.raises(InvalidSetting, match="no finished run"):
        finished_run(killed.path)


def test_a_killed_run_is_replayed_bit_by_bit(killed):
    result = replay(killed.path)
    assert result.is_bit_equal
    assert result.slots == rows(killed) - 1
    assert result.early_end == "it was killed, or still runs"


def test_a_killed_run_is_exported_and_drawn_and_both_say_that_it_ended_early(killed, tmp_path):
    done = subprocess.run(
        [COMMAND, "export", str(killed.path), "--dataset", "ns3/killed-v0"],
        env={**os.environ, "MINARI_DATASETS_PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    assert f"1 episodes, {rows(killed) - 1} slots" in done.stdout
    assert "ended early: it was killed" in done.stderr
    drawn = subprocess.run(
        [COMMAND, "report", str(killed.path)], capture_output=True, text=True, timeout=200
    )
    assert drawn.returncode == 0, drawn.stderr
    assert "ended early" in killed.report.read_text()
    assert killed.figure.stat().st_size > 10_000


def test_a_run_whose_simulator_dies_says_so_and_is_readable(tmp_path):
    settings = load_run_settings(
        None, {"policy": "random", "runs_dir": tmp_path}, [*SETTINGS, "duration_s=1000"]
    )
    run = Run(settings)

    def kill_after_two_frames(done, total):
        if done == 2 * FRAME:
            for pid in children_of("self"):
                os.kill(pid, signal.SIGKILL)

    with pytest.raises(SimulatorDied):
        run.execute(kill_after_two_frames)
    (path,) = tmp_path.iterdir()
    folder = recorded_run(path)
    assert folder.early_end().startswith("failed: the simulator was killed by SIGKILL")
    assert rows(folder) == 2 * FRAME
    write_report(folder)
    assert "killed by SIGKILL" in folder.report.read_text()


def test_an_interrupted_run_says_so(tmp_path):
    settings = load_run_settings(None, {"policy": "random", "runs_dir": tmp_path}, SETTINGS)

    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Run(settings).execute(interrupt)
    (path,) = tmp_path.iterdir()
    assert RunFolder(path).early_end() == "interrupted: KeyboardInterrupt"
    assert json.loads((path / "run.json").read_text())["status"] == "interrupted"


def test_rows_are_kept_when_the_disk_is_full(tmp_path, monkeypatch):
    path = tmp_path / "slots.parquet"
    log = SlotLog(path, [], [])
    log.append(0, {}, {}, -1.0)
    log.flush()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("py_agent.experiment.parquet_log.os.replace", full)
    with pytest.raises(OSError, match="No space left"):
        log.close()
    assert not path.exists()
    assert [file for file in path.parent.iterdir() if file.name.startswith(".fresh-")] == []
    assert slot_rewards(RunFolder(tmp_path)).tolist() == [-1.0]


@pytest.mark.parametrize("cut", [1, 7, 100])
def test_a_stream_that_ends_in_the_middle_of_a_batch_is_read_up_to_it(tmp_path, cut, monkeypatch):
    log = SlotLog(tmp_path / "slots.parquet", [], [])
    sizes = []
    for slot in range(4):
        log.append(slot, {}, {}, float(slot))
        log.flush()
        sizes.append(stream_of(tmp_path / "slots.parquet").stat().st_size)
    stream = stream_of(tmp_path / "slots.parquet")
    whole = stream.read_bytes()
    log.close()
    (tmp_path / "slots.parquet").unlink()
    stream.write_bytes(whole[: sizes[2] + cut])
    assert slot_rewards(RunFolder(tmp_path)).tolist() == [0.0, 1.0, 2.0]


def test_observations_of_a_run_that_ended_early_are_those_before_its_slots(killed):
    observed = observed_field(killed, "time_s")
    assert len(observed) == rows(killed)
    assert np.all(np.diff(observed[:, 0]) > 0)


def test_a_run_that_failed_in_its_first_slot_is_neither_replayed_nor_drawn(tmp_path):
    policy = tmp_path / "first.py"
    policy.write_text(
        "from py_agent.policies import Policy\n\n\nclass Bad(Policy):\n"
        "    def begin(self, network, seed):\n        pass\n\n"
        "    def decide_frame(self, observation):\n        raise ValueError('two\\nlines')\n\n"
        "    def decide_slot(self, observation):\n        return {}\n",
        encoding="utf-8",
    )
    given = {"policy": f"{policy}:Bad", "runs_dir": tmp_path / "runs"}
    with pytest.raises(PolicyFailed, match="ValueError: two lines"):
        Run(load_run_settings(None, given, SETTINGS)).execute()
    (path,) = (tmp_path / "runs").iterdir()
    with pytest.raises(InvalidSetting, match="has recorded no slot"):
        replay(path)
    folder = recorded_run(str(path))
    with pytest.raises(InvalidSetting, match="has recorded no slot: there is nothing to draw"):
        write_report(folder)
    with pytest.raises(InvalidSetting, match="has recorded no slot: there is nothing to show"):
        list(recorded_messages(folder, "1", 10**6))


def test_its_figure_tells_no_delays(killed):
    titles = " ".join(axes.get_title(loc="left") for axes in draw_run(killed).axes)
    assert "Load of edge servers" in titles
    assert "delay" not in titles


def test_a_run_of_another_version_is_told(killed, tmp_path):
    newer = tmp_path / "newer"
    shutil.copytree(killed.path, newer)
    settings = newer / "settings.yaml"
    settings.write_text("newer_setting: 3\n" + settings.read_text(encoding="utf-8"))
    with pytest.raises(InvalidSetting, match=r"settings\.yaml: .*newer_setting"):
        list(recorded_messages(recorded_run(str(newer)), "1", 10**6))
