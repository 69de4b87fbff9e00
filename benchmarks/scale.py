# SPDX-License-Identifier: MIT
"""What a Ray cluster costs a run, and what a second node brings: ``python -m benchmarks.scale``.

Two nodes of one core each are emulated on this machine. Needs ``pip install 'ns3-twin[ray]'``.
"""

from __future__ import annotations

import argparse
import logging
import pickle
import resource
import time
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import ray
from ray.cluster_utils import Cluster
from rich.console import Console
from rich.table import Table

from py_agent.cluster.executor import RayCluster
from py_agent.cluster.shipment import pack
from py_agent.compare.execution import run_result
from py_agent.compare.grid import Grid
from py_agent.executor import Executor, LocalProcesses

NODE = {"num_cpus": 1, "object_store_memory": 100 * 2**20}
POLICY = "load-fill"
TRIPS = 500  # of items that do nothing
ROUNDS = 2  # interleaved


def measure(duration_s: float = 60.0, runs: int = 6) -> list[Table]:
    """All numbers, as a table."""
    grid = Grid([POLICY], range(1, runs + 1), assignments=["n_ue=12", f"duration_s={duration_s}"])
    cells = grid.cells()
    cluster = Cluster(initialize_head=True, head_node_args={**NODE, "include_dashboard": False})
    ray.init(address=cluster.address, log_to_driver=False, logging_level=logging.ERROR)
    try:
        table = Table("", "", title=f"{POLICY}, 12 UEs, {duration_s:g} s, {runs} runs at a time")
        result = pickle.dumps(run_result(cells[0].run))
        runs_of_all = [cell.movable().run for cell in cells]
        shipment = pack((run_result, runs_of_all[0]))
        table.add_row("bytes of a run to its worker", f"{len(shipment.content):,}")
        table.add_row("bytes of its result", f"{len(result):,}")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        kept = [pickle.loads(result) for _ in range(1000)]
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        table.add_row("driver's memory per result", f"{grown / len(kept):.1f} kB")
        one: list[float] = []
        two: list[float] = []
        local: list[float] = []
        for _ in range(ROUNDS):
            local.append(_rate(LocalProcesses(1), run_result, runs_of_all))
            one.append(_rate(RayCluster(), run_result, runs_of_all))
            second = cluster.add_node(**NODE)
            cluster.wait_for_nodes()
            two.append(_rate(RayCluster(), run_result, runs_of_all, workers=2))
            trip_s = 1 / _rate(RayCluster(), abs, range(TRIPS), workers=2)
            cluster.remove_node(second)
        run_s = 1 / max(local)
        table.add_row("one run, processes of this machine", f"{run_s:.2f} s")
        table.add_row("one run, a node of one core", f"{1 / max(one):.2f} s")
        table.add_row("message and answer of an item", f"{1e3 * trip_s:.2f} ms")
        table.add_row("part of a run", f"{trip_s / run_s:.2%}")
        table.add_row("two nodes against one", f"{max(two) / max(one):.2f}")
        return [table]
    finally:
        ray.shutdown()
        cluster.shutdown()


def _rate(executor: Executor, work: Any, items: Sequence[Any], workers: int = 1) -> float:
    """Items per second, from when every worker has done one to the last: without their starts."""
    ended_s = []
    with closing(executor.run(work, items)) as ended:
        for _, future in ended:
            future.result()
            ended_s.append(time.perf_counter())
    return (len(ended_s) - workers) / (ended_s[-1] - ended_s[workers - 1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--duration-s", type=float, default=60.0)
    parser.add_argument("--runs", type=int, default=6)
    arguments = parser.parse_args()
    Console().print(*measure(arguments.duration_s, arguments.runs))


if __name__ == "__main__":
    main()
