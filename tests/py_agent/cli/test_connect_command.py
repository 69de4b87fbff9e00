"""A policy drives a network behind a gateway, by two commands."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = str(Path(sys.executable).parent / "ns3-twin")
NETWORK = ["--set", "n_ue=4", "--set", "duration_s=1"]
WALL_TIMES = {"wall_s", "bridge_wait_s", "decision_ms_per_slot"}


@pytest.fixture
def address():
    """Address of a gateway that serves a small cellular network."""
    command = [COMMAND, "serve", "--scenario", "cellular", "--bind", "tcp://127.0.0.1:*", *NETWORK]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process.stdout.readline().split(" at ")[1].strip()
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 0


def summary_of(*arguments, cwd):
    command = [COMMAND, *arguments, "--policy", "load-fill", "--seed", "3", "--json"]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout.splitlines()[-1])
    return {name: value for name, value in summary.items() if name not in WALL_TIMES}


def test_a_run_behind_a_gateway_is_the_run_beside_it(address, tmp_path):
    there = summary_of("connect", address, "--runs-dir", "behind", cwd=tmp_path)
    assert there == summary_of("run", *NETWORK, cwd=tmp_path)
    assert there["slots"] == 50
    (folder,) = (tmp_path / "behind").iterdir()
    assert {"settings.yaml", "summary.json", "task.parquet", "figure.png"} <= {
        path.name for path in folder.iterdir()
    }
