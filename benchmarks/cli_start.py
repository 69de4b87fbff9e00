# SPDX-License-Identifier: MIT
"""What the command line takes to start, beside the import of Gymnasium."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
from rich.table import Table

ROUNDS = 15  # interleaved: every round starts all, so that noise hits all
PROGRAMS = {
    "import gymnasium": "import gymnasium",
    "import py_agent.cli.app": "import py_agent.cli.app",
    "ns3-twin --help": "import sys; sys.argv = ['ns3-twin', '--help']\n"
    "from py_agent.cli.main import main; main()",
}


def measure() -> Table:
    """Wall time of each in a process of its own, and its ratio to the first within a round."""
    rounds_s = np.array([[_seconds(code) for code in PROGRAMS.values()] for _ in range(ROUNDS)])
    ratios = np.median(rounds_s / rounds_s[:, :1], axis=0)
    table = Table(title=f"start of a process, {ROUNDS} interleaved rounds, median")
    for column in ("", "time", "beside import gymnasium"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, median_s, ratio in zip(PROGRAMS, np.median(rounds_s, axis=0), ratios, strict=True):
        table.add_row(name, f"{1e3 * median_s:.0f} ms", f"{ratio:.2f} ×")
    return table


def _seconds(code: str) -> float:
    start_s = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start_s
