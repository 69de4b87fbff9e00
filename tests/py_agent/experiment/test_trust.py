# SPDX-License-Identifier: MIT
"""A run folder is data: none of what it names is started or imported unless it is trusted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import ns3_scenarios
from py_agent.calibration.calibrate import calibrate
from py_agent.experiment.errors import ChangedInput, UntrustedCode
from py_agent.experiment.replay import replay
from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.run_settings import load_run_settings
from py_agent.experiment.runner import Run

COMMAND = str(Path(sys.executable).parent / "ns3-twin")
SETTINGS = ["n_ue=2", "n_bs=2", "duration_s=0.2", "slots_per_frame=10"]
MODULE = "import pathlib\npathlib.Path('it-ran').touch()\n"
PROGRAM = '#!/bin/sh\ntouch it-ran\nexec {} "$@"\n'


@pytest.fixture
def received(tmp_path, monkeypatch) -> RunFolder:
    """A run whose settings name a module and a program; both leave a trace when they run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "their_policy.py").write_text(MODULE)
    program = tmp_path / "their-program"
    program.write_text(PROGRAM.format(ns3_scenarios.program("cellular")))
    program.chmod(0o755)
    run = Run(load_run_settings(None, {"policy": "random"}, SETTINGS)).execute()
    change(run, policy="their_policy:Policy", scenario=str(program))
    return run


def change(folder, **values):
    settings = folder.read_settings()
    folder.write_settings({**settings, **values})


def call(*arguments):
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, timeout=200)


@pytest.mark.parametrize("command", ["replay", "export", "calibrate", "run", "compare", "train"])
def test_what_a_received_folder_names_does_not_run(received, command):
    arguments = {
        "replay": [received.path],
        "export": [received.path, "--dataset", "ns3/theirs-v0"],
        "calibrate": [received.path],
        "run": ["--config", received.settings],
        "compare": ["--config", received.settings, "--policies", "random", "--seeds", "1"],
        "train": ["--config", received.settings],
    }[command]
    done = call(command, *map(str, arguments))
    assert done.returncode == 2
    assert "names the program" in done.stderr
    assert "--trust" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not Path("it-ran").exists()


def test_a_module_that_a_received_folder_names_is_not_imported(received):
    change(received, scenario="cellular")
    done = call("run", "--config", str(received.settings))
    assert done.returncode == 2
    assert "names the policy their_policy:Policy" in done.stderr
    for path in (received.path, received.settings.parent):
        assert replay(path).is_bit_equal  # which asks no policy
    assert not Path("it-ran").exists()


def test_what_is_trusted_or_named_by_oneself_runs(received):
    assert replay(received.path, is_trusted=True).is_bit_equal
    assert Path("it-ran").exists()
    settings = load_run_settings(received.settings, {}, [], is_trusted=True)
    assert settings.policy == "their_policy:Policy"
    own = {"policy": "their_policy:Policy", "scenario": settings.scenario}
    assert load_run_settings(received.settings, own, []).scenario == settings.scenario


def test_installed_scenarios_and_policies_need_no_trust(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = Run(load_run_settings(None, {"policy": "load-srpt"}, SETTINGS)).execute()
    assert load_run_settings(run.settings, {}, []).policy == "load-srpt"
    change(run, scenario="./x")
    with pytest.raises(UntrustedCode):
        calibrate([run.path])


TRACE = "time_s,ue,size_bit\n0.05,0,1000\n0.06,1,2000\n"


@pytest.fixture
def traced(tmp_path, monkeypatch) -> RunFolder:
    """A run whose tasks come from a file that was named as it lies in the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("tasks.csv").write_text(TRACE)
    chosen = [*SETTINGS, "traffic.model=trace", "traffic.trace=tasks.csv"]
    return Run(load_run_settings(None, {"policy": "random"}, chosen)).execute()


def test_a_run_is_repeated_and_replayed_from_another_folder(traced, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    settings = load_run_settings(tmp_path / traced.settings, {}, [])
    assert settings.settings["traffic"]["trace"] == str(tmp_path / "tasks.csv")
    assert replay(tmp_path / traced.path).is_bit_equal
    assert Run(settings).execute().read_summary()["tasks_completed"] is not None


def test_a_replay_says_which_file_has_changed(traced):
    Path("tasks.csv").write_text(TRACE + "0.07,0,3000\n")
    with pytest.raises(ChangedInput, match=r"tasks\.csv has changed since"):
        replay(traced.path)
    Path("tasks.csv").unlink()
    with pytest.raises(ChangedInput, match=r"tasks\.csv, which cannot be read any more"):
        replay(traced.path)


def test_a_choice_that_is_called_like_a_file_stays_a_choice(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("static", "streets"):
        Path(name).touch()
    run = Run(
        load_run_settings(None, {"policy": "random"}, [*SETTINGS, "mobility.model=static"])
    ).execute()
    mobility = load_run_settings(run.settings, {}, []).settings["mobility"]
    assert (mobility["model"], mobility["trace"]) == ("static", "streets")


def test_runs_under_other_settings_have_other_names(tmp_path):
    told = set()
    for n_ue in (1, 2, 3):
        chosen = [f"n_ue={n_ue}", *SETTINGS[1:]]
        overrides = {"policy": "random", "runs_dir": tmp_path}
        name = Run(load_run_settings(None, overrides, chosen)).execute().path.name
        told |= {part for part in name.split("__")[3].split(",") if part.startswith("n_ue=")}
    assert told == {"n_ue=1", "n_ue=2", "n_ue=3"}
