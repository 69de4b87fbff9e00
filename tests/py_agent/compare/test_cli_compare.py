"""The command, on real ns-3."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from py_agent.folder_lock import locked

COMMAND = str(Path(sys.executable).parent / "ns3-twin")
SMALL = ["--set", "n_ue=4", "--set", "n_bs=2", "--duration", "3"]


def start(folder, *arguments):
    temporary = folder / "tmp"  # of one that is killed there is something left
    temporary.mkdir(exist_ok=True)
    return subprocess.Popen(
        [COMMAND, "compare", *SMALL, "--out", str(folder), "--json", *arguments],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def members(session):
    """Processes of a session."""
    return [
        entry.name
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _session(entry) == session
    ]


def _session(entry):
    try:
        state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else int(session)


def test_a_killed_comparison_leaves_nobody_behind_and_goes_on(tmp_path):
    chosen = ["--policies", "random,load-srpt", "--seeds", "1-2", "--jobs", "1"]
    results = tmp_path / "results.jsonl"
    process = start(tmp_path, *chosen)
    deadline = time.monotonic() + 100
    while not (results.exists() and results.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=120)
    deadline = time.monotonic() + 20
    while members(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert members(process.pid) == []
    kept = results.read_text().splitlines()
    assert 1 <= len(kept) < 4

    output, error = start(tmp_path, *chosen).communicate(timeout=100)
    assert len(results.read_text().splitlines()) == 4, error
    assert results.read_text().splitlines()[: len(kept)] == kept  # not run again
    comparison = json.loads(output.splitlines()[-1])
    rows = {row["policy"]: row for row in comparison["rows"]}
    assert set(rows) == {"random", "load-srpt"}
    for row in rows.values():
        assert {"mean", "ci_low", "ci_high"} == set(row["paired_ratio_to_best_rule"])
        assert row["seeds"] == 2
    assert rows["load-srpt"]["paired_ratio_to_best_rule"]["mean"] == 1
    assert {"comparison.png", "report.html", "comparison.json"} <= {
        path.name for path in tmp_path.iterdir()
    }

    # The same seed alone gives the same numbers.
    run = subprocess.run(
        [COMMAND, "run", *SMALL, "--policy", "load-srpt", "--seed", "2", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    alone = json.loads(run.stdout.splitlines()[-1])
    assert alone["mean_delay_s"] == pytest.approx(rows["load-srpt"]["delays_s"][1], rel=1e-12)


def compare(folder, *arguments, expect=0):
    """Run a comparison in a folder that has no runs/ yet, or has."""
    done = subprocess.run(
        [COMMAND, "compare", *SMALL[:4], "--duration", "0.5", "--jobs", "1", "--json", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == expect, done.stderr
    return done


def test_comparisons_without_a_folder_keep_their_own_and_go_on_there(tmp_path):
    idle = ["--set", "traffic.off_s=0", "--set", "traffic.rate_hz=9", "--seeds", "1"]
    compare(tmp_path, "--policies", "random", *idle)
    (first,) = (tmp_path / "runs" / "compare").iterdir()
    kept = {path.name: path.read_bytes() for path in first.iterdir() if path.is_file()}
    assert {"comparison.png", "report.html", "comparison.json", "results.jsonl"} <= set(kept)
    compare(tmp_path, "--policies", "load-srpt", *idle)
    assert len(list((tmp_path / "runs" / "compare").iterdir())) == 2
    assert {path.name: path.read_bytes() for path in first.iterdir() if path.name in kept} == kept
    compare(tmp_path, "--policies", "random", *idle)  # the first again: nothing is run
    assert len(list((tmp_path / "runs" / "compare").iterdir())) == 2
    assert (first / "results.jsonl").read_bytes() == kept["results.jsonl"]


def test_two_comparisons_in_one_folder_at_once_are_refused(tmp_path):
    with locked(tmp_path / "here"):
        done = compare(tmp_path, "--policies", "random", "--seeds", "1", "--out", "here", expect=2)
    assert f"here is in use by another command (process {os.getpid()})" in done.stderr
    assert "Traceback" not in done.stderr


DYING = """
import os, signal
from py_agent.policies.random import RandomPolicy


class Dying(RandomPolicy):
    "Its process is killed under seed 2, and it fails under seed 3."

    def begin(self, network, seed):
        super().begin(network, seed)
        self.seed = seed

    def decide_slot(self, observation):
        if self.seed == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.seed == 3:
            raise ZeroDivisionError("by design")
        return super().decide_slot(observation)
"""


def test_a_comparison_with_runs_that_die_ends_with_every_other_row(tmp_path):
    (tmp_path / "dying_policy.py").write_text(DYING)
    arguments = ["--policies", "dying_policy:Dying,load-srpt", "--seeds", "1-4", "--out", "out"]
    arguments += ["--set", "traffic.off_s=0", "--set", "traffic.rate_hz=9"]
    done = compare(tmp_path, *arguments, expect=1)
    comparison = json.loads(done.stdout.splitlines()[-1])
    rows = {row["policy"]: row for row in comparison["rows"]}
    assert rows["load-srpt"]["seeds"] == 4
    assert rows["dying_policy:Dying"]["seeds"] == 2
    assert rows["dying_policy:Dying"]["failed"] == [2, 3]
    reasons = {failure["seed"]: failure["reason"] for failure in comparison["failures"]}
    assert "SIGKILL" in reasons[2]
    assert "by design" in reasons[3]
    kept = (tmp_path / "out" / "results.jsonl").read_text()
    assert len(kept.splitlines()) == 6

    (tmp_path / "dying_policy.py").write_text(
        DYING.replace("== 2", "== -1").replace("== 3", "== -1")
    )
    done = compare(tmp_path, *arguments)  # tried again; the other policy's runs are not
    assert json.loads(done.stdout.splitlines()[-1])["failures"] == []
    assert len((tmp_path / "out" / "results.jsonl").read_text().splitlines()) == 10
