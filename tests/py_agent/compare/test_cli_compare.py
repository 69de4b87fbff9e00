"""The command, on real ns-3."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

COMMAND = str(Path(sys.executable).parent / "ns3-twin")
SMALL = ["--set", "n_ue=4", "--set", "n_bs=2", "--duration", "3"]


def start(folder, *arguments):
    return subprocess.Popen(
        [COMMAND, "compare", *SMALL, "--out", str(folder), "--json", *arguments],
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
    assert alone["mean_delay_s"] == rows["load-srpt"]["delays_s"][1]
