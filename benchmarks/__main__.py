# SPDX-License-Identifier: MIT
"""Run every benchmark and print its table: those of the checkout, then those of the package."""

from __future__ import annotations

from rich.console import Console

from benchmarks import bridge_memory, round_trip, slot_overhead
from py_agent.bench.cli import BENCHMARKS


def main() -> None:
    console = Console()
    for benchmark in (round_trip, bridge_memory, slot_overhead):
        console.print(benchmark.measure())
    for measure in BENCHMARKS.values():
        console.print(*measure().tables)


if __name__ == "__main__":
    main()
