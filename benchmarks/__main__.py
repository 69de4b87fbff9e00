# SPDX-License-Identifier: MIT
"""Run benchmarks and print their tables: ``python -m benchmarks [NAME...]``.

By default all, but for those of a cluster, which need ``pip install 'ns3-twin[ray]'``.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Iterable

from rich.console import Console, RenderableType

from benchmarks import (
    a3_sweep,
    bridge_memory,
    cli_start,
    decision_time,
    foresight,
    learning_speed,
    link_budgets,
    live_cost,
    priority_headroom,
    reaction_time,
    retraining_headroom,
    simulator_speed,
    slot_overhead,
    state_cost,
    twin_forms,
    weak_links,
)
from py_agent.cli.bench import BENCHMARKS, load_benchmark

#: Those of the checkout, then those of the package.
ALL: dict[str, Callable[[], Iterable[RenderableType]]] = {
    "bridge_memory": lambda: [bridge_memory.measure()],
    "slot_overhead": lambda: [slot_overhead.measure()],
    "simulator_speed": simulator_speed.measure,
    "state_cost": lambda: [state_cost.measure()],
    "reaction_time": lambda: [reaction_time.measure()],
    "cli_start": lambda: [cli_start.measure()],
    "decision_time": lambda: [decision_time.measure()],
    "live_cost": lambda: [live_cost.measure()],
    "link_budgets": lambda: [link_budgets.measure()],
    "priority_headroom": lambda: [priority_headroom.measure()],
    "retraining_headroom": lambda: [retraining_headroom.measure()],
    "foresight": foresight.measure,
    "weak_links": lambda: [weak_links.measure()],
    "twin_forms": twin_forms.measure,
    "a3_sweep": lambda: [a3_sweep.measure()],
    "learning_speed": lambda: [learning_speed.measure()],
    **{name: (lambda name=name: load_benchmark(name)().tables) for name in BENCHMARKS},
}
OF_A_CLUSTER = ("scale", "driver_load")


def main() -> None:
    known = ", ".join([*ALL, *OF_A_CLUSTER])
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {known}")
    names = parser.parse_args().names
    unknown = set(names) - ALL.keys() - set(OF_A_CLUSTER)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {known}")
    for name in names or ALL:
        measure = ALL.get(name) or importlib.import_module(f"benchmarks.{name}").measure
        Console().print(*measure())


if __name__ == "__main__":
    main()
