# SPDX-License-Identifier: MIT
"""Memory of both sides over a million slots, records included."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from ns3_bridge import Channel
from ns3_bridge.testing import echo_command

SLOTS = 1_000_000
MARKS = (10_000, 250_000, 500_000, 1_000_000)


def measure() -> Table:
    """Resident memory at some slots."""
    table = Table(title=f"Resident memory over {SLOTS:,} slots of 100 float32, with records")
    for column in ("slot", "agent", "simulator"):
        table.add_column(column, justify="right")
    channel = Channel(echo_command(100, SLOTS + 1))
    try:
        for slot in range(1, SLOTS + 1):
            channel.exchange()
            if slot % 1000 == 0:
                channel.take_records()
            if slot in MARKS:
                table.add_row(
                    f"{slot:,}",
                    f"{_resident_mb('self'):.1f} MB",
                    f"{_resident_mb(str(channel.process.pid)):.1f} MB",
                )
    finally:
        channel.close()
    return table


def _resident_mb(process: str) -> float:
    for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no VmRSS in /proc/{process}/status")
