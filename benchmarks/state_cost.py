# SPDX-License-Identifier: MIT
"""What observing each group of the state costs: CPU time beside the same run without any."""

from __future__ import annotations

import os
import subprocess

import numpy as np
from rich.table import Table

import ns3_scenarios

ROUNDS = 9  # interleaved: every round measures all, so that noise hits all
SETTINGS = ("--duration_s=4", "--traffic.on_s=2", "--traffic.off_s=0")
GROUPS = ("radio", "mac", "bearers")


def measure() -> Table:
    """CPU time of the scenario with no group, with each alone, and with all."""
    variants = [set(), *({group} for group in GROUPS), set(GROUPS)]
    cpu_s = np.array([[_cpu_s(variant) for variant in variants] for _ in range(ROUNDS)])
    table = Table(
        title=f"state of cellular, 3 BS × 20 UE, busy, 4 s: {ROUNDS} interleaved rounds of CPU time"
    )
    for column in ("", "median", "ratio", "quartiles of it"):
        table.add_column(column, justify="right", no_wrap=True)
    for variant, times_s in zip(variants, cpu_s.T, strict=True):
        ratio = times_s / cpu_s[:, 0]
        name = "all groups" if len(variant) == len(GROUPS) else "state." + "".join(variant)
        table.add_row(
            name if variant else "no group",
            f"{np.median(times_s):.3f} s",
            f"{np.median(ratio):.3f}",
            f"{np.percentile(ratio, 25):.3f} … {np.percentile(ratio, 75):.3f}",
        )
    return table


def _cpu_s(groups: set[str]) -> float:
    flags = [f"--state.{group}={str(group in groups).lower()}" for group in GROUPS]
    command = [ns3_scenarios.program("cellular"), "--RngRun=1", *SETTINGS, *flags]
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return usage.ru_utime + usage.ru_stime
