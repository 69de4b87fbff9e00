# SPDX-License-Identifier: MIT
"""Run every benchmark and print its table."""

from __future__ import annotations

from rich.console import Console

from benchmarks import bridge_memory, round_trip, slot_overhead


def main() -> None:
    console = Console()
    for benchmark in (round_trip, bridge_memory, slot_overhead):
        console.print(benchmark.measure())


if __name__ == "__main__":
    main()
