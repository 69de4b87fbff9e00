# SPDX-License-Identifier: MIT
"""`make run` shows what it claims: twin and agent, with retraining, are far ahead."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]


@pytest.mark.long
def test_make_run_shows_twin_and_agent_ahead_of_the_baseline(tmp_path):
    makefile = (REPOSITORY / "Makefile").read_text().replace("\\\n", " ")
    recipe = re.search(r"^run: .*\n\t(.+)$", makefile, re.MULTILINE)[1]
    command = recipe.replace("$(BIN)", str(Path(sys.executable).parent))
    command = command.replace("--duration 60", "--duration 8")  # enough to see it
    done = subprocess.run(
        [*shlex.split(command), "--runs-dir", str(tmp_path), "--json"],
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    run, baseline = told["run"], told["baseline"]
    assert run["policy"] == "rollout-drl"
    assert run["training_jobs_done"] > 0
    assert run["mean_delay_s"] < 0.6 * baseline["mean_delay_s"]
    assert "less than" in told["sentence"]
    (figure,) = tmp_path.glob("*rollout-drl*/figure.png")
    assert figure.stat().st_size > 50_000
