"""Nothing outlives what a user starts, whenever it is killed; `make attack` tries more of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_kills_and_interrupts_at_random_moments_leave_nothing():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.kills", "--kills", "10", "--seed", "1"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr + done.stdout
